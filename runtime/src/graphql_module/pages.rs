//! Connections page by page (GraphQL Cursor Connections Specification): fetches ahead, decodes, hands on. Where a search stands and when it ends is
//! decided as for every other search.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use super::{
    errors::GraphqlError,
    request::{GraphqlRequest, declared},
    response, send,
};
use crate::{
    answer::Answered,
    client::AnyClient,
    engine::Core,
    error::{Error, ErrorKind},
    operation::{Items as PageItems, Page, Stop, Strategy},
    page::{Checkpoint, Facts, Fetching, Items, PageSource, Position, Progress, State, next},
    shape::Shaped,
};

/// Where a connection stands in the data, and which variable takes its cursor.
///
/// ```
/// use linchpin_runtime::graphql_module::Connection;
/// let issues = Connection::at("repository.issues").variable("cursor");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    path: Arc<[String]>,
    variable: String,
}

impl Connection {
    /// A connection by its place in the data: `repository.issues`. The variable is `$after`.
    pub fn at(path: &str) -> Self {
        Self { path: path.split('.').map(|name| name.trim().to_owned()).collect(), variable: "after".to_owned() }
    }

    /// Names the variable that takes the cursor, without its `$`.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>) -> Self {
        self.variable = name.into();
        self
    }

    fn shown(&self) -> String {
        crate::error::shorten(&format!("data.{}", self.path.join(".")))
    }
}

impl From<&str> for Connection {
    fn from(path: &str) -> Self {
        Self::at(path)
    }
}

/// A connection has a cursor and says whether there is more. Its places are told by name, not by this table.
static RELAY: Page = Page {
    items: PageItems { at: &[], shape: <Json as Shaped>::LINK },
    strategy: Strategy::Cursor { send: 0, read: &[] },
    stop: Stop::More(&[]),
    cap: u32::MAX,
};

/// The pages of a connection. A stream of lists; the next page is fetched while the current one is used.
pub struct GraphqlPages<T> {
    core: Arc<Core>,
    request: GraphqlRequest,
    at: Connection,
    progress: Progress,
    state: State,
    errors: Vec<GraphqlError>,
    item: PhantomData<fn() -> T>,
}

/// The items of all pages of a connection.
pub type GraphqlItems<T> = Items<T, GraphqlPages<T>>;

impl<T: DeserializeOwned> GraphqlPages<T> {
    pub(super) fn new(client: &AnyClient, request: GraphqlRequest, at: Connection) -> Self {
        let core = client.core.clone();
        let progress = Progress::new(&RELAY, None, None, core.settings.caps);
        Self { core, request, at, progress, state: State::Before, errors: Vec::new(), item: PhantomData }
    }

    /// Goes on from a checkpoint, which must be of the same search with the same variables.
    #[must_use]
    pub fn from(mut self, checkpoint: Checkpoint) -> Self {
        if let Err(error) = self.progress.resume(&self.name(), checkpoint) {
            self.state = State::Failed(error);
        }
        self
    }

    /// Where to go on after the pages that were given; none when there are no more.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.state.goes_on().then(|| self.progress.checkpoint(self.name()))
    }

    /// Why parts of the page that was given last are missing.
    pub fn errors(&self) -> &[GraphqlError] {
        &self.errors
    }

    /// The next page; none at the end.
    ///
    /// # Errors
    /// As any call, and when the pages do not end as they should. There is nothing after an error.
    pub async fn try_next(&mut self) -> Result<Option<Vec<T>>, Error> {
        next(self).await.transpose()
    }

    fn name(&self) -> String {
        format!("graphql {} {}", self.request.name(), self.at.path.join("."))
    }

    fn fetch(&mut self) {
        self.state = match self.progress.room().and_then(|_| self.fetching()) {
            Ok(fetching) => State::Fetching(fetching),
            Err(error) => State::Failed(error),
        };
    }

    /// Asks for the page at the current position.
    fn fetching(&self) -> Result<Fetching, Error> {
        let mut request = self.request.clone();
        match self.progress.position() {
            Position::First => {}
            Position::Field(cursor) => request = request.variable(self.at.variable.as_str(), cursor),
            Position::Url(_) => return Err(Error::new(ErrorKind::Input, "the checkpoint does not fit the search")),
        }
        let selected = request.selected()?;
        declared(&selected, &self.at.variable)?;
        let mut prepared = send::prepare(&self.core, &request, &selected)?;
        prepared.wanted = Some(self.at.path.clone());
        let core = self.core.clone();
        Ok(Fetching::of(async move {
            let selected = request.selected()?;
            send::in_span(&selected, core.run(&prepared)).await
        }))
    }

    /// Decodes a page, asks for the next one as soon as it is known, and gives the items.
    fn take(&mut self, answered: &Answered) -> Result<Vec<T>, Error> {
        let mut page = self.read(answered)?;
        let room = usize::try_from(self.progress.room()?).unwrap_or(usize::MAX);
        let facts = Facts { items: page.items.len(), cursor: page.end, more: page.more, ..Facts::default() };
        match self.progress.advance(facts) {
            _ if page.items.len() > room => {
                page.items.truncate(room);
                self.state = State::Failed(self.progress.too_many());
            }
            Ok(true) => self.fetch(),
            Ok(false) => self.state = State::Done,
            Err(error) => self.state = State::Failed(error),
        }
        Ok(page.items)
    }

    fn read(&mut self, answered: &Answered) -> Result<OnePage<T>, Error> {
        let status = http::StatusCode::from_u16(answered.status).unwrap_or_default();
        let seed = Down { path: &self.at.path, item: PhantomData };
        let body = send::body(answered)?;
        let envelope = response::read(body, status, seed)?;
        let told = super::Told::of(&envelope.errors, &envelope.extensions);
        self.errors = envelope.errors.list;
        match (envelope.data.flatten(), told) {
            // What is missing beside errors is what the server could not give, not what the document did not ask for.
            (Some(page), Some(told)) if !page.is_whole() => Err(response::refused(told, status).with_body(body.clone())),
            (Some(page), _) if !page.told => Err(self.misplaced("has no `pageInfo` with `hasNextPage`: the document must ask for it")),
            (Some(page), _) if page.more && page.end.is_none() => {
                Err(self.misplaced("has more, and no `endCursor`: the document must ask for it"))
            }
            (Some(page), _) if !page.listed => Err(self.misplaced("has neither `nodes` nor `edges { node }`")),
            (Some(page), _) => Ok(page),
            (None, Some(told)) => Err(response::refused(told, status).with_body(body.clone())),
            (None, None) => Err(self.misplaced("is not there").with_status(answered.status)),
        }
    }

    fn misplaced(&self, what: &str) -> Error {
        Error::new(ErrorKind::Decode, format!("the connection {what}")).with_path(self.at.shown())
    }
}

impl<T: DeserializeOwned> Stream for GraphqlPages<T> {
    type Item = Result<Vec<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Before => self.fetch(),
                State::Failed(_) => {
                    let State::Failed(error) = std::mem::replace(&mut self.state, State::Done) else { return Poll::Ready(None) };
                    return Poll::Ready(Some(Err(error)));
                }
                State::Fetching(fetching) => {
                    let fetched = ready!(fetching.poll_answer(context));
                    self.state = State::Done;
                    let page =
                        fetched.and_then(|answered| self.take(&answered).map_err(|error| self.core.blame(answered.operation, error)));
                    if page.is_err() {
                        self.state = State::Done;
                    }
                    return Poll::Ready(Some(page));
                }
            }
        }
    }
}

impl<T: DeserializeOwned> PageSource<T> for GraphqlPages<T> {
    fn here(&self) -> Option<Checkpoint> {
        self.checkpoint()
    }

    fn resumed(self, checkpoint: Checkpoint) -> Self {
        self.from(checkpoint)
    }
}

// The items are never pinned, only moved out.
impl<T> Unpin for GraphqlPages<T> {}

impl<T> fmt::Debug for GraphqlPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlPages").field("at", &self.at).field("progress", &self.progress.counted()).finish_non_exhaustive()
    }
}

/// What a connection holds.
struct OnePage<T> {
    items: Vec<T>,
    /// The items were there, be it none.
    listed: bool,
    /// It was said whether there is more.
    told: bool,
    more: bool,
    end: Option<Json>,
}

impl<T> OnePage<T> {
    /// All is there that a page needs.
    fn is_whole(&self) -> bool {
        self.told && self.listed && !(self.more && self.end.is_none())
    }
}

/// Goes down to a connection and reads it; none where there is null on the way, or nothing.
struct Down<'p, T> {
    path: &'p [String],
    item: PhantomData<fn() -> T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Down<'_, T> {
    type Value = Option<OnePage<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Down<'_, T> {
    type Value = Option<OnePage<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.first() {
            Some(name) => write!(f, "an object with `{}`", crate::error::shorten(name)),
            None => f.write_str("a connection"),
        }
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let Some((name, path)) = self.path.split_first() else { return connection(members).map(Some) };
        let mut found = None;
        while let Some(member) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if member == name.as_str() {
                found = members.next_value_seed(Down { path, item: self.item })?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

fn connection<'de, T: DeserializeOwned, A: MapAccess<'de>>(mut members: A) -> Result<OnePage<T>, A::Error> {
    let (mut nodes, mut edges) = (None, None);
    let mut page = OnePage { items: Vec::new(), listed: false, told: false, more: false, end: None };
    while let Some(member) = members.next_key::<std::borrow::Cow<'de, str>>()? {
        match &*member {
            "nodes" => nodes = members.next_value::<Option<Vec<T>>>()?,
            "edges" => edges = members.next_value::<Option<Edges<T>>>()?.map(|edges| edges.0),
            "pageInfo" => {
                let info: Json = members.next_value()?;
                let more = info.get("hasNextPage").and_then(Json::as_bool);
                page.told = more.is_some();
                page.more = more.unwrap_or_default();
                page.end = info.get("endCursor").filter(|cursor| !cursor.is_null()).cloned();
            }
            _ => drop(members.next_value::<IgnoredAny>()?),
        }
    }
    let items = nodes.or(edges.flatten());
    page.listed = items.is_some();
    page.items = items.unwrap_or_default();
    Ok(page)
}

/// The nodes of edges; none when the edges have none, because the document asks for their cursors only.
struct Edges<T>(Option<Vec<T>>);

impl<'de, T: DeserializeOwned> serde::Deserialize<'de> for Edges<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let edges: Vec<Edge<T>> = serde::Deserialize::deserialize(deserializer)?;
        let bare = edges.iter().any(|edge| edge.0.is_none());
        Ok(Edges((!bare).then(|| edges.into_iter().filter_map(|edge| edge.0).collect())))
    }
}

struct Edge<T>(Option<T>);

impl<'de, T: DeserializeOwned> serde::Deserialize<'de> for Edge<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EdgeVisitor(PhantomData))
    }
}

struct EdgeVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for EdgeVisitor<T> {
    type Value = Edge<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an edge")
    }

    /// An edge that the server could not give: its node is as if it were null.
    fn visit_unit<E: serde::de::Error>(self) -> Result<Edge<T>, E> {
        T::deserialize(serde::de::value::UnitDeserializer::new()).map(|node| Edge(Some(node)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Edge<T>, A::Error> {
        let mut node = None;
        while let Some(member) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if member == "node" {
                node = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Edge(node))
    }
}
