//! A plan as text. Lines come as a person would break them; space within them is the formatter's.

use std::collections::{HashMap, HashSet};

use super::literals::quoted;
use super::plan::{
    Answer, Body, Bounds, Connection, Example, Fails, Field, Held, Life, Mixin, Module, ModuleKind, Place, Spec, Type, TypeId, TypeItem,
    TypeKind, What,
};
use super::texts;
use crate::model::resolve::names::{Convention, snake};

/// The longest type that is written where it is used.
const IN_PLACE: usize = 72;
/// The longest line.
const WIDTH: usize = 118;

/// What printing needs to know of the whole spec.
pub(super) struct Printer<'s> {
    spec: &'s Spec,
    convention: Convention,
    in_place: HashMap<TypeId, String>,
    out: String,
    depth: usize,
}

impl<'s> Printer<'s> {
    pub(super) fn new(spec: &'s Spec, convention: Convention, used: &HashMap<TypeId, usize>) -> Self {
        let mut printer = Self { spec, convention, in_place: HashMap::new(), out: String::new(), depth: 0 };
        let mut looked_at = HashSet::new();
        (0..spec.types.len()).for_each(|index| printer.decide(TypeId(index as u32), used, &mut looked_at));
        printer
    }

    /// Whether a type is written in place: after the types in it, so that its text holds theirs.
    fn decide(&mut self, id: TypeId, used: &HashMap<TypeId, usize>, looked_at: &mut HashSet<TypeId>) {
        let item = self.spec.item(id);
        if !item.inline || used.get(&id) != Some(&1) || !looked_at.insert(id) {
            return;
        }
        let mut inner = Vec::new();
        item.names(&mut |name| inner.push(name));
        inner.into_iter().for_each(|name| self.decide(name, used, looked_at));
        if let Some(text) = self.in_place(item) {
            self.in_place.insert(id, text);
        }
    }

    /// Is a type written where it is used?
    pub(super) fn is_in_place(&self, id: TypeId) -> bool {
        self.in_place.contains_key(&id)
    }

    /// The text so far, which starts anew.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    fn line(&mut self, text: &str) {
        if text.is_empty() {
            self.out.push('\n');
            return;
        }
        self.out.push_str(&"  ".repeat(self.depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn open(&mut self, head: &str) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    fn docs(&mut self, text: &str) {
        for line in texts::lines(text, self.depth * 2) {
            self.line(format!("/// {line}").trim_end());
        }
    }

    pub(super) fn file_docs(&mut self, text: &str) {
        for line in texts::lines(text, 0) {
            self.line(format!("//! {line}").trim_end());
        }
        self.line("");
    }

    /// The connector, its version and its connections.
    pub(super) fn connector(&mut self) {
        let spec = self.spec;
        self.open(&format!("connector {} {}", spec.name, quoted(&spec.title)));
        if let Some(url) = &spec.docs_url {
            self.line(&format!("docs {}", quoted(url)));
        }
        for server in &spec.servers {
            let name = server.name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
            self.line(&format!("server {name}{}", quoted(&server.url)));
        }
        if self.convention != Convention::AsWritten {
            self.line(&format!("names {}", spec.names));
        }
        spec.limits.iter().for_each(|limit| self.line(&format!("limit {limit}")));
        spec.retry.iter().for_each(|retry| self.line(&format!("retry {retry}")));
        for fails in &spec.fails {
            let line = self.fails(fails);
            self.line(&line);
        }
        self.close();
        if let Some(api) = &spec.api {
            self.line("");
            self.line(&format!("api {api} {{}}"));
        }
        for connection in &spec.connections {
            self.line("");
            self.connection(connection);
        }
    }

    fn connection(&mut self, connection: &Connection) {
        self.docs(&connection.docs);
        self.open(&format!("connection {} @1 {}", connection.name, quoted(&connection.title)));
        // Nothing of a connection's form is on the wire.
        let fields: Vec<Field> =
            connection.fields.iter().map(|field| Field { wire: self.convention.wire(&field.name), ..field.clone() }).collect();
        if !fields.is_empty() {
            self.fields("fields", &fields);
        }
        for grant in connection.grant.iter().chain(&connection.tls) {
            self.open(&grant.head);
            grant.lines.iter().for_each(|line| self.line(line));
            self.close();
        }
        connection.sends.iter().for_each(|send| self.line(&format!("send {send}")));
        self.close();
    }

    /// A type, enum or union.
    pub(super) fn item(&mut self, item: &TypeItem) {
        self.docs(&item.docs);
        let life = item.life.as_ref().map(|life| self.life(life));
        match &item.kind {
            TypeKind::Struct(fields) => {
                let head = format!("type {}", item.name);
                match life {
                    None => self.fields(&head, fields),
                    Some(life) => {
                        self.open(&head);
                        self.line(&life);
                        fields.iter().for_each(|field| self.field_line(field));
                        self.close();
                    }
                }
            }
            TypeKind::Enum(values) => {
                let value = |value: &super::plan::Value| {
                    let plain = value.wire == quoted(&value.name) && !["deprecated", "on"].contains(&value.name.as_str());
                    let life = value.life.as_ref().map(|life| format!(" {}", self.life(life))).unwrap_or_default();
                    if plain { format!("{}{life}", value.name) } else { format!("{} = {}{life}", value.name, value.wire) }
                };
                let flat = values.iter().map(value).collect::<Vec<_>>();
                let one_line = format!("enum {} {{ {} }}", item.name, flat.join("  "));
                let plain = values.iter().all(|value| value.docs.is_empty() && value.life.is_none());
                if plain && life.is_none() && one_line.len() <= WIDTH && values.len() <= 8 {
                    return self.line(&one_line);
                }
                self.open(&format!("enum {}", item.name));
                life.iter().for_each(|life| self.line(life));
                for (value, line) in values.iter().zip(&flat) {
                    self.docs(&value.docs);
                    self.line(line);
                }
                self.close();
            }
            TypeKind::Union { tag, variants } => {
                let by = tag.as_ref().map(|tag| format!(" by {}", quoted(tag))).unwrap_or_default();
                self.open(&format!("union {}{by}", item.name));
                life.iter().for_each(|life| self.line(life));
                for variant in variants {
                    self.docs(&variant.docs);
                    let tag =
                        variant.tag.as_ref().filter(|tag| **tag != variant.name).map(|tag| format!(" {}", quoted(tag))).unwrap_or_default();
                    let ty = self.ty(&variant.ty);
                    self.line(&format!("{}{tag}: {ty}", variant.name));
                }
                self.close();
            }
        }
    }

    /// A block of fields: on one line where that is short and nothing is documented.
    fn fields(&mut self, head: &str, fields: &[Field]) {
        let plain = fields.iter().all(|field| field.docs.is_empty() && field.life.is_none());
        let flat = fields.iter().map(|field| self.field(field)).collect::<Vec<_>>();
        let one_line = format!("{head} {{ {} }}", flat.join("  "));
        if plain && self.depth * 2 + one_line.len() <= WIDTH && fields.len() <= 5 {
            return self.line(&one_line);
        }
        self.open(head);
        fields.iter().for_each(|field| self.field_line(field));
        self.close();
    }

    fn field_line(&mut self, field: &Field) {
        self.docs(&field.docs);
        let line = self.field(field);
        self.line(&line);
    }

    fn field(&self, field: &Field) -> String {
        if field.rest {
            return "...: json".to_owned();
        }
        let optional = if field.optional { "?" } else { "" };
        let wire = if self.convention.wire(&field.name) == field.wire { String::new() } else { format!(" {}", quoted(&field.wire)) };
        let default = field.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
        let style = field.style.map(|style| format!(" style {style}")).unwrap_or_default();
        let life = field.life.as_ref().map(|life| format!(" {}", self.life(life))).unwrap_or_default();
        format!("{}{optional}{wire}: {}{default}{style}{life}", field.name, self.what(&field.what))
    }

    fn life(&self, life: &Life) -> String {
        let since = life.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        let sunset = life.sunset.as_ref().map(|sunset| format!(" sunset {sunset}")).unwrap_or_default();
        let successor = life.successor.as_deref().unwrap_or("none");
        format!("deprecated{since}{sunset} use {successor} {}", quoted(&life.why))
    }

    fn what(&self, what: &What) -> String {
        let ty = self.ty(&what.ty);
        if what.nullable { format!("{ty} | null") } else { ty }
    }

    fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(name, bounds) => format!("{name}{}", self.bounds(bounds)),
            Type::Named(id) => self.in_place.get(id).cloned().unwrap_or_else(|| self.spec.item(*id).name.clone()),
            Type::List(item, bounds) => format!("[{}]{}", self.what(item), self.bounds(bounds)),
            Type::Map(item) => format!("map<{}>", self.what(item)),
            Type::Literal(text) => text.clone(),
            Type::Id(of) => format!("id<{}>", self.spec.item(*of).name),
        }
    }

    fn bounds(&self, bounds: &Bounds) -> String {
        let mut parts = Vec::new();
        if bounds.min.is_some() || bounds.max.is_some() {
            let end = |end: &Option<String>| end.clone().unwrap_or_default();
            parts.push(format!("{}..{}", end(&bounds.min), end(&bounds.max)));
        }
        parts.extend(bounds.pattern.as_ref().map(|pattern| format!("pattern {}", quoted(pattern))));
        parts.extend(bounds.format.map(|format| format!("format {}", quoted(format))));
        parts.extend(bounds.unique.then(|| "unique".to_owned()));
        if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
    }

    /// The text of a type that is short enough to stand where it is used.
    fn in_place(&self, item: &TypeItem) -> Option<String> {
        if item.life.is_some() {
            return None;
        }
        let text = match &item.kind {
            TypeKind::Struct(fields) => {
                let plain = fields.iter().all(|field| field.docs.is_empty() && field.life.is_none());
                let fields: Vec<String> = fields.iter().map(|field| self.field(field)).collect();
                (plain && (1..=4).contains(&fields.len())).then(|| format!("{{ {} }}", fields.join("  ")))?
            }
            TypeKind::Enum(values) => {
                // The names that the language gives to values in place are those that were wanted.
                let kept = |value: &super::plan::Value| {
                    value.docs.is_empty()
                        && value.life.is_none()
                        && value.wire == quoted(&value.wire_text())
                        && snake(&value.wire_text()) == value.name
                };
                (values.len() > 1 && values.len() <= 6 && values.iter().all(kept))
                    .then(|| values.iter().map(|value| value.wire.clone()).collect::<Vec<_>>().join(" | "))?
            }
            TypeKind::Union { tag: None, variants } => {
                let plain = variants.len() > 1
                    && variants.len() <= 3
                    && variants.iter().all(|variant| variant.docs.is_empty() && !matches!(variant.ty, Type::Literal(_)));
                plain.then(|| variants.iter().map(|variant| self.ty(&variant.ty)).collect::<Vec<_>>().join(" | "))?
            }
            TypeKind::Union { .. } => return None,
        };
        (text.chars().count() <= IN_PLACE).then_some(text)
    }

    fn fails(&self, fails: &Fails) -> String {
        let on = if fails.on.is_empty() { String::new() } else { format!(" on {}", fails.on.join(", ")) };
        let code = fails.code.as_ref().map(|code| format!(" code {code}")).unwrap_or_default();
        let message = fails.message.as_ref().map(|message| format!(" message {message}")).unwrap_or_default();
        format!("fails {}{on}{code}{message}", self.ty(&fails.ty))
    }

    /// A group with its modules.
    pub(super) fn group(&mut self, index: usize) {
        let group = &self.spec.groups[index];
        self.docs(&group.docs);
        self.open(&format!("group {} {}", group.name, quoted(&group.title)));
        let modules = self.spec.modules.iter().filter(|module| module.group == Some(index));
        for (number, module) in modules.enumerate() {
            if number > 0 {
                self.line("");
            }
            self.module(module);
        }
        self.close();
    }

    /// A module.
    pub(super) fn module(&mut self, module: &Module) {
        self.docs(&module.docs);
        let kind = match module.kind {
            ModuleKind::Action => "action",
            ModuleKind::Search => "search",
            ModuleKind::Trigger => "trigger",
        };
        let taken: Vec<&str> = module.with.iter().map(|mixin| self.spec.mixins[*mixin].name.as_str()).collect();
        let with = if taken.is_empty() { String::new() } else { format!(" with {}", taken.join(", ")) };
        self.open(&format!("{kind} {} @1 {}{with}", module.name, quoted(&module.title)));
        if let Some(life) = &module.life {
            let life = self.life(life);
            self.line(&life);
        }
        let answer = match &module.answers[..] {
            [Answer { what: Some(what), encoding, .. }] => format!(" -> {}{}", self.what(what), encoded(encoding)),
            _ => String::new(),
        };
        if let Some(told) = &module.told {
            let when: String = told.when.iter().map(|when| format!(" {when}")).collect();
            self.line(&format!("webhook{answer}{when}"));
            self.line(&format!("verify {}", told.verify));
            return self.close();
        }
        self.line(&format!("{} {}{answer}", module.method, quoted(&module.path)));
        module.server.iter().for_each(|server| self.line(&format!("server {server}")));
        if let Some(connections) = &module.connections {
            self.line(&format!("connection {}", connections.join(", ")));
        }
        let path: Vec<Field> = module.path_inputs.iter().map(|field| self.in_path(field)).collect();
        for (word, fields) in [("path", &path), ("query", &module.query), ("header", &module.header), ("cookie", &module.cookie)] {
            if !fields.is_empty() {
                self.fields(word, fields);
            }
        }
        module.body.iter().for_each(|body| self.body(body));
        if module.answers.len() > 1 {
            self.answers(&module.answers);
        }
        module.page.iter().for_each(|page| self.line(&format!("page {page}")));
        module.order.iter().for_each(|order| self.line(&format!("order {order}")));
        for fails in &module.fails {
            let line = self.fails(fails);
            self.line(&line);
        }
        module.example.iter().for_each(|example| self.example(example));
        self.close();
    }

    /// What several modules take in.
    pub(super) fn mixin(&mut self, mixin: &Mixin) {
        self.open(&format!("mixin {}", mixin.name));
        for place in Place::ALL {
            let fields: Vec<Field> = mixin.inputs.iter().filter(|(other, _)| *other == place).map(|(_, field)| field.clone()).collect();
            let fields = if place == Place::Path { fields.iter().map(|field| self.in_path(field)).collect() } else { fields };
            if !fields.is_empty() {
                self.fields(place.word(), &fields);
            }
        }
        mixin.page.iter().for_each(|page| self.line(&format!("page {page}")));
        mixin.order.iter().for_each(|order| self.line(&format!("order {order}")));
        self.close();
    }

    /// The name of a path parameter is on the wire in one style alone.
    fn in_path(&self, field: &Field) -> Field {
        let told = field.style.is_some_and(|style| style.starts_with("matrix"));
        Field { wire: if told { field.wire.clone() } else { self.convention.wire(&field.name) }, ..field.clone() }
    }

    fn body(&mut self, body: &Body) {
        let space = if body.encoding.is_empty() { "" } else { " " };
        let head = format!("body{space}{}", body.encoding);
        match &body.held {
            Held::Members(fields) => self.fields(&head, fields),
            Held::Whole(field) => {
                let field = Field { wire: self.convention.wire(&field.name), docs: String::new(), ..(**field).clone() };
                let line = format!("{head} {}", self.field(&field));
                self.line(&line);
            }
        }
    }

    fn answers(&mut self, answers: &[Answer]) {
        let one = |answer: &Answer| {
            let what = answer.what.as_ref().map_or_else(|| "nothing".to_owned(), |what| self.what(what));
            format!("{} -> {what}{}", answer.status, encoded(&answer.encoding))
        };
        let all: Vec<String> = answers.iter().map(one).collect();
        let one_line = format!("answers {{ {} }}", all.join("  "));
        if one_line.len() + self.depth * 2 <= WIDTH {
            return self.line(&one_line);
        }
        self.open("answers");
        all.iter().for_each(|line| self.line(line));
        self.close();
    }

    fn example(&mut self, example: &Example) {
        self.open("example");
        self.line(&format!("given {}", example.given));
        self.line(&format!("reply {} {}", example.status, example.reply));
        self.close();
    }
}

fn encoded(encoding: &Option<String>) -> String {
    encoding.as_ref().map(|encoding| format!(" as {encoding}")).unwrap_or_default()
}

impl super::plan::Value {
    /// The wire text of a value, where it has no escapes.
    fn wire_text(&self) -> String {
        self.wire.trim_matches('"').to_owned()
    }
}
