//! Is what a spec says of an API also what the API's owner says?
//!
//! [`compare`] holds one connector, as it stands in one API version, against the owner's OpenAPI document: every operation,
//! parameter, member of a body and field of an answer that the spec names has to be there, with that type. The other way
//! round only one thing is asked: that the spec leaves out nothing the owner requires. What a person has looked at and found
//! good is an [`Exception`], with its reason.
//!
//! It leaves to others where the documents lie and which exceptions a connector has.

mod document;
mod findings;
mod operations;
mod patch;
mod shapes;

pub use document::Document;
pub use findings::{Exception, Finding, Verdict, judge};

use linchpin_compiler::model::{Module, ModuleServer, Projection};

/// Everything in which the connector and the document differ, sorted by place.
pub fn compare(projection: &Projection<'_>, document: &Document) -> Vec<Finding> {
    let mut comparison = shapes::Comparison::new(projection, document);
    // An owner describes exchanges, and only those on the API's own servers.
    let described = |module: &Module| module.steps.is_none() && module.server != ModuleServer::Outside;
    for module in projection.modules.iter().filter(|module| described(&module.item)) {
        operations::compare(&mut comparison, &module.item);
    }
    comparison.findings.into_list()
}
