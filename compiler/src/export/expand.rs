//! One module as it stands in one API version, by itself: a spec that holds it and all that it needs, with mixins taken in.
//!
//! It is written by what reads exported documents again, so it has every clause that the language has, and checks to the same model.

use super::carried::{carried, successors};
use super::openapi;
use crate::diagnostics::Diagnostics;
use crate::import::spec::{Options, spec};
use crate::model::project::project;
use crate::model::select::only;
use crate::model::{Model, Module, Projection};

/// The spec of one module.
pub fn expanded(projection: &Projection<'_>, module: &Module) -> String {
    let alone = alone(projection, module);
    let text = openapi(&project(&alone, 0)).text;
    let mut diagnostics = Diagnostics::default();
    let tree = crate::import::parse("expanded.json", text, &mut |_| None, &mut diagnostics);
    let document = crate::import::read(&tree, &mut diagnostics).expect("what was exported is a document");
    let files = spec(&document, &tree, &Options::default()).files;
    files.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// The connector of the projection with this module, what that calls, and the connections that may call it.
pub fn alone(projection: &Projection<'_>, module: &Module) -> Model {
    let mut model = carried(projection);
    model.modules.retain(|one| one.symbol != module.symbol || one.revision == module.revision);
    let mut model = only(model, module.symbol);
    // Servers may have holes for what a connection holds, so one stays in any case.
    if module.connections.iter().any(|name| name != "none") {
        model.connections.retain(|connection| module.connections.contains(&connection.name));
    }
    // What is deprecated may have its successor elsewhere.
    successors::in_words(&mut model);
    model
}
