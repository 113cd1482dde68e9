//! Hands a call to the engine, under a table that says only what the engine must know: that it is GraphQL, and whether it may be tried again.

use std::{future::Future, pin::pin};

use super::{
    document::{Kind, Operation},
    request::GraphqlRequest,
};
use crate::{
    answer::Answered,
    call::Prepared,
    client::AnyClient,
    engine::Core,
    error::{Error, ErrorKind},
    http_module,
    operation::{Answer, BodyEncoding, Decoding, OperationTable, RetryClass, Statuses},
    shape::Shaped,
};

pub(super) async fn send(request: &GraphqlRequest, client: &AnyClient) -> Result<Answered, Error> {
    let core = &client.core;
    let selected = request.selected().map_err(|error| error.with_operation(&QUERY))?;
    let prepared = prepare(core, request, &selected)?;
    in_span(&selected, core.execute(&prepared)).await
}

/// The call as the engine takes it.
pub(super) fn prepare(core: &Core, request: &GraphqlRequest, selected: &Operation<'_>) -> Result<Prepared, Error> {
    let table = table(selected.kind, request.is_repeatable());
    let mut prepared = http_module::prepare(core, &request.http(), table).map_err(|error| error.with_operation(table))?;
    // The rules of every call: only a redirect that repeats it is followed, and none to another origin.
    prepared.redirects = None;
    Ok(prepared)
}

/// A future whose tries stand in a span with OpenTelemetry's names for GraphQL. Neither document nor variables are in it.
pub(super) async fn in_span<T>(selected: &Operation<'_>, call: impl Future<Output = T>) -> T {
    let kind = match selected.kind {
        Kind::Mutation => "mutation",
        Kind::Query | Kind::Subscription => "query",
    };
    let span = tracing::debug_span!("graphql", graphql.operation.r#type = kind, graphql.operation.name = selected.name);
    let mut call = pin!(call);
    std::future::poll_fn(|context| span.in_scope(|| call.as_mut().poll(context))).await
}

fn table(kind: Kind, repeatable: bool) -> &'static OperationTable {
    match (kind, repeatable) {
        (Kind::Query, _) => &QUERY,
        (_, true) => &REPEATABLE,
        (_, false) => &MUTATION,
    }
}

/// The answer's body; GraphQL comes in no other form.
pub(super) fn body(answered: &Answered) -> Result<&bytes::Bytes, Error> {
    crate::answer::expect_type(answered, &[b"json"], "JSON")?;
    match &answered.content {
        crate::answer::Content::Bytes(bytes) => Ok(bytes),
        crate::answer::Content::Stream(_) => Err(Error::new(ErrorKind::Decode, "the answer is a file")),
    }
}

const fn graphql(retry: RetryClass) -> OperationTable {
    OperationTable {
        name: "graphql",
        title: "GraphQL",
        method: "POST",
        retry,
        body: BodyEncoding::Graphql(""),
        answers: &ANSWERS,
        ..OperationTable::EMPTY
    }
}

static QUERY: OperationTable = graphql(RetryClass::Safe);
static MUTATION: OperationTable = graphql(RetryClass::Never);
static REPEATABLE: OperationTable = graphql(RetryClass::Idempotent);

/// The data is left to the caller's type.
static ANSWERS: [Answer; 1] = [Answer {
    statuses: Statuses(200, 299),
    decoding: Decoding::Json,
    shape: <serde_json::Value as Shaped>::LINK,
    at: &["data"],
    ..Answer::EMPTY
}];
