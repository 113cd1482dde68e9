//! A spec as an OpenAPI 3.1 document, for tools that read those: mock servers, generators of tests, documentation.
//!
//! ```text
//! projection ─▶ document (JSON, in the order of the spec) + what is not in it
//! ```
//! What OpenAPI can say is said in its own words. What it cannot, and importing must get back, stands in `x-linchpin-…` members, which
//! `docs/export.md` describes. It sees one API version, compares nothing and finds nothing wrong.

mod answers;
mod bodies;
mod carried;
mod document;
mod examples;
mod expand;
mod extensions;
mod json;
mod left_out;
mod operations;
mod parameters;
mod schemas;
mod security;
mod servers;
mod webhooks;

use std::collections::HashMap;

pub use carried::{carried, same};
pub use expand::{alone, expanded};

use crate::model::project::project;
use crate::model::resolve::names::Convention;
use crate::model::{Module, Projection, Symbol, TypeDef};

/// What was made of a spec.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The document, as JSON.
    pub text: String,
    /// What it does not hold, or holds where only Linchpin finds it; a line each.
    pub left_out: Vec<String>,
}

/// The document of one API version.
pub fn openapi(projection: &Projection<'_>) -> Exported {
    let carried = carried(projection);
    let alone = project(&carried, 0);
    let exporter = Exporter::of(&alone);
    let operations = exporter.operations();
    let left_out = left_out::left_out(projection, &operations.notes);
    let document = exporter.document(operations);
    Exported { text: format!("{}\n", json::Value::from(document)), left_out }
}

/// What writing needs at hand.
struct Exporter<'p> {
    projection: &'p Projection<'p>,
    types: HashMap<Symbol, &'p TypeDef>,
    /// The newest revision of each module.
    newest: HashMap<Symbol, u32>,
    /// The connector's `names` rule.
    convention: Convention,
}

impl<'p> Exporter<'p> {
    fn of(projection: &'p Projection<'p>) -> Self {
        let types = projection.types.iter().map(|one| (one.item.symbol, &one.item)).collect();
        let mut newest = HashMap::new();
        for module in projection.modules.iter().map(|one| &one.item) {
            let revision = newest.entry(module.symbol).or_default();
            *revision = module.revision.max(*revision);
        }
        let convention = Convention::of(projection.model.connector.names).unwrap_or(Convention::AsWritten);
        Self { projection, types, newest, convention }
    }

    fn definition_of(&self, symbol: Symbol) -> Option<&'p TypeDef> {
        self.types.get(&symbol).copied()
    }

    /// `group.Name`
    fn type_name(&self, symbol: Symbol) -> String {
        self.projection.model.full_name(symbol)
    }

    /// `group.name`
    fn module_name(&self, symbol: Symbol) -> String {
        self.projection.model.full_name(symbol)
    }

    /// A module's name; an older revision beside a newer one says which it is.
    fn operation_id(&self, module: &Module) -> String {
        let name = self.module_name(module.symbol);
        if self.newest.get(&module.symbol) == Some(&module.revision) { name } else { format!("{name}@{}", module.revision) }
    }

    /// Text in which the API version stands where `{api}` did.
    fn version_filled_in(&self, text: &str) -> String {
        text.replace("{api}", &self.projection.model.apis[self.projection.version].wire)
    }
}
