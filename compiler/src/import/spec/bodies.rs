//! Request bodies: which of several media types is sent, and whether the members of an object become inputs one by one.

use super::inputs::Inputs;
use super::literals::quoted;
use super::maker::{Hint, Maker};
use super::notes::Subject;
use super::plan::{Body, Field, Held, Type, What};
use super::structs::{Way, field_name};
use super::words::snake;
use crate::import::document::{self, Media, Operation};
use crate::import::schema::SchemaId;

/// What a media type is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Json,
    Urlencoded,
    Multipart,
    Xml,
    Text,
    Bytes,
}

/// The form of a media type; `*/*` is JSON where there is a schema that is no stream.
pub(super) fn form(media: &str) -> Form {
    let plain = essence(media);
    match plain.as_str() {
        "application/x-www-form-urlencoded" => Form::Urlencoded,
        _ if plain.starts_with("multipart/") => Form::Multipart,
        "application/json" | "text/json" | "*/*" | "application/*" | "json" | "" => Form::Json,
        _ if plain.ends_with("+json") || plain.ends_with("/json") => Form::Json,
        "application/xml" | "text/xml" => Form::Xml,
        _ if plain.ends_with("+xml") && !plain.starts_with("image/") => Form::Xml,
        "application/yaml" | "application/x-yaml" | "application/graphql" | "application/jwt" => Form::Text,
        "text/event-stream" => Form::Bytes,
        _ if plain.starts_with("text/") => Form::Text,
        _ => Form::Bytes,
    }
}

/// A media type without its parameters.
pub(super) fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or(media).trim().to_ascii_lowercase()
}

impl<'n> Maker<'_, 'n> {
    /// The body of an operation.
    pub(super) fn body(&mut self, operation: &Operation<'n>, inputs: &mut Inputs, parent: &str) -> Option<Body> {
        let body = operation.body.as_ref()?;
        let media = self.chosen(&body.content, "sent")?.clone();
        if matches!(operation.method, "GET" | "HEAD") {
            // Some generators write an empty body for every method.
            if media.schema.is_some_and(|id| self.has_members(id)) {
                let why = format!("`{}` with a body, which servers and proxies may drop", operation.method);
                self.note(Subject::Content, body.span, why);
            }
            media.schema.into_iter().for_each(|id| self.carry_all(id));
            return None;
        }
        let schemas: Vec<SchemaId> = media.schema.into_iter().collect();
        let sent = match form(media.media) {
            Form::Json if self.is_stream(&schemas) => Form::Bytes,
            form => form,
        };
        let encoding = match sent {
            Form::Json => json_encoding(media.media),
            Form::Urlencoded => "form".to_owned(),
            Form::Multipart => "multipart".to_owned(),
            Form::Xml => format!("xml {}", quoted(&self.root(&schemas, parent))),
            Form::Text | Form::Bytes => return Some(self.raw(body, &media, sent, inputs)),
        };
        if let Some(encoding) = media.encoding.filter(|_| sent == Form::Multipart) {
            self.part_headers(encoding);
        }
        let Some(held) = self.held(body, &schemas, inputs, parent, sent) else {
            return Some(self.raw(body, &media, Form::Bytes, inputs));
        };
        let encoding = match (&held, encoding.as_str()) {
            (Held::Members(_), "json") => String::new(),
            _ => encoding,
        };
        Some(Body { encoding, held })
    }

    fn has_members(&self, id: SchemaId) -> bool {
        let leaves = self.opened(&self.used(&[id]));
        let flat = self.merged(&leaves);
        !flat.properties.is_empty() || !flat.choices.is_empty() || flat.types.iter().any(|one| *one != "object")
    }

    /// The media type that is used, of several; the others are listed.
    pub(super) fn chosen<'m>(&mut self, content: &'m [Media<'n>], what: &str) -> Option<&'m Media<'n>> {
        let rank = |media: &Media<'n>| {
            let plain = essence(media.media);
            let exact = if plain == "application/json" { 0 } else { 1 };
            let same_as_written = u8::from(media.media.contains(';'));
            (form(media.media), exact, same_as_written)
        };
        let best = content.iter().min_by_key(|media| rank(media))?;
        for other in content.iter().filter(|other| !std::ptr::eq(*other, best)) {
            if essence(other.media) != essence(best.media) {
                self.note(Subject::Content, other.span, format!("`{}` as well: `{}` is {what}", other.media, best.media));
            }
        }
        Some(best)
    }

    /// Text that stands for bytes.
    pub(super) fn is_stream(&self, schemas: &[SchemaId]) -> bool {
        let used = self.used(schemas);
        let leaves = self.opened(&used);
        let flat = self.merged(&leaves);
        !schemas.is_empty() && (flat.format == Some("binary") || flat.types == ["file"]) && flat.properties.is_empty()
    }

    fn held(&mut self, body: &document::Body<'n>, schemas: &[SchemaId], inputs: &mut Inputs, parent: &str, form: Form) -> Option<Held> {
        let used = self.used(schemas);
        let leaves = self.opened(&used);
        let flat = self.merged(&leaves);
        let object = !flat.properties.is_empty()
            && flat.choices.is_empty()
            && flat.types.iter().all(|one| *one == "object")
            && flat.values.is_none();
        let shared = match used.named[..] {
            [only] => self.uses(only) > 1 && !self.has_read_only(&flat) && form == Form::Json || self.heirs.contains_key(&only),
            _ => false,
        };
        let left_out = !body.required && body.said_optional && !flat.required.is_empty();
        let members = object && !shared && !left_out && !used.nullable;
        if members || (object && matches!(form, Form::Multipart)) {
            let way = Way { sent: true, received: false, files: form == Form::Multipart };
            self.carried.extend(schemas);
            let mut fields = self.members(&flat, parent, way);
            // What only the server sets is not for callers.
            let only_server = |field: &Field, flat: &super::flat::Flat<'n>| {
                flat.properties.iter().find(|(wire, _, _)| *wire == field.wire).is_some_and(|(_, _, ids)| self.used(ids).read_only)
            };
            fields.retain(|field| field.rest || !only_server(field, &flat));
            if fields.is_empty() {
                return Some(Held::Members(fields));
            }
            for field in fields.iter_mut().filter(|field| !field.rest) {
                field.name = inputs.names.take_first(&[field.name.clone(), format!("{}_body", field.name)], "_");
            }
            return Some(Held::Members(fields));
        }
        let plain = match used.named[..] {
            [only] => snake(&self.component_names[&only], "body"),
            _ => "body".to_owned(),
        };
        let short = if plain.split('_').count() > 3 { "body".to_owned() } else { plain };
        let name = inputs.names.take_first(&[short, "body".to_owned()], "_");
        let own = if used.named.is_empty() { "body" } else { name.as_str() };
        let mut what = if schemas.is_empty() { What::of(Type::json()) } else { self.what(schemas, &Hint::place(parent, own)) };
        let fits = self.is_object(&what.ty) || !matches!(form, Form::Urlencoded | Form::Multipart);
        if !fits {
            return None;
        }
        self.without_files(&mut what, body.span);
        let optional = !body.required && (left_out || flat.required.is_empty() && !body.required_by_members(&flat.required));
        let mut field = super::servers::field(&name, &name, what.ty, body.description.to_owned(), body.span);
        // A body that may be null is one that may be left out; where the request must have one, its schema is one that others share.
        field.optional = optional;
        Some(Held::Whole(Box::new(field)))
    }

    fn is_object(&self, ty: &Type) -> bool {
        match ty {
            Type::Map(_) => true,
            Type::Named(id) => !matches!(self.types[id.0 as usize].kind, super::plan::TypeKind::Enum(_)),
            ty => *ty == Type::json(),
        }
    }

    fn has_read_only(&self, flat: &super::flat::Flat<'n>) -> bool {
        flat.properties.iter().any(|(_, _, ids)| self.used(ids).read_only)
    }

    /// How often a named schema is referred to.
    fn uses(&mut self, id: SchemaId) -> usize {
        if self.reference_counts.is_empty() {
            for (_, target) in self.document.schemas.iter().filter_map(|schema| schema.reference) {
                *self.reference_counts.entry(target).or_insert(0) += 1;
            }
        }
        self.reference_counts.get(&id).copied().unwrap_or(0)
    }

    /// The name of an XML document's root.
    fn root(&self, schemas: &[SchemaId], parent: &str) -> String {
        let used = self.used(schemas);
        let xml = |id: &SchemaId| self.schema(*id).node.get("xml").and_then(|xml| xml.get("name")).and_then(|name| name.text());
        let own = schemas.iter().chain(&used.named).find_map(xml);
        let named = used.named.first().and_then(|id| self.raw_name(*id));
        own.or(named).map_or_else(|| parent.to_owned(), str::to_owned)
    }

    fn part_headers(&mut self, encoding: &crate::import::node::Node) {
        for member in encoding.members() {
            let told = member.value.members().iter().any(|one| ["headers", "contentType"].contains(&&*one.key));
            if told {
                self.note(
                    Subject::Content,
                    member.key_span,
                    format!("the part `{}` has headers of its own: it is sent as its type says", member.key),
                );
            }
        }
    }

    fn raw(&mut self, body: &document::Body<'n>, media: &Media<'n>, form: Form, inputs: &mut Inputs) -> Body {
        let plain = essence(media.media);
        let what = if plain.is_empty() || plain.contains('*') { "application/octet-stream" } else { media.media };
        let (wanted, ty) = if form == Form::Text { ("text", Type::scalar("string")) } else { ("content", Type::scalar("file")) };
        if let Some(id) = media.schema
            && !self.is_stream(&[id])
        {
            let used = self.used(&[id]);
            let leaves = self.opened(&used);
            if !self.merged(&leaves).properties.is_empty() {
                self.note(
                    Subject::Content,
                    media.span,
                    format!("an object as `{}` is not put together here: it is given as it is sent", media.media),
                );
            }
            self.carry_all(id);
        }
        let name = inputs.names.take_first(&[wanted.to_owned(), "body".to_owned()], "_");
        let mut field = super::servers::field(&name, &name, ty, body.description.to_owned(), body.span);
        field.wire = field_name(&name);
        Body { encoding: format!("raw {}", quoted(what)), held: Held::Whole(Box::new(field)) }
    }
}

/// `json`, with the media type where it is another.
fn json_encoding(media: &str) -> String {
    match essence(media).as_str() {
        "application/json" | "text/json" | "*/*" | "application/*" | "json" | "" => "json".to_owned(),
        other => format!("json {}", quoted(other)),
    }
}

impl document::Body<'_> {
    /// A document that leaves `required` out where members are required means that it is.
    fn required_by_members(&self, required: &std::collections::HashSet<&str>) -> bool {
        !self.said_optional && !required.is_empty()
    }
}
