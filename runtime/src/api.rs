//! The traits that tie generated types to their tables. They hold no behaviour beyond the thin shells that hand a table and an input to the
//! engine, which is not generic: an operation that nobody calls costs type checking and no more.

use crate::{
    client::{Client, Sending},
    download::{Download, DownloadCheckpoint},
    error::Error,
    events::Events,
    head::AnswerFuture,
    operation::{self, ApiTable, ConnectionTable, OperationTable},
    page::{Items, Pages},
    shape::{Shaped, decode_formatted},
    steps::Job,
    upload::Upload,
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

    /// Sends it, and gives what stands around the answer too, such as its `ETag`.
    ///
    /// # Errors
    /// As [`Operation::send`].
    fn answer<A>(self, client: &Client<A>) -> AnswerFuture<Self::Output>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        client.answer(self)
    }

    /// Sends what gives a file so that it goes on from a checkpoint, which must be of the same operation with the same input. The download
    /// begins there; or at 0, where the file has changed since.
    ///
    /// # Errors
    /// As [`Operation::send`], and when the checkpoint is of something else.
    fn resume<A>(self, client: &Client<A>, checkpoint: DownloadCheckpoint) -> Sending<Download>
    where
        A: Api,
        Self: OfferedBy<A> + Operation<Output = Download> + Sized,
    {
        client.resume(self, checkpoint)
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

/// An operation whose items come one after the other, while the connection stays open. [`Operation::send`] waits for all of them.
pub trait Streaming: Operation {
    /// One item.
    type Event: Shaped;

    /// The items as they come. It is sent when the first is asked for.
    fn events<A>(self, client: &Client<A>) -> Events<Self::Event>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        client.events(self)
    }
}

/// An operation that sends a file in parts, itself or in one of its steps. [`Operation::send`] does so, too, and tells nothing on the way.
pub trait Uploads: Operation {
    /// The upload, to be told of how far it is, and to go on from where an earlier one was.
    fn upload<A>(self, client: &Client<A>) -> Upload<Self::Output>
    where
        A: Api,
        Self: OfferedBy<A> + Sized,
    {
        client.upload(self)
    }
}

/// A field's default that takes more than a literal to write, from its JSON text on the wire, written in the field's format.
///
/// # Panics
/// Never in generated code: the compiler checked the text against the type.
pub fn preset<T: Shaped>(json: &str, format: &'static str) -> T {
    decode_formatted(json.as_bytes(), format).expect("the compiler checked the default against its type")
}
