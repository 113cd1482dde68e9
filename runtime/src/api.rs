//! The traits that tie generated types to their tables. They hold no behaviour beyond the thin shells that hand a table and an input to the
//! engine, which is not generic: an operation that nobody calls costs type checking and no more.

use crate::{
    client::{Client, Sending},
    error::Error,
    operation::{self, ApiTable, ConnectionTable, OperationTable},
    page::{Items, Pages},
    shape::{Shaped, decode_formatted},
    steps::Job,
};

/// One version of one API: what a [`Client`] is a client of.
pub trait Api: 'static {
    /// Its table.
    const TABLE: &'static ApiTable;
}

/// What a person fills in to connect.
pub trait Connection: Shaped {
    /// Its table.
    const TABLE: &'static ConnectionTable;
}

/// This connection serves that API.
pub trait ConnectsTo<A: Api>: Connection {}

/// This operation exists in that version.
pub trait OfferedBy<A: Api> {}

/// This trigger exists in that version.
pub trait WatchedIn<A: Api> {}

/// Something that can be asked of an API.
pub trait Operation: Shaped {
    /// What comes back.
    type Output: Shaped;

    /// Its table: made, when it is first asked for, of what is declared with the input.
    fn table() -> &'static OperationTable {
        operation::declared(Self::LINK).unwrap_or(&OperationTable::EMPTY)
    }

    /// Begins it as a job: one call at a time, to go on when it is time, perhaps in another process. Nothing is sent yet.
    ///
    /// # Errors
    /// When the input breaks a rule or the connection may not make every step, and for an operation that is one exchange.
    fn start<A>(self, client: &Client<A>) -> Result<Job<Self>, Error>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        Job::start(client.any(), self)
    }

    /// Sends it and waits for the answer.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    fn send<A>(self, client: &Client<A>) -> Sending<Self::Output>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        client.send(self)
    }
}

/// An operation that gives items, page by page.
pub trait Search: Operation {
    /// One item.
    type Item: Shaped;

    /// The items of all pages, one after the other; the next page is fetched while the current one is read.
    fn items<A>(self, client: &Client<A>) -> Items<Self::Item>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        Items::new(self.pages(client))
    }

    /// The pages.
    fn pages<A>(self, client: &Client<A>) -> Pages<Self::Item>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        client.pages(self)
    }
}

/// A field's default that takes more than a literal to write, from its JSON text on the wire, written in the field's format.
///
/// # Panics
/// Never in generated code: the compiler checked the text against the type.
pub fn preset<T: Shaped>(json: &str, format: &'static str) -> T {
    decode_formatted(json.as_bytes(), format).expect("the compiler checked the default against its type")
}
