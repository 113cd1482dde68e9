//! Parameters of operations as inputs, and paths as templates over them.

use super::connections::Connections;
use super::life;
use super::literals::{quoted, template_text};
use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Field, Type, What};
use super::structs::field_name;
use crate::import::document::{In, Operation, Parameter};
use crate::import::node::Value;
use crate::import::schema::SchemaId;

/// Where the inputs of a module stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs {
    pub(super) names: Names,
    pub(super) path: String,
    pub(super) path_inputs: Vec<Field>,
    pub(super) query: Vec<Field>,
    pub(super) header: Vec<Field>,
    pub(super) cookie: Vec<Field>,
}

/// What HTTP itself takes care of: such parameters are ignored, as OpenAPI says.
const OF_HTTP: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'n> Maker<'_, 'n> {
    /// The inputs of an operation; `parent` is what types written in place are called after.
    pub(super) fn inputs(&mut self, operation: &Operation<'n>, connections: &Connections, parent: &str) -> Inputs {
        let mut inputs = Inputs::default();
        self.path(operation, &mut inputs, parent);
        for parameter in &operation.parameters {
            let taken = match parameter.place {
                In::Path => continue,
                In::Query => connections.sends("query", parameter.name),
                In::Header => connections.sends("header", parameter.name),
                In::Cookie => connections.sends("cookie", parameter.name),
            };
            if taken {
                self.note(Subject::Parameter, parameter.span, format!("`{}` is sent by the connection", parameter.name));
                continue;
            }
            let lower = parameter.name.to_ascii_lowercase();
            if parameter.place == In::Header && OF_HTTP.contains(&lower.as_str()) {
                self.note(Subject::Parameter, parameter.span, format!("`{}` follows from the connection and the body", parameter.name));
                continue;
            }
            if parameter.place == In::Header && !is_header(parameter.name) {
                self.note(Subject::Parameter, parameter.span, format!("`{}` cannot be the name of a header", parameter.name));
                continue;
            }
            let mut field = self.parameter(parameter, &mut inputs.names, parent);
            let list = match parameter.place {
                In::Query => &mut inputs.query,
                In::Header => &mut inputs.header,
                _ => &mut inputs.cookie,
            };
            let same = |one: &Field| {
                if parameter.place == In::Header { one.wire.eq_ignore_ascii_case(&field.wire) } else { one.wire == field.wire }
            };
            if list.iter().any(same) {
                self.note(Subject::Parameter, parameter.span, format!("`{}` is there already", parameter.name));
                continue;
            }
            if parameter.place == In::Header {
                self.simple_in_header(&mut field, parameter);
            }
            list.push(field);
        }
        inputs
    }

    /// The path with its holes, each declared; what the document forgot is text.
    fn path(&mut self, operation: &Operation<'n>, inputs: &mut Inputs, parent: &str) {
        let (path, query) = match operation.path.split_once(['?', '#']) {
            Some((path, query)) if operation.path.contains('?') => (path, Some(query)),
            Some((path, _)) => {
                self.note(Subject::Operation, operation.path_span, "what stands behind `#` is not sent");
                (path, None)
            }
            None => (operation.path, None),
        };
        let mut out = String::new();
        let mut rest = path;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(&template_text(before));
            let Some((wire, after)) = behind.split_once('}') else {
                out.push_str("{{");
                rest = behind;
                continue;
            };
            // `{+path}` and `{path*}` are of another kind of template: the value is the same.
            let bare = wire.trim_start_matches(['+', '?', '&', '#']).trim_end_matches('*');
            let declared = operation.parameters.iter().find(|one| one.place == In::Path && (one.name == wire || one.name == bare));
            let known = inputs.path_inputs.iter().find(|field| field.wire == wire).map(|field| field.name.clone());
            let name = known.unwrap_or_else(|| {
                let field = match declared {
                    Some(parameter) => self.parameter(parameter, &mut inputs.names, parent),
                    None => {
                        self.note(
                            Subject::Parameter,
                            operation.path_span,
                            format!("nothing declares `{{{wire}}}` of the path: it is text"),
                        );
                        let name = inputs.names.take(&field_name(bare), "_");
                        super::servers::field(&name, wire, Type::scalar("string"), String::new(), operation.path_span)
                    }
                };
                let name = field.name.clone();
                inputs.path_inputs.push(Field { optional: false, default: None, wire: wire.to_owned(), ..self.in_path(field) });
                name
            });
            out.push_str(&format!("{{{name}}}"));
            rest = after;
        }
        out.push_str(&template_text(rest));
        inputs.path = if out.starts_with('/') { out } else { format!("/{out}") };
        for unused in operation.parameters.iter().filter(|one| one.place == In::Path) {
            if !operation.path.contains(&format!("{{{}", unused.name)) && !operation.path.contains(&format!("{}}}", unused.name)) {
                self.note(Subject::Parameter, unused.span, format!("the path has no place for `{}`", unused.name));
            }
        }
        for (wire, value) in
            query.into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('=').or(Some((pair, ""))))
        {
            self.query_of_path(wire, value, operation, inputs);
        }
    }

    /// `?action=list` in a path is a parameter that is always the same.
    fn query_of_path(&mut self, wire: &str, value: &str, operation: &Operation<'n>, inputs: &mut Inputs) {
        let declared = operation.parameters.iter().any(|one| one.place == In::Query && one.name == wire);
        if wire.is_empty() || declared || value.contains('{') {
            return;
        }
        let name = inputs.names.take(&field_name(wire), "_");
        inputs.query.push(super::servers::field(&name, wire, Type::Literal(quoted(value)), String::new(), operation.path_span));
    }

    /// A path has no gaps, and nothing in it is a secret.
    fn in_path(&mut self, mut field: Field) -> Field {
        field.what.nullable = false;
        if matches!(field.what.ty, Type::Scalar("secret" | "file", _) | Type::Scalar("json", _)) {
            field.what.ty = Type::scalar("string");
        }
        if self.holds_structs(&field.what.ty) {
            field.style = Some("json");
        }
        field
    }

    fn parameter(&mut self, parameter: &Parameter<'n>, names: &mut Names, parent: &str) -> Field {
        let plain = field_name(parameter.name.trim_end_matches("[]"));
        let place = match parameter.place {
            In::Path => "path",
            In::Query => "query",
            In::Header => "header",
            In::Cookie => "cookie",
        };
        let name = names.take_first(&[plain.clone(), format!("{plain}_{place}")], "_");
        let hint = Hint::place(parent, &name);
        let schemas: Vec<SchemaId> = parameter.schema.into_iter().collect();
        let mut what = if schemas.is_empty() { What::of(Type::scalar("string")) } else { self.what(&schemas, &hint) };
        let used = self.used(&schemas);
        if what.ty == Type::json() && parameter.media.is_none() && !schemas.iter().any(|id| self.kept_raw.contains(id)) {
            what.ty = Type::scalar("string");
        }
        if let Type::Scalar("secret" | "file", _) = what.ty
            && parameter.place != In::Header
        {
            self.note(Subject::Parameter, parameter.span, format!("`{}` stands in a URL, so it is plain text", parameter.name));
            what.ty = Type::scalar("string");
        }
        // What is not sent is absent; a parameter has no other null.
        what.nullable = false;
        let docs = if parameter.description.is_empty() { used.docs } else { parameter.description };
        let own_life = life::told(&parameter.life, &parameter.extensions, parameter.description);
        let mut field = Field {
            name,
            wire: parameter.name.to_owned(),
            optional: !parameter.required,
            style: None,
            what,
            default: None,
            docs: docs.to_owned(),
            life: own_life.or_else(|| used.deprecated.and_then(|id| life::of(self.schema(id)))),
            rest: false,
            at: parameter.span,
        };
        field.style = self.style(parameter, &field.what.ty);
        if let Some(default) = used.default.filter(|node| node.value != Value::Null) {
            self.defaulted(&mut field, default, parameter.place != In::Path);
        }
        field
    }

    /// The language's style; none where it is the usual one, or the value has no parts.
    fn style(&mut self, parameter: &Parameter<'n>, ty: &Type) -> Option<&'static str> {
        if let Some(media) = parameter.media {
            if media.contains("json") {
                return Some("json");
            }
            self.note(Subject::Parameter, parameter.span, format!("a parameter written as `{media}`: it is sent as text"));
            return None;
        }
        let list = matches!(ty, Type::List(..));
        let parts = list || matches!(ty, Type::Map(_) | Type::Named(_)) || *ty == Type::json();
        let scalar = match ty {
            Type::Named(id) => matches!(self.types[id.0 as usize].kind, super::plan::TypeKind::Enum(_)),
            _ => !parts,
        };
        match (parameter.place, parameter.style, parameter.explode) {
            (In::Path, "label", explode) => Some(if explode { "label explode" } else { "label" }),
            (In::Path, "matrix", explode) => Some(if explode { "matrix explode" } else { "matrix" }),
            (In::Path | In::Header, _, true) if !scalar && !list => Some("simple explode"),
            (In::Path | In::Header, ..) => None,
            _ if scalar => None,
            (_, "form", true) => None,
            (_, "form", false) => Some("form joined"),
            (In::Query, "spaceDelimited", _) => Some("space"),
            (In::Query, "pipeDelimited", _) => Some("pipe"),
            (In::Query, "deepObject", _) if list => Some("brackets"),
            (In::Query, "deepObject", _) => Some("deep"),
            (_, other, _) => {
                let (name, at) = (parameter.name, parameter.span);
                self.note(
                    Subject::Parameter,
                    at,
                    format!("`{name}` has the style `{other}`, which is none here: its items are joined by commas"),
                );
                Some("form joined")
            }
        }
    }

    fn simple_in_header(&mut self, field: &mut Field, parameter: &Parameter<'n>) {
        if self.holds_structs(&field.what.ty) {
            self.note(Subject::Parameter, parameter.span, format!("`{}` holds objects in a header: it is sent as JSON", parameter.name));
            field.style = Some("json");
        }
    }

    /// A list or map of structs.
    fn holds_structs(&self, ty: &Type) -> bool {
        let (Type::List(item, _) | Type::Map(item)) = ty else { return false };
        matches!(&item.ty, Type::Named(id) if matches!(self.types[id.0 as usize].kind, super::plan::TypeKind::Struct(_)))
    }
}

pub(super) fn is_header(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}
