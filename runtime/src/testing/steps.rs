//! What examples of operations with steps mean for a stand-in: which operation each exchange is, and where addresses lead that a step gives
//! to a later one.

use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;
use url::{Position, Url};

use super::script::Reply;
use crate::operation::{
    ApiTable, Decoding, ExampleExchange, ExampleTable, OperationTable, Segment, ServerChoice, StepPath, StepSource, StepTable, StepValue,
};
use crate::shape::Shape;

/// The operation that the exchange with this number is one of.
pub(super) fn made(operation: &'static OperationTable, index: usize) -> &'static OperationTable {
    operation.steps.get(index).map_or(operation, |step| step.operation)
}

/// An exchange of the operation as an example of an operation with steps shows it.
pub(super) fn shown(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    good: impl Fn(&ExampleTable) -> bool,
) -> Option<&'static ExampleExchange> {
    let examples = table.operations.iter().flat_map(|whole| whole.examples.iter().map(move |example| (whole, example)));
    examples.filter(|(_, example)| good(example)).find_map(|(whole, example)| {
        let index = whole.steps.iter().position(|step| is(step.operation, operation))?;
        example.exchanges.get(index)
    })
}

/// A step that goes outside goes where an earlier answer says; here that is the stand-in, path and query as they are.
pub(super) fn lead_home(table: &'static ApiTable, operation: &'static OperationTable, mut reply: Reply, home: &str) -> Reply {
    let paths = addresses(table, operation);
    if let Some(name) = given_in(operation).filter(|_| !paths.is_empty()) {
        let here = reply.headers.get(name).and_then(|address| at_home(address.to_str().ok()?, home));
        if let Some(Ok(here)) = here.map(HeaderValue::try_from) {
            reply.headers.insert(name, here);
        }
        return reply;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
    let mut led = false;
    for path in paths {
        let found = path.iter().try_fold(&mut body, |value, member| value.get_mut(*member));
        if let Some(Value::String(address)) = found
            && let Some(here) = at_home(address, home)
        {
            *address = here;
            led = true;
        }
    }
    if led {
        reply.body = Bytes::from(body.to_string());
    }
    reply
}

/// Where the addresses lead that examples give to steps outside, each with the operation that goes there.
pub(super) fn led_to(table: &'static ApiTable) -> Vec<(&'static OperationTable, String)> {
    let mut found = Vec::new();
    for whole in table.operations.iter() {
        for (step, path) in whole.steps.iter().filter_map(|step| Some((step, address(step)?))) {
            let StepSource::Output(index) = path.source else { continue };
            let before = made(whole, index);
            let own = before.examples.iter().flat_map(|example| example.exchanges);
            let shown = whole.examples.iter().filter_map(|example| example.exchanges.get(index));
            let wire = wire_path(before, path.members);
            let addresses = own.chain(shown).filter_map(|exchange| {
                if let Some(name) = given_in(before) {
                    let (_, address) = exchange.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name))?;
                    return Some(Url::parse(address).ok()?.path().to_owned());
                }
                let body: Value = serde_json::from_str(exchange.body).ok()?;
                let address = wire.iter().try_fold(&body, |value, member| value.get(*member))?.as_str()?;
                Some(Url::parse(address).ok()?.path().to_owned())
            });
            found.extend(addresses.map(|target| (step.operation, target)));
        }
    }
    found
}

/// The inputs that a step of the operation, or it itself, takes as the address of another origin.
pub(super) fn addresses_given(operation: &'static OperationTable) -> Vec<&'static str> {
    let own = outside_input(operation);
    let given = operation.steps.iter().filter_map(|step| match address(step)? {
        StepPath { source: StepSource::Input(name), members: [], part: None } => Some(name),
        _ => None,
    });
    own.into_iter().chain(given).collect()
}

/// The address with the stand-in in place of its origin.
pub(super) fn at_home(address: &str, home: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(format!("{home}{}", &url[Position::BeforePath..]))
}

/// Where the answer of an operation holds addresses that a later step goes to, on the wire.
fn addresses(table: &'static ApiTable, operation: &'static OperationTable) -> Vec<Vec<&'static str>> {
    let mut found = Vec::new();
    for whole in table.operations.iter() {
        for path in whole.steps.iter().filter_map(address) {
            let StepSource::Output(index) = path.source else { continue };
            if is(made(whole, index), operation) {
                found.push(wire_path(operation, path.members));
            }
        }
    }
    found
}

/// The header that holds what an operation gives, if one does.
fn given_in(operation: &'static OperationTable) -> Option<&'static str> {
    match operation.answers.first()?.decoding {
        Decoding::Header(name) => Some(name),
        _ => None,
    }
}

/// What the address of a step outside is given.
fn address(step: &'static StepTable) -> Option<StepPath> {
    let input = outside_input(step.operation)?;
    step.inputs.iter().find(|(name, _)| *name == input).and_then(|(_, value)| match value {
        StepValue::From(path) => Some(*path),
        _ => None,
    })
}

fn outside_input(operation: &'static OperationTable) -> Option<&'static str> {
    match (operation.server, operation.segments().next()) {
        (ServerChoice::Outside, Some(Segment::Field(index))) => operation.input.fields().get(usize::from(index)).map(|field| field.name()),
        _ => None,
    }
}

fn wire_path(operation: &'static OperationTable, members: &[&'static str]) -> Vec<&'static str> {
    let mut path = operation.answers.first().map_or_else(Vec::new, |answer| answer.at.to_vec());
    let mut shape: Option<&'static Shape> = Some(operation.output.get());
    for member in members {
        let fields = shape.map_or(&[][..], |shape| shape.bare().fields());
        let field = fields.iter().find(|field| field.name() == *member);
        path.push(field.map_or(*member, |field| field.wire));
        shape = field.map(|field| field.shape());
    }
    path
}

/// Tables are constants, which may exist more than once.
fn is(one: &OperationTable, other: &OperationTable) -> bool {
    one.name == other.name && one.revision == other.revision
}
