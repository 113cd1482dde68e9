//! For programs without async: the same clients, waited for. A thin wrapper; what is called, and how it fails, is the client's. What takes longer
//! than an answer has a file each.

mod any;
mod download;
mod events;
mod job;
mod pages;
mod receiver;
mod upload;

use std::{fmt, future::Future, sync::Arc};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    api::{Api, ConnectsTo, OfferedBy, Operation, Search, Streaming, Uploads},
    client::{self, ClientBuilder},
    download::DownloadCheckpoint,
    error::{Error, ErrorKind},
    steps::JobCheckpoint,
};

pub use any::AnyClient;
pub use download::Download;
pub use events::Events;
pub use job::Job;
pub use pages::{GraphqlItems, Items, Pages};
pub use receiver::Receiver;
pub use upload::Upload;

/// A client whose calls return when the answer is there. Clones share the client and the one thread on which it works.
///
/// ```no_run
/// # mod tasks { use linchpin_runtime::__codegen_v1 as lp;
/// #   #[derive(Debug)] pub enum Api {}
/// #   impl lp::Api for Api { const TABLE: &'static lp::ApiTable = &lp::ApiTable { servers: &["https://tasks.example"], ..lp::ApiTable::EMPTY }; } }
/// use linchpin_runtime::{Client, blocking};
///
/// # fn main() -> Result<(), linchpin_runtime::Error> {
/// let tasks = blocking::Client::of(Client::<tasks::Api>::open())?;
/// let found = tasks.call("search_tasks", serde_json::json!({ "text": "invoice" }))?;
/// # Ok(())
/// # }
/// ```
pub struct Client<A> {
    inner: client::Client<A>,
    waiter: Arc<Waiter>,
}

impl<A: Api> Client<A> {
    /// A client with every default.
    ///
    /// # Errors
    /// When the connection's values do not make an address or a credential, or the machine has no thread left.
    pub fn new(connection: impl ConnectsTo<A>) -> Result<Client<A>, Error> {
        Client::of(client::Client::builder(connection))
    }

    /// A client as built.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn of(builder: ClientBuilder<A>) -> Result<Client<A>, Error> {
        Ok(Client { waiter: Arc::new(Waiter::new()?), inner: builder.build()? })
    }

    /// Sends an operation and waits for the answer.
    ///
    /// # Errors
    /// As [`Operation::send`]; and of [`ErrorKind::Configuration`] when it is called from async code, which it would block.
    pub fn send<O: Operation + OfferedBy<A>>(&self, operation: O) -> Result<O::Output, Error> {
        self.waiter.wait(operation.send(&self.inner))?
    }

    /// The items of all pages.
    pub fn items<S: Search + OfferedBy<A>>(&self, search: S) -> Items<S::Item> {
        Items { inner: search.items(&self.inner), waiter: self.waiter.clone(), failed: false }
    }

    /// The pages.
    pub fn pages<S: Search + OfferedBy<A>>(&self, search: S) -> Pages<S::Item> {
        Pages { inner: search.pages(&self.inner), waiter: self.waiter.clone(), failed: false }
    }

    /// The items of what gives them one after the other, while the connection stays open.
    pub fn events<S: Streaming + OfferedBy<A>>(&self, streaming: S) -> Events<S::Event> {
        Events { inner: streaming.events(&self.inner), waiter: self.waiter.clone(), over: false }
    }

    /// An upload in parts, to be told of how far it is, and to go on from where an earlier one was.
    pub fn upload<O: Uploads + OfferedBy<A>>(&self, operation: O) -> Upload<O::Output> {
        Upload { inner: operation.upload(&self.inner), waiter: self.waiter.clone() }
    }

    /// Sends what gives a file, and waits for its beginning.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn download<O: Operation<Output = crate::Download> + OfferedBy<A>>(&self, operation: O) -> Result<Download, Error> {
        Ok(Download::new(self.send(operation)?, self.waiter.clone()))
    }

    /// The same, going on from a checkpoint. See [`Operation::resume`].
    ///
    /// # Errors
    /// As there, and as [`Client::send`].
    pub fn resume<O>(&self, operation: O, checkpoint: DownloadCheckpoint) -> Result<Download, Error>
    where
        O: Operation<Output = crate::Download> + OfferedBy<A>,
    {
        let download = self.waiter.wait(operation.resume(&self.inner, checkpoint))??;
        Ok(Download::new(download, self.waiter.clone()))
    }

    /// Begins an operation that makes several exchanges as a job. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Operation::start`].
    pub fn start<O: Operation + OfferedBy<A>>(&self, operation: O) -> Result<Job<O, A>, Error> {
        Ok(Job { inner: operation.start(&self.inner)?, client: self.clone() })
    }

    /// Goes on with a job from a checkpoint.
    ///
    /// # Errors
    /// As [`Job::resume`](crate::Job::resume).
    pub fn resume_job<O: Operation + OfferedBy<A>>(&self, checkpoint: &JobCheckpoint) -> Result<Job<O, A>, Error> {
        Ok(Job { inner: crate::Job::resume(&self.inner, checkpoint)?, client: self.clone() })
    }

    /// The same client without its type: for modules called by name, and for the universal modules over this connection.
    pub fn any(&self) -> AnyClient {
        AnyClient { inner: self.inner.any().clone(), waiter: self.waiter.clone() }
    }

    /// Calls a module by its name, see [`client::Client::call`].
    ///
    /// # Errors
    /// As there, and as [`Client::send`].
    pub fn call(&self, module: &str, input: serde_json::Value) -> Result<serde_json::Value, Error> {
        self.waiter.wait(self.inner.call(module, input))?
    }

    /// Waits for anything else that the client does: authorising, a poll, a custom call.
    ///
    /// # Errors
    /// Only when it is called from async code.
    pub fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        self.waiter.wait(future)
    }

    /// The client behind it.
    pub fn client(&self) -> &client::Client<A> {
        &self.inner
    }
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Client { inner: self.inner.clone(), waiter: self.waiter.clone() }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// A thread that an async runtime keeps for what blocks cannot be told from one that it works on.
const IN_ASYNC: &str = "this thread is of an async program and might block it: use the client that is not blocking, in `spawn_blocking` with \
                        `Handle::current().block_on`";

/// What waits: one thread, on which connections are also kept open and tokens renewed between calls.
struct Waiter(Option<Runtime>);

impl Waiter {
    fn new() -> Result<Waiter, Error> {
        let made = Builder::new_multi_thread().worker_threads(1).thread_name("linchpin-blocking").enable_all().build();
        let made = made.map_err(|error| Error::new(ErrorKind::Configuration, "no thread can be started to wait on").with_source(&error))?;
        Ok(Waiter(Some(made)))
    }

    fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        let Some(runtime) = self.0.as_ref().filter(|_| Handle::try_current().is_err()) else {
            return Err(Error::new(ErrorKind::Configuration, IN_ASYNC));
        };
        Ok(runtime.block_on(future))
    }

    /// The next of a row, which an error ends: also one that says that it cannot be waited for here.
    fn next<T>(&self, failed: &mut bool, next: impl Future<Output = Result<Option<T>, Error>>) -> Option<Result<T, Error>> {
        if *failed {
            return None;
        }
        let next = self.wait(next).and_then(|next| next).transpose();
        *failed = matches!(next, Some(Err(_)));
        next
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiter")
    }
}

/// A runtime that is dropped in async code panics; one that is shut down does not.
impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
