//! A call to a GraphQL server: the document, its variables, and how it is sent.

use std::{borrow::Cow, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json, json};

use super::{
    document::{self, Kind, Operation},
    pages::{Connection, GraphqlItems, GraphqlPages},
    response::GraphqlResponse,
    send,
};
use crate::{
    catalog,
    client::AnyClient,
    error::{Error, ErrorKind, shorten},
    http_module::HttpRequest,
};

/// Unless the program says what it accepts.
const ACCEPT: &str = "application/graphql-response+json, application/json;q=0.9";

/// A call to a GraphQL server, as *GraphQL over HTTP* describes it. `Debug` shows no variable and no header's value.
///
/// ```no_run
/// # async fn example(client: linchpin_runtime::AnyClient) -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::graphql_module::GraphqlRequest;
/// use serde_json::json;
///
/// let document = "mutation Close($id: ID!) { closeIssue(id: $id) { ok } }";
/// let answer = GraphqlRequest::new("/graphql", document).variables(&json!({"id": "i1"})).send::<serde_json::Value>(&client).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GraphqlRequest {
    /// All but the body.
    http: HttpRequest,
    document: Cow<'static, str>,
    operation: Option<String>,
    variables: Map<String, Json>,
    /// Why the variables are none.
    unfit: Option<String>,
    repeatable: bool,
}

impl GraphqlRequest {
    /// A call with a document of queries or mutations. The address is whole, or a path below the client's server. One try may take 40 seconds.
    pub fn new(url: impl Into<String>, document: impl Into<Cow<'static, str>>) -> Self {
        Self {
            http: HttpRequest::post(url),
            document: document.into(),
            operation: None,
            variables: Map::new(),
            unfit: None,
            repeatable: false,
        }
    }

    /// Which of the document's operations is called. Default: the only one.
    #[must_use]
    pub fn operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Sets the variables: any struct or map that serde writes as an object. What is not there keeps its value.
    #[must_use]
    pub fn variables(mut self, variables: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_value(variables) {
            Ok(Json::Object(members)) => self.variables.extend(members),
            Ok(Json::Null) => {}
            Ok(_) => self.unfit = Some("the variables are no object".to_owned()),
            Err(error) => self.unfit = Some(format!("the variables cannot be written as JSON: {error}")),
        }
        self
    }

    /// Sets one variable, named without its `$`.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => drop(self.variables.insert(name.into(), value)),
            Err(error) => self.unfit = Some(format!("a variable cannot be written as JSON: {error}")),
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.http = self.http.header(name, value);
        self
    }

    /// The longest that one try may take, from 1 to 300 seconds. Default: 40.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.http = self.http.timeout(timeout);
        self
    }

    /// Says that doing it twice is the same as doing it once, so that a mutation may be tried again. Queries always may.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Sends it. Data that was given only in part comes with its errors.
    ///
    /// # Errors
    /// As any call; when the server gives errors and no data, of the kind that their code names; and when the data is not a `T`. The errors of such
    /// an answer are in [`GraphqlError::all_of`](super::GraphqlError::all_of).
    pub async fn send<T: DeserializeOwned>(&self, client: &impl AsRef<AnyClient>) -> Result<GraphqlResponse<T>, Error> {
        let answered = send::send(self, client.as_ref()).await?;
        GraphqlResponse::of(&answered)
    }

    /// Sends it, and gives the data if all of it came.
    ///
    /// # Errors
    /// As [`GraphqlRequest::send`]; and when any part of the data is missing.
    pub async fn whole<T: DeserializeOwned>(&self, client: &impl AsRef<AnyClient>) -> Result<T, Error> {
        self.send(client).await?.whole()
    }

    /// The pages of a connection (GraphQL Cursor Connections Specification), a stream of lists. The connection is named by its place in the data,
    /// `repository.issues`; the document asks for its `nodes` or its `edges { node }`, and for `pageInfo { hasNextPage endCursor }`, and declares
    /// the variable `$after` that takes the cursor.
    ///
    /// An item that the server could not give is null, and then an error unless `T` may be null: read `Option<Issue>` to go on without it.
    pub fn pages<T: DeserializeOwned>(&self, client: &impl AsRef<AnyClient>, at: impl Into<Connection>) -> GraphqlPages<T> {
        GraphqlPages::new(client.as_ref(), self.clone(), at.into())
    }

    /// The items of all pages, one after the other. See [`GraphqlRequest::pages`].
    pub fn items<T: DeserializeOwned>(&self, client: &impl AsRef<AnyClient>, at: impl Into<Connection>) -> GraphqlItems<T> {
        GraphqlItems::over(self.pages(client, at))
    }

    /// What the document does, with the variables held against those that it declares: one that it does not would be ignored in silence.
    pub(super) fn selected(&self) -> Result<Operation<'_>, Error> {
        if let Some(unfit) = &self.unfit {
            return Err(Error::new(ErrorKind::Input, shorten(unfit)));
        }
        let selected = document::select(&self.document, self.operation.as_deref())?;
        if selected.kind == Kind::Subscription {
            return Err(Error::new(ErrorKind::Input, "a subscription is no call: it needs a connection that stays"));
        }
        self.variables.keys().try_for_each(|name| declared(&selected, name))?;
        Ok(selected)
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// The operation's name, or what stands for it.
    pub(super) fn name(&self) -> &str {
        self.operation.as_deref().unwrap_or_default()
    }

    /// The call as one in HTTP.
    pub(super) fn http(&self) -> HttpRequest {
        let mut body = json!({ "query": self.document });
        if let Some(name) = &self.operation {
            body["operationName"] = name.as_str().into();
        }
        if !self.variables.is_empty() {
            body["variables"] = Json::Object(self.variables.clone());
        }
        let request = self.http.clone().json(body);
        if request.has_header("accept") { request } else { request.header("accept", ACCEPT) }
    }
}

/// Whether an operation declares a variable.
pub(super) fn declared(operation: &Operation<'_>, name: &str) -> Result<(), Error> {
    if operation.variables.contains(&name) {
        return Ok(());
    }
    let name = shorten(name);
    let near = catalog::nearest(&name, operation.variables.iter().copied());
    let near = if near.is_empty() { String::new() } else { format!("; near it: `${}`", near.join("`, `$")) };
    Err(Error::new(ErrorKind::Input, format!("the document declares no variable `${name}`{near}")))
}

impl std::fmt::Debug for GraphqlRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphqlRequest")
            .field("operation", &self.operation)
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "query List($first: Int!, $after: String) { issues(first: $first, after: $after) { nodes { id } } }";

    #[test]
    fn variables_are_held_against_the_document() {
        let wrong = |request: GraphqlRequest| request.selected().expect_err("wrong").to_string();
        let request = || GraphqlRequest::new("/graphql", DOCUMENT);
        assert!(request().variable("first", 10).selected().is_ok());
        assert_eq!(wrong(request().variable("frist", 10)), "the document declares no variable `$frist`; near it: `$first`");
        assert_eq!(wrong(request().variables(&[1, 2])), "the variables are no object");
        assert_eq!(wrong(request().operation("Lost")), "the document has no operation `Lost`");
        assert!(wrong(GraphqlRequest::new("/", "subscription { a }")).contains("no call"));
        let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert!(wrong(request().variables(&unwritable)).starts_with("the variables cannot be written as JSON"));
    }

    #[test]
    fn debug_shows_no_value() {
        let request = GraphqlRequest::new("https://acme.example/?key=s3cr3t", "{ a(password: \"s3cr3t\") }");
        let request = request.variable("password", "s3cr3t").header("X-Key", "s3cr3t");
        assert!(!format!("{request:?}").contains("s3cr3t"));
    }
}
