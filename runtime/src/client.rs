//! The client: one API, one connection, cheap to clone. What it is made of is `builder`'s, what a call goes through the engine's.

mod builder;

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use url::Url;

use crate::{
    answer::{self, Answered},
    api::{Api, ConnectsTo, Operation, Search, Streaming},
    auth::{Authorizer, DeviceAuthorizer, Session},
    call::{self, Prepared},
    catalog::Catalog,
    connection::FieldValues,
    download::{self, Download, DownloadCheckpoint},
    engine::Core,
    error::{Error, ErrorKind},
    events::Events,
    head::{AnswerFuture, Coming, Head},
    life::{SignalCount, UnknownCount},
    operation::{ApiTable, ConnectionTable, OperationTable},
    page::Pages,
    shape::{Erased, ErasedRef, Filled, Shaped, Slot, build_with, taken},
    steps,
    upload::{self, Tracking, Upload},
};

pub use builder::ClientBuilder;
pub(crate) use builder::{Settings, server};

/// A client of an API whose type is known only when the program runs: the dynamic door. See [`Client`] for the typed one.
#[derive(Clone, Debug)]
pub struct AnyClient {
    pub(crate) core: Arc<Core>,
    session: Option<Session>,
}

/// A client of one version of an API over one connection. Clones share connections, limits and tokens.
pub struct Client<A> {
    any: AnyClient,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.any.fmt(f)
    }
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Client { any: self.any.clone(), api: PhantomData }
    }
}

impl<A: Api> Client<A> {
    /// A client with every default.
    ///
    /// # Errors
    /// When the connection's values do not make an address or a credential.
    pub fn new(connection: impl ConnectsTo<A>) -> Result<Client<A>, Error> {
        Client::builder(connection).build()
    }

    /// A client with defaults to change.
    pub fn builder<C: ConnectsTo<A>>(connection: C) -> ClientBuilder<A> {
        ClientBuilder::of(A::TABLE, Some((C::TABLE, call::field_values(ErasedRef::of(&connection)))))
    }

    /// A client for what needs no connection.
    pub fn open() -> ClientBuilder<A> {
        ClientBuilder::of(A::TABLE, None)
    }

    /// A client for a host that stores what a person filled in: the connection by its name in the spec, its fields by theirs.
    ///
    /// # Errors
    /// When the API has no connection of that name.
    pub fn stored(connection: &str, fields: FieldValues) -> Result<ClientBuilder<A>, Error> {
        Ok(ClientBuilder::of(A::TABLE, Some((connection_named(A::TABLE, connection)?, fields))))
    }

    /// How often the server spoke of the end of an operation, by operation; counted for this client and its clones. What the spec does not
    /// declare is also told to the [`Observer`](crate::Observer), once.
    pub fn signals(&self) -> Vec<SignalCount> {
        self.any.signals()
    }

    /// What answers held that the spec does not know, and in how many: counted for this client and its clones where there is an
    /// [`Observer`](crate::Observer), which is told of each once.
    pub fn unknowns(&self) -> Vec<UnknownCount> {
        self.any.unknowns()
    }

    pub(crate) fn send<O: Operation>(&self, operation: O) -> Sending<O::Output> {
        Sending { answer: taken(operation, (&self.any, O::table()), start), output: PhantomData }
    }

    pub(crate) fn resume<O: Operation<Output = Download>>(&self, operation: O, checkpoint: DownloadCheckpoint) -> Sending<Download> {
        let answer = taken(operation, (&self.any, O::table(), checkpoint), start_from);
        Sending { answer, output: PhantomData }
    }

    pub(crate) fn answer<O: Operation>(&self, operation: O) -> AnswerFuture<O::Output> {
        AnswerFuture::new(taken(operation, (&self.any, O::table()), start_whole))
    }

    pub(crate) fn upload<O: Operation>(&self, operation: O) -> Upload<O::Output> {
        Upload::new(self.any.core.clone(), O::table(), Erased::new(operation))
    }

    pub(crate) fn events<S: Streaming>(&self, operation: S) -> Events<S::Event> {
        Events::new(&self.any.core, S::table(), Erased::new(operation).as_ref())
    }

    pub(crate) fn pages<S: Search>(&self, search: S) -> Pages<S::Item> {
        Pages::new(self.any.core.clone(), S::table(), Erased::new(search))
    }

    /// The same client without the API's type.
    pub fn any(&self) -> &AnyClient {
        &self.any
    }

    /// Calls a module by its name, `create_project` or `create_project@2`, with its input by spec names; the output comes by spec names too.
    ///
    /// # Errors
    /// As a typed call; and when there is no such module, with the nearest names.
    pub async fn call(&self, module: &str, input: serde_json::Value) -> Result<serde_json::Value, Error> {
        self.any.call(module, input).await
    }

    /// What there is to call.
    pub fn catalog(&self) -> Catalog {
        self.any.catalog()
    }

    /// Authorises the connection with a person at hand (OAuth 2.0 authorization code).
    ///
    /// # Errors
    /// When the connection is of another kind.
    pub fn authorizer(&self, redirect_uri: Url) -> Result<Authorizer, Error> {
        self.any.authorizer(redirect_uri)
    }

    /// Authorises the connection with a person at another device (OAuth 2.0 device authorization).
    ///
    /// # Errors
    /// When the connection is of another kind.
    pub fn device_authorizer(&self) -> Result<DeviceAuthorizer, Error> {
        self.any.device_authorizer()
    }
}

/// An answer on its way: what [`send`](Operation::send) gives. It is sent when it is first polled, and keeps no hold of the client.
///
/// Only the last move knows the type: the state machine behind it exists once for all operations. It has a name so that rustc need not look
/// behind an opaque type wherever something is sent, to find out whether it is `Send`.
#[must_use = "nothing is sent before it is polled"]
pub struct Sending<T> {
    answer: Pin<Box<Answering>>,
    output: PhantomData<fn() -> T>,
}

impl<T: Shaped> Future for Sending<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Spelled out, since `map` would exist for each type.
        match build_with((self.answer.as_mut(), context), receive) {
            Ok(value) => Poll::Ready(Ok(value)),
            Err(Some(error)) => Poll::Ready(Err(error)),
            Err(None) => Poll::Pending,
        }
    }
}

/// An answer that is on its way.
type Answering = dyn Future<Output = Result<Erased, Error>> + Send;

/// Not generic, as the next one is not, so that they exist once for all operations.
fn start((client, table): (&AnyClient, &'static OperationTable), input: ErasedRef<'_>) -> Pin<Box<Answering>> {
    client.start(table, input)
}

fn start_whole((client, table): (&AnyClient, &'static OperationTable), input: ErasedRef<'_>) -> Coming {
    client.start_whole(table, input)
}

fn start_from(
    (client, table, checkpoint): (&AnyClient, &'static OperationTable, DownloadCheckpoint),
    input: ErasedRef<'_>,
) -> Pin<Box<Answering>> {
    client.start_from(table, input, Some(checkpoint))
}

/// Puts the answer into its place; an error that is none says that it has not come yet.
///
/// # Panics
/// When the answer is not of the operation's output type. Its table says that it is.
fn receive<'x>((answer, context): (Pin<&mut Answering>, &mut Context<'_>), place: Slot<'x>) -> Result<Filled<'x>, Option<Error>> {
    match answer.poll(context) {
        Poll::Ready(Ok(value)) => Ok(place.put_erased(value)),
        Poll::Ready(Err(error)) => Err(Some(error)),
        Poll::Pending => Err(None),
    }
}

impl AnyClient {
    /// A client of the API that a table describes, over the connection with this name, if any.
    ///
    /// # Errors
    /// When the API has no connection of that name.
    pub fn builder(table: &'static ApiTable, connection: Option<(&str, FieldValues)>) -> Result<ClientBuilder<()>, Error> {
        let connection = match connection {
            Some((name, fields)) => Some((connection_named(table, name)?, fields)),
            None => None,
        };
        Ok(ClientBuilder::of(table, connection))
    }

    /// What there is to call.
    pub fn catalog(&self) -> Catalog {
        Catalog::new(self.core.table)
    }

    /// Authorises the connection with a person at hand (OAuth 2.0 authorization code).
    ///
    /// # Errors
    /// When the connection is of another kind.
    pub fn authorizer(&self, redirect_uri: Url) -> Result<Authorizer, Error> {
        let session = self.session.clone().ok_or_else(|| configuration("this connection is not one that a person authorises"))?;
        Authorizer::new(session, self.core.transport.clone(), redirect_uri)
    }

    /// Authorises the connection with a person at another device (OAuth 2.0 device authorization).
    ///
    /// # Errors
    /// When the connection is of another kind.
    pub fn device_authorizer(&self) -> Result<DeviceAuthorizer, Error> {
        let session = self.session.clone().ok_or_else(|| configuration("this connection is not one that a person authorises"))?;
        DeviceAuthorizer::new(session, self.core.transport.clone())
    }

    /// How often the server spoke of the end of an operation. See [`Client::signals`].
    pub fn signals(&self) -> Vec<SignalCount> {
        self.core.watch.counts()
    }

    /// What answers held that the spec does not know. See [`Client::unknowns`].
    pub fn unknowns(&self) -> Vec<UnknownCount> {
        self.core.watch.unknowns()
    }

    /// Calls an operation: its one exchange, or all of its steps.
    pub(crate) fn start(&self, table: &'static OperationTable, input: ErasedRef<'_>) -> Pin<Box<Answering>> {
        self.start_from(table, input, None)
    }

    /// The same; the file that it gives goes on from a checkpoint.
    pub(crate) fn start_from(
        &self,
        table: &'static OperationTable,
        input: ErasedRef<'_>,
        checkpoint: Option<DownloadCheckpoint>,
    ) -> Pin<Box<Answering>> {
        if table.parts.is_some() {
            return upload::start(self.core.clone(), table, input.to_owned(), Tracking::default());
        }
        if table.steps.is_empty() {
            self.sent(call::prepare(&self.core, table, input, &[]), checkpoint)
        } else {
            steps::start(self.core.clone(), table, input.to_owned(), checkpoint)
        }
    }

    /// The same, with what stands around the answer. Of several exchanges nothing does.
    pub(crate) fn start_whole(&self, table: &'static OperationTable, input: ErasedRef<'_>) -> Coming {
        if !table.steps.is_empty() || table.parts.is_some() {
            let steps = self.start(table, input);
            return Box::pin(async move { Ok((steps.await?, Head::default())) });
        }
        let (core, prepared) = (self.core.clone(), call::prepare(&self.core, table, input, &[]));
        Box::pin(async move {
            let answered = core.run(&prepared?).await?;
            let head = Head::of(&answered);
            Ok((decoded(&core, answered)?, head))
        })
    }

    /// Sends a call that may not have been made.
    fn sent(&self, prepared: Result<Prepared, Error>, checkpoint: Option<DownloadCheckpoint>) -> Pin<Box<Answering>> {
        let core = self.core.clone();
        match (prepared, checkpoint) {
            (Err(error), _) => Box::pin(std::future::ready(Err(error))),
            (Ok(prepared), None) => Box::pin(async move { decoded(&core, core.run(&prepared).await?) }),
            (Ok(prepared), Some(checkpoint)) => Box::pin(async move {
                let operation = prepared.operation;
                let resumed = download::resume(&core, prepared, &checkpoint, &core.budget()).await;
                decoded(&core, resumed.map_err(|error| error.with_operation(operation))?)
            }),
        }
    }
}

fn decoded(core: &Core, answered: Answered) -> Result<Erased, Error> {
    core.watching(answered.operation, || answer::decode(&answered)).map_err(|error| core.blame(answered.operation, error))
}

fn connection_named(table: &'static ApiTable, name: &str) -> Result<&'static ConnectionTable, Error> {
    let found = table.connections.iter().rev().find(|connection| connection.name == name);
    found.copied().ok_or_else(|| configuration(&format!("`{}` has no connection `{}`", table.connector, crate::error::shorten(name))))
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
