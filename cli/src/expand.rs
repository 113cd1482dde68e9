//! `linchpin expand`: the end shape of one module in one version, in the language itself. Mixins are taken in, every wire name is
//! written out, only what this version has is left, and the types that it needs follow.

use crate::{Outcome, spec};
use linchpin_compiler::model::{
    Answer, Bounds, ConstantPlace, Decoding, Encoding, Failure, Field, FilePart, Literal, Module, ModuleServer, Order, Page, PathPart,
    Place, Projection, RetryClass, Step, StepPath, StepSource, StepValue, Steps, Stop, Strategy, Symbol, Type, TypeDef, TypeDefKind,
    Webhook,
};
use linchpin_compiler::syntax::ast::ModuleKind;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which module, in which version.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The spec: a `.pin` file, or a folder that holds one connector.
    spec: PathBuf,
    /// The module, for example `repos.list_for_org` or `create_program@2`.
    module: String,
    /// The API version; the newest where not given.
    #[arg(long)]
    api: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api.as_deref())?;
    let module = spec::module(&projection, &arguments.module)?;
    crate::output::write(format_args!("{}", expand(&projection, module)));
    Ok(ExitCode::SUCCESS)
}

/// The module and everything it refers to.
fn expand(projection: &Projection<'_>, module: &Module) -> String {
    let mut writer = Writer { projection, out: String::new(), types: Vec::new() };
    writer.module(module);
    let mut next = 0;
    while let Some(symbol) = writer.types.get(next).copied() {
        next += 1;
        if let Some(definition) = projection.type_of(symbol) {
            writer.out.push('\n');
            writer.definition(&definition.item);
        }
    }
    writer.out
}

struct Writer<'p> {
    projection: &'p Projection<'p>,
    out: String,
    types: Vec<Symbol>,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = depth * 2);
    }

    fn docs(&mut self, depth: usize, docs: &str) {
        for line in docs.lines() {
            self.line(depth, format!("/// {line}").trim_end());
        }
    }

    fn module(&mut self, module: &Module) {
        self.docs(0, &module.docs);
        let kind = match module.kind {
            ModuleKind::Action => "action",
            ModuleKind::Search => "search",
            ModuleKind::Trigger => "trigger",
        };
        let name = &self.projection.model.name(module.symbol).name;
        self.line(0, &format!("{kind} {name} @{} {:?} {{", module.revision, module.title));
        if let Some(life) = &module.life {
            self.line(1, &life_clause(life));
        }
        if let Some(steps) = &module.steps {
            self.with_steps(module, steps);
            return self.line(0, "}");
        }
        if let Some(webhook) = &module.webhook {
            self.told(module, webhook);
            return self.line(0, "}");
        }
        self.exchange(module);
        if let Some(poll) = &module.poll {
            self.line(1, &format!("cursor {}", poll.text()));
        }
        if !module.connections.is_empty() {
            self.line(1, &format!("connection {}", module.connections.join(", ")));
        }
        self.inputs(module);
        if module.answers.len() > 1 {
            self.line(1, "answers {");
            for answer in &module.answers {
                let text = format!("{} -> {}", statuses(answer.statuses), self.answer(answer));
                self.line(2, &text);
            }
            self.line(1, "}");
        }
        for failure in module.fails.iter().chain(&self.projection.model.connector.fails) {
            let text = self.failure(failure);
            self.line(1, &text);
        }
        if let Some(parts) = &module.parts {
            self.line(1, &format!("parts {}", parts.text()));
        }
        if let Some(page) = &module.page {
            self.line(1, &page_statement(page));
        }
        if let Some(Order::By(field)) = &module.order {
            self.line(1, &format!("order {field}"));
        }
        let retry = match &module.retry {
            RetryClass::Safe => "retry safe".to_owned(),
            RetryClass::Idempotent => "retry idempotent".to_owned(),
            RetryClass::Key(header) => format!("retry key header {header:?}"),
            RetryClass::Never => "retry never".to_owned(),
        };
        self.line(1, &retry);
        self.line(0, "}");
    }

    /// How a trigger is told, and how it asks to be.
    fn told(&mut self, module: &Module, webhook: &Webhook) {
        let answer = module.answers.first().map_or_else(String::new, |answer| self.answer(answer));
        self.line(1, format!("webhook -> {answer} {}", webhook.text()).trim_end());
        self.line(1, &format!("verify {}", webhook.proof.text()));
        for challenge in &webhook.challenges {
            self.line(1, &format!("challenge {}", challenge.text()));
        }
        let made: Vec<Step> = webhook.subscribe.iter().cloned().collect();
        let renew = webhook.renew.as_ref().map(|(step, _)| step);
        for (word, step) in [("subscribe", webhook.subscribe.as_ref()), ("renew", renew), ("unsubscribe", webhook.unsubscribe.as_ref())] {
            let Some(step) = step else { continue };
            let name = self.projection.model.full_name(step.module);
            self.line(1, &format!("{word} {name}{}", step_members(&step.inputs, &made)));
        }
    }

    /// What a module with steps takes, what it calls with what, and what it gives.
    fn with_steps(&mut self, module: &Module, steps: &Steps) {
        if !module.connections.is_empty() {
            self.line(1, &format!("// over {}", module.connections.join(" or ")));
        }
        if !module.inputs.is_empty() {
            self.line(1, "input {");
            for input in &module.inputs {
                self.docs(2, &input.field.docs);
                let text = self.field(&input.field, &input.place);
                self.line(2, &text);
            }
            self.line(1, "}");
        }
        self.line(1, "steps {");
        for step in &steps.list {
            let called = self.projection.modules.iter().map(|one| &one.item);
            let called = called.clone().find(|one| (one.symbol, one.revision) == (step.module, step.revision));
            let name = self.projection.model.full_name(step.module);
            let shown = if step.name.is_empty() { String::new() } else { format!("{} = ", step.name) };
            let exchange =
                called.map_or_else(String::new, |one| format!("  // @{}: {} {}", one.revision, one.method, path_text(&one.path)));
            self.line(2, &format!("{shown}{name}{}{exchange}", step_members(&step.inputs, &steps.list)));
            if let Some(wait) = &step.wait {
                self.line(3, &wait.text());
            }
        }
        self.line(1, "}");
        let whole = steps.list.last().is_some_and(|last| last.name.is_empty()) && steps.gives.members.is_empty();
        if !whole {
            self.line(1, &format!("gives {}", step_path(&steps.gives, &steps.list)));
        }
        if let Some(ty) = module.answers.first().and_then(|answer| answer.body.as_ref()) {
            let ty = self.ty(ty);
            self.line(1, &format!("// -> {ty}"));
        }
    }

    fn exchange(&mut self, module: &Module) {
        let path = path_text(&module.path);
        let connector = &self.projection.model.connector;
        let server = match &module.server {
            ModuleServer::Default => connector.servers.first().map(|server| server.url.text.clone()),
            ModuleServer::Named(index) => connector.servers.get(*index).map(|server| server.url.text.clone()),
            ModuleServer::Own(url) => Some(url.text.clone()),
            ModuleServer::Outside | ModuleServer::Inside => None,
        };
        if let Some(server) = server {
            let api = &self.projection.model.apis[self.projection.version].wire;
            self.line(1, &format!("// at {}", server.replace("{api}", api)));
        }
        let outside = match module.server {
            ModuleServer::Outside => " outside",
            ModuleServer::Inside => " inside",
            _ => "",
        };
        let answer = match module.answers.as_slice() {
            [one] => format!(" -> {}", self.answer(one)),
            _ => String::new(),
        };
        self.line(1, &format!("{} {path:?}{outside}{answer}", module.method));
    }

    fn inputs(&mut self, module: &Module) {
        type InPlace = (&'static str, fn(&Place) -> bool, Option<ConstantPlace>);
        let places: [InPlace; 5] = [
            ("path", |place| matches!(place, Place::Path(_)), None),
            ("query", |place| matches!(place, Place::Query(_)), Some(ConstantPlace::Query)),
            ("header", |place| matches!(place, Place::Header(_)), Some(ConstantPlace::Header)),
            ("cookie", |place| matches!(place, Place::Cookie(_)), Some(ConstantPlace::Cookie)),
            ("", |place| matches!(place, Place::Body | Place::WholeBody), Some(ConstantPlace::Body)),
        ];
        for (keyword, belongs, constant) in places {
            let fields: Vec<_> = module.inputs.iter().filter(|input| belongs(&input.place)).collect();
            let constants: Vec<_> = module.constants.iter().filter(|one| Some(one.place) == constant).collect();
            // A document is sent even without variables.
            let alone = keyword.is_empty() && matches!(module.encoding, Encoding::Graphql(_));
            if fields.is_empty() && constants.is_empty() && !alone {
                continue;
            }
            let keyword = if keyword.is_empty() { body_keyword(&module.encoding) } else { keyword.to_owned() };
            if let [one] = fields.as_slice()
                && one.place == Place::WholeBody
            {
                let text = format!("{keyword} {}", self.field(&one.field, &one.place));
                self.line(1, &text);
                continue;
            }
            self.line(1, &format!("{keyword} {{"));
            for input in fields {
                self.docs(2, &input.field.docs);
                let text = self.field(&input.field, &input.place);
                self.line(2, &text);
            }
            for one in constants {
                self.line(2, &format!("// always {} = {}", one.name, literal(&one.value)));
            }
            self.line(1, "}");
        }
    }

    fn field(&mut self, field: &Field, place: &Place) -> String {
        if field.rest {
            return "...: json".to_owned();
        }
        // What goes nowhere by itself has no name on the wire.
        let wire = if *place == Place::Steps { String::new() } else { format!(" {:?}", field.wire) };
        let mut text = format!("{}{}{wire}: {}", field.name, if field.optional { "?" } else { "" }, self.ty(&field.ty));
        if field.nullable {
            text.push_str(" | null");
        }
        if let Some(default) = &field.default {
            let _ = write!(text, " = {default}");
        }
        match place {
            Place::Query("form_explode") | Place::Path("simple") | Place::Header("simple") => {}
            Place::Body | Place::WholeBody | Place::Steps => {}
            Place::Path(style) | Place::Query(style) | Place::Header(style) | Place::Cookie(style) => {
                // The other styles have one form.
                let usual = if *style == "form" { " joined" } else { "" };
                let (name, explode) = style.split_once('_').map_or((*style, usual), |(name, _)| (name, " explode"));
                let _ = write!(text, " style {name}{explode}");
            }
        }
        if let Some(life) = &field.life {
            let _ = write!(text, " {}", life_clause(life));
        }
        text
    }

    fn ty(&mut self, ty: &Type) -> String {
        match ty {
            Type::String(bounds) => format!("string{}", bounded(bounds)),
            Type::Int(bounds) => format!("int{}", bounded(bounds)),
            Type::Float(bounds) => format!("float{}", bounded(bounds)),
            Type::Decimal(bounds) => format!("decimal{}", bounded(bounds)),
            Type::Bool => "bool".to_owned(),
            Type::Date(format) => formatted("date", format),
            Type::DateTime(format) => formatted("datetime", format),
            Type::Duration(format) => formatted("duration", format),
            Type::Bytes(format) => formatted("bytes", format),
            Type::Time => "time".to_owned(),
            Type::Uuid => "uuid".to_owned(),
            Type::Url => "url".to_owned(),
            Type::Json => "json".to_owned(),
            Type::Secret => "secret".to_owned(),
            Type::Host => "host".to_owned(),
            Type::File => "file".to_owned(),
            Type::Id(of) => format!("id<{of}>"),
            Type::Literal(value) => literal(value),
            Type::Named(symbol) => self.named(*symbol),
            Type::List(item, bounds) => format!("[{}]{}", self.ty(item), bounded(bounds)),
            Type::Map(item, bounds) => format!("map<{}>{}", self.ty(item), bounded(bounds)),
            Type::Nullable(inner) => format!("{} | null", self.ty(inner)),
        }
    }

    fn named(&mut self, symbol: Symbol) -> String {
        if !self.types.contains(&symbol) {
            self.types.push(symbol);
        }
        self.projection.model.name(symbol).name.clone()
    }

    fn answer(&mut self, answer: &Answer) -> String {
        let mut text = answer.body.as_ref().map_or("nothing".to_owned(), |body| self.ty(body));
        if !answer.at.is_empty() {
            let _ = write!(text, " at {}", path(&answer.at));
        }
        match &answer.decoding {
            Decoding::Xml => text.push_str(" as xml"),
            Decoding::Headers => text.push_str(" as headers"),
            Decoding::Text(content_type) => {
                let _ = write!(text, " as {content_type:?}");
            }
            Decoding::Items(items) => {
                let _ = write!(text, " as {}", items.text());
            }
            Decoding::Nothing | Decoding::Json | Decoding::Stream => {}
        }
        text
    }

    fn failure(&mut self, failure: &Failure) -> String {
        let mut text = format!("fails {}", self.ty(&failure.body));
        if !failure.at.is_empty() {
            let _ = write!(text, " at {}", path(&failure.at));
        }
        if !failure.statuses.is_empty() {
            let _ = write!(text, " on {}", failure.statuses.iter().map(|one| statuses(*one)).collect::<Vec<_>>().join(", "));
        }
        if let Some((condition, equals)) = &failure.when {
            let _ = match equals {
                Some(value) => write!(text, " when body.{} = {value}", path(condition)),
                None => write!(text, " when body.{} present", path(condition)),
            };
        }
        for (keyword, at) in [("code", &failure.code), ("message", &failure.message)] {
            if !at.is_empty() {
                let _ = write!(text, " {keyword} body.{}", path(at));
            }
        }
        text
    }

    fn definition(&mut self, definition: &TypeDef) {
        self.docs(0, &definition.docs);
        let name = self.projection.model.name(definition.symbol).name.clone();
        match &definition.kind {
            TypeDefKind::Struct(fields) => {
                self.line(0, &format!("type {name} {{"));
                for field in fields {
                    self.docs(1, &field.docs);
                    let text = self.field(field, &Place::Body);
                    self.line(1, &text);
                }
            }
            TypeDefKind::Enum { closed, variants } => {
                self.line(0, &format!("{}enum {name} {{", if *closed { "closed " } else { "" }));
                for variant in variants {
                    self.docs(1, &variant.docs);
                    self.line(1, &format!("{} = {}", variant.name, literal(&variant.value)));
                }
            }
            TypeDefKind::Union { tag, closed, variants } => {
                let by = tag.as_ref().map_or(String::new(), |tag| format!(" by {tag:?}"));
                self.line(0, &format!("{}union {name}{by} {{", if *closed { "closed " } else { "" }));
                for variant in variants {
                    self.docs(1, &variant.docs);
                    let tag = if tag.is_some() { format!(" {:?}", variant.tag) } else { String::new() };
                    let text = format!("{}{tag}: {}", variant.name, self.ty(&variant.ty));
                    self.line(1, &text);
                }
            }
        }
        self.line(0, "}");
    }
}

fn life_clause(life: &linchpin_compiler::model::Life) -> String {
    let sunset = life.sunset.map_or(String::new(), |sunset| format!(" sunset {sunset}"));
    let why = if life.why.is_empty() { String::new() } else { format!(" {:?}", life.why) };
    let since = life.since.map_or(String::new(), |since| format!(" since {since}"));
    format!("deprecated{since}{sunset} use {}{why}", life.successor.as_deref().unwrap_or("none"))
}

fn body_keyword(encoding: &Encoding) -> String {
    match encoding {
        Encoding::None | Encoding::Json => "body".to_owned(),
        Encoding::JsonAs(media) => format!("body json {media:?}"),
        Encoding::Form => "body form".to_owned(),
        Encoding::Multipart => "body multipart".to_owned(),
        Encoding::Xml(root) => format!("body xml {root:?}"),
        Encoding::Raw(content_type) => format!("body raw {content_type:?}"),
        Encoding::Graphql(document) => format!("body graphql {document:?}"),
    }
}

fn page_statement(page: &Page) -> String {
    let mut text = match &page.strategy {
        Strategy::Offset { advance, size } => format!("page offset {{ advance {advance}{}", size_clause(size)),
        Strategy::Number { advance, size, start } => format!("page number {{ advance {advance}{} start {start}", size_clause(size)),
        Strategy::Cursor { send, read } => format!("page cursor {{ send {send} read {}", path(read)),
        Strategy::Link { header } => format!("page link header {header:?} {{"),
        Strategy::NextUrl { read } => format!("page next url {{ read {}", path(read)),
        Strategy::Keyset { send, key } => format!("page keyset {{ send {send} key {key}"),
    };
    if !page.items.is_empty() {
        let _ = write!(text, " items {}", path(&page.items));
    }
    match &page.stop {
        Stop::Absent => text.push_str(" stop absent"),
        Stop::Empty => text.push_str(" stop empty"),
        Stop::Short => text.push_str(" stop short"),
        Stop::More(at) => text.push_str(&format!(" stop more {}", path(at))),
        Stop::Total(at) => text.push_str(&format!(" stop total {}", path(at))),
    }
    format!("{text} cap {} }}", page.cap)
}

fn size_clause(size: &Option<String>) -> String {
    size.as_ref().map_or(String::new(), |size| format!(" size {size}"))
}

fn path(segments: &[String]) -> String {
    let plain = |segment: &String| segment.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let quoted = segments.iter().map(|segment| if plain(segment) { segment.clone() } else { format!("{segment:?}") });
    quoted.collect::<Vec<_>>().join(".")
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn formatted(name: &str, format: &Option<String>) -> String {
    format.as_ref().map_or(name.to_owned(), |format| format!("{name}(format {format:?})"))
}

fn bounded(bounds: &Bounds) -> String {
    let mut parts = Vec::new();
    if bounds.min.is_some() || bounds.max.is_some() {
        parts.push(format!("{}..{}", bounds.min.as_deref().unwrap_or(""), bounds.max.as_deref().unwrap_or("")));
    }
    if let Some(pattern) = &bounds.pattern {
        parts.push(format!("pattern {pattern:?}"));
    }
    if bounds.unique {
        parts.push("unique".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
}

fn statuses((from, to): (u16, u16)) -> String {
    match (from, to) {
        (from, to) if from == to => from.to_string(),
        (from, _) => format!("{}xx", from / 100),
    }
}

fn path_text(path: &[PathPart]) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    path.iter().map(part).collect()
}

/// ` { length = content.length }`; nothing where nothing is given.
fn step_members(members: &[(String, StepValue)], steps: &[Step]) -> String {
    let member = |(name, value): &(String, StepValue)| format!("{name} = {}", step_value(value, steps));
    match members {
        [] => String::new(),
        members => format!(" {{ {} }}", members.iter().map(member).collect::<Vec<_>>().join("  ")),
    }
}

fn step_value(value: &StepValue, steps: &[Step]) -> String {
    match value {
        StepValue::Json(json) => json.clone(),
        StepValue::From(path) => step_path(path, steps),
        StepValue::List(items) => format!("[{}]", items.iter().map(|item| step_value(item, steps)).collect::<Vec<_>>().join(", ")),
        StepValue::Object(members) if members.is_empty() => "{}".to_owned(),
        StepValue::Object(members) => step_members(members, steps).trim_start().to_owned(),
    }
}

fn step_path(path: &StepPath, steps: &[Step]) -> String {
    let source = match &path.source {
        StepSource::Input(name) => name.clone(),
        // A last step whose output is what the module gives need have no name.
        StepSource::Output(index) if steps.get(*index).is_some_and(|step| step.name.is_empty()) => "the last step".to_owned(),
        StepSource::Output(index) => steps.get(*index).map_or_else(String::new, |step| step.name.clone()),
        StepSource::Endpoint => "endpoint".to_owned(),
    };
    let part = path.part.map(|part| match part {
        FilePart::Length => "length",
        FilePart::Name => "name",
        FilePart::Type => "type",
    });
    [source.as_str()].into_iter().chain(path.members.iter().map(String::as_str)).chain(part).collect::<Vec<_>>().join(".")
}
