//! One finding as an edit of the present and the statement that undoes it.

use super::members::{Call, Member, Members, What};
use crate::change::findings::{Finding, Side};
use crate::change::statement::{language, snake};
use crate::change::surface::{Surface, anonymous, holes};
use crate::diagnostics::Edit;
use crate::source::{Sources, Span};
use crate::syntax::ast::Field;

/// What would be written.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    /// Of the present.
    pub(super) edits: Vec<Edit>,
    /// For the block.
    pub(super) statement: String,
    /// Documentation that goes along, slashes included.
    pub(super) docs: Vec<String>,
    /// Something is taken out, so that what speaks of it goes along.
    pub(super) takes_out: bool,
    /// Comments that go along.
    pub(super) comments: Vec<String>,
    /// Items of the newer spec that it names.
    pub(super) needs: Vec<String>,
    /// No verb tells of it, so no older version could be what it was.
    pub(super) in_place_only: bool,
}

/// What comes.
pub(super) struct After<'a> {
    pub(super) surface: &'a Surface,
    /// Its texts.
    pub(super) sources: &'a Sources,
    /// How its members are written, where it is a spec.
    pub(super) members: Members<'a>,
}

impl Proposal {
    pub(super) fn new(edits: Vec<Edit>, statement: String) -> Option<Self> {
        let (docs, comments, needs) = (Vec::new(), Vec::new(), Vec::new());
        Some(Self { edits, statement, docs, takes_out: false, comments, needs, in_place_only: false })
    }

    /// The same, where only a spec without a story of versions bears it.
    pub(super) fn in_place_only(self) -> Self {
        Self { in_place_only: true, ..self }
    }
}

/// The proposal for a finding; none where only a person can say it.
pub(super) fn of(finding: &Finding, members: &Members<'_>, spec: &Sources, new: &After<'_>) -> Option<Proposal> {
    let id = finding.kind.id;
    let id = id.strip_prefix("request-").or_else(|| id.strip_prefix("response-")).unwrap_or(id);
    let place = finding.old.place.filter(|place| (place.file.0 as usize) < spec.iter().count());
    let member = || members.at(place?);
    let maker = Maker { finding, spec, new };
    match id {
        "operation-rekeyed" | "operation-method-changed" => maker.call(members.call(place?)?),
        id if id.starts_with("operation-removed") || id == "event-removed" => maker.module_gone(members.call(place?)?),
        "field-removed" | "field-required-removed" | "parameter-removed" => gone(spec, member()?, None),
        "became-list" | "became-single" => maker.replaced(member()?),
        "field-renamed" | "parameter-renamed" => maker.renamed(member()?),
        "parameter-became-required" | "field-became-required" | "field-became-required-with-default" => maker.required(member()?),
        "parameter-became-optional" | "field-became-optional" => maker.relaxed(member()?),
        "type-widened" | "type-narrowed" | "type-changed" | "type-compatible" => maker.retyped(member()?, None),
        "became-nullable" => maker.retyped(member()?, Some(true)),
        "became-not-nullable" => maker.retyped(member()?, Some(false)),
        "default-changed" => maker.defaulted(member()?),
        "value-removed" | "extensible-value-removed" => gone(spec, member()?, None),
        "value-renamed" => maker.value_renamed(member()?),
        "value-added" | "value-added-to-closed" | "extensible-value-added" => maker.value_added(members),
        id if id.starts_with("field-") && id.contains("added") => maker.added(members, id.contains("required")),
        id if id.starts_with("parameter-") && id.contains("added") => maker.added(members, id.contains("required")),
        // Bounds are written with the type.
        _ if finding.new.place.or(place).is_some_and(|_| !new.members.list.is_empty()) && is_bound(id) => maker.retyped(member()?, None),
        _ => None,
    }
}

fn is_bound(id: &str) -> bool {
    ["maximum", "minimum", "max-", "min-", "pattern", "unique"].iter().any(|start| id.starts_with(start))
}

struct Maker<'m> {
    finding: &'m Finding,
    spec: &'m Sources,
    new: &'m After<'m>,
}

fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, text: text.into() }
}

fn after(span: Span) -> Span {
    Span { start: span.end, ..span }
}

fn path(member: &Member<'_>) -> String {
    format!("{}.{}", member.owner, member.name.value)
}

/// A field as it stands, without what belongs to the present only: versions, life, the search to pick from.
pub(super) fn as_it_stood(spec: &Sources, field: &Field) -> String {
    let wire = field.wire.as_ref().map(|wire| format!(" {:?}", wire.value)).unwrap_or_default();
    let default = field.default.as_ref().map(|value| format!(" = {}", spec.text(value.span))).unwrap_or_default();
    format!("{}{}{wire}: {}{default}", field.name.value, if field.optional { "?" } else { "" }, spec.text(field.ty.span))
}

/// Taken out with its documentation, which goes along.
pub(super) fn gone(spec: &Sources, member: &Member<'_>, successor: Option<&String>) -> Option<Proposal> {
    let docs: Vec<String> = member.head.docs.iter().map(|line| format!("/// {}", line.value).trim_end().to_owned()).collect();
    let start = member.head.docs.first().map_or(member.span.start, |line| line.span.start.min(member.span.start));
    let span = Span { start, ..member.span };
    let statement = match &member.what {
        What::Field(field, place) => {
            let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
            let successor = successor.map(|name| format!(" use {}.{name}", member.owner)).unwrap_or_default();
            format!("remove {}.{}{place}{successor}", member.owner, as_it_stood(spec, field))
        }
        What::Value(variant) => {
            let value = variant.value.as_ref().map(|value| format!(" = {}", spec.text(value.span))).unwrap_or_default();
            format!("remove {}{value}", path(member))
        }
    };
    let mut proposal = Proposal::new(vec![replace(span, "")], statement)?;
    (proposal.docs, proposal.takes_out) = (docs, true);
    Some(proposal)
}

impl Maker<'_> {
    fn text(&self, span: Span) -> &str {
        self.spec.text(span)
    }

    /// Another took its place, which the spec may have already: one that became many.
    fn replaced(&self, member: &Member<'_>) -> Option<Proposal> {
        let (side, wire) = (&self.finding.new, &self.finding.new.text);
        let name = side.spec_name.clone().unwrap_or_else(|| snake(wire));
        let mut proposal = gone(self.spec, member, Some(&name))?;
        let What::Field(field, _) = &member.what else { return None };
        let told = if name == *wire { String::new() } else { format!(" {wire:?}") };
        let text = match self.written_now(None) {
            Some((field, sources)) => sources.text(field.span).to_owned(),
            None => format!("{name}{}{told}: {}", if field.optional { "?" } else { "" }, self.new_type(side)?),
        };
        proposal.edits.iter_mut().for_each(|edit| edit.text.clone_from(&text));
        proposal.statement += &format!("\nadd {}.{name}", member.owner);
        Some(proposal)
    }

    fn renamed(&self, member: &Member<'_>) -> Option<Proposal> {
        let What::Field(field, _) = &member.what else { return None };
        let (was, now) = (&field.name.value, &self.finding.new.text);
        let name = self.finding.new.spec_name.clone().unwrap_or_else(|| snake(now));
        if name == *was {
            return None;
        }
        let wire = if name == *now { String::new() } else { format!(" {now:?}") };
        let mut edits = vec![replace(field.name.span, name.as_str())];
        match &field.wire {
            Some(old) => edits.push(replace(old.span, wire.trim())),
            None if wire.is_empty() => {}
            None => edits.push(replace(self.before_colon(field)?, wire)),
        }
        // The name on the wire is said wherever it is not the name itself.
        let old_wire = Some(&self.finding.old.text).filter(|wire| *wire != was).map(|wire| format!(" {wire:?}")).unwrap_or_default();
        Proposal::new(edits, format!("rename {}{old_wire} -> {name}", path(member)))
    }

    /// Between the name, with its question mark, and the colon.
    fn before_colon(&self, field: &Field) -> Option<Span> {
        let between = Span { start: field.name.span.end, end: field.ty.span.start, ..field.span };
        let colon = self.text(between).find(':')? as u32;
        let at = between.start + colon;
        Some(Span { start: at, end: at, ..field.span })
    }

    fn required(&self, member: &Member<'_>) -> Option<Proposal> {
        let What::Field(field, _) = &member.what else { return None };
        if !field.optional {
            return None;
        }
        let between = Span { start: field.name.span.end, end: field.ty.span.start, ..field.span };
        let mark = between.start + self.text(between).find('?')? as u32;
        let span = Span { start: mark, end: mark + 1, ..field.span };
        Proposal::new(vec![replace(span, "")], format!("require {}", path(member)))
    }

    fn relaxed(&self, member: &Member<'_>) -> Option<Proposal> {
        let What::Field(field, _) = &member.what else { return None };
        if field.optional {
            return None;
        }
        Proposal::new(vec![replace(after(field.name.span), "?")], format!("relax {}", path(member)))
    }

    fn retyped(&self, member: &Member<'_>, nullable: Option<bool>) -> Option<Proposal> {
        let What::Field(field, _) = &member.what else { return None };
        let was = self.text(field.ty.span);
        let now = match nullable {
            Some(true) => format!("{was} | null"),
            Some(false) => was.strip_suffix("null")?.trim_end().strip_suffix('|')?.trim_end().to_owned(),
            None => self
                .written_now(Some(member))
                .map(|(field, sources)| sources.text(field.ty.span).to_owned())
                .or_else(|| self.new_type(&self.finding.new))?,
        };
        if now == was || was.contains('{') {
            return None;
        }
        Proposal::new(vec![replace(field.ty.span, now.as_str())], format!("retype {}: {was} -> {now}", path(member)))
    }

    /// How it is written in the newer spec: where the finding says, or under the same name.
    fn written_now(&self, member: Option<&Member<'_>>) -> Option<(&Field, &Sources)> {
        let members = &self.new.members;
        let same = |one: &&Member<'_>| member.is_some_and(|member| one.owner == member.owner && one.name.value == member.name.value);
        let at = || self.finding.new.place.and_then(|place| members.at(place));
        let found = members.list.iter().find(same).or_else(at)?;
        let What::Field(field, _) = &found.what else { return None };
        Some((field, self.new.sources))
    }

    /// A type's words as the language has them; none where that would say less.
    fn new_type(&self, side: &Side) -> Option<String> {
        let told = side.ty.as_deref().unwrap_or(&side.text);
        let ty = language(told);
        (!ty.contains("json") || told == "any" || told == "json").then_some(ty)
    }

    fn defaulted(&self, member: &Member<'_>) -> Option<Proposal> {
        let What::Field(field, _) = &member.what else { return None };
        let value = field.default.as_ref()?;
        let (was, now) = (self.text(value.span), &self.finding.new.text);
        Proposal::new(vec![replace(value.span, now.as_str())], format!("default {} {was} -> {now}", path(member)))
    }

    fn value_renamed(&self, member: &Member<'_>) -> Option<Proposal> {
        let What::Value(variant) = &member.what else { return None };
        let now = &self.finding.new.text;
        let name = self.finding.new.spec_name.clone().unwrap_or_else(|| snake(now));
        let was = variant.value.as_ref().map(|value| format!(" = {}", self.text(value.span))).unwrap_or_default();
        let text = format!("{name} = {now}");
        let statement = format!("rename {}{was} -> {name}", path(member));
        let end = variant.value.as_ref().map_or(variant.name.span.end, |value| value.span.end);
        Proposal::new(vec![replace(Span { end, ..variant.name.span }, text)], statement)
    }

    /// Behind the last value of the enum that the values which stayed belong to.
    fn value_added(&self, members: &Members<'_>) -> Option<Proposal> {
        let site = self.finding.sites.first()?;
        let field = members.list.iter().find(|member| {
            let last = site.path.split('.').next_back().map(|step| step.trim_end_matches("[]")).unwrap_or_default();
            let wire = |field: &Field| field.wire.as_ref().map_or(field.name.value.clone(), |wire| wire.value.clone());
            matches!(&member.what, What::Field(field, _) if wire(field) == last || snake(last) == field.name.value)
        })?;
        let What::Field(field, _) = &field.what else { return None };
        let owner = self.text(field.ty.span).trim_matches(['[', ']']).trim_end_matches(" | null").to_owned();
        let last = members.last_of(&owner, None).filter(|member| matches!(member.what, What::Value(_)))?;
        let name = self.finding.new.spec_name.clone().unwrap_or_else(|| snake(&self.finding.new.text));
        let text = format!("\n  {name} = {}", self.finding.new.text);
        Proposal::new(vec![replace(after(last.span), text)], format!("add {owner}.{name}"))
    }

    /// Behind the last member of the same owner.
    fn added(&self, members: &Members<'_>, required: bool) -> Option<Proposal> {
        let side = &self.finding.new;
        let site = self.finding.sites.first()?;
        let name = side.spec_name.clone().unwrap_or_else(|| snake(&self.finding.name));
        let place = self.finding.sites.iter().find_map(|site| match &site.part {
            crate::change::findings::Part::Parameter(name) => name.split(' ').next().map(str::to_owned),
            _ => None,
        });
        let of_module = || {
            let operation = anonymous(&site.operation);
            let same = |call: &&Call<'_>| {
                let exchange = call.module.body.exchange.as_ref();
                exchange.is_some_and(|one| anonymous(&self.call_text(one.method.value.as_str(), one.path.span)) == operation)
            };
            members.calls.iter().find(same).map(|call| call.name.clone())
        };
        let owner = match side.path.rsplit_once('.') {
            Some((owner, _)) if members.last_of(owner, None).is_some() => owner.to_owned(),
            _ => of_module()?,
        };
        let last = members.last_of(&owner, place.as_deref())?;
        let wire = if name == self.finding.name { String::new() } else { format!(" {:?}", self.finding.name) };
        let text = match self.written_now(None) {
            Some((field, sources)) => format!("\n  {}", sources.text(field.span)),
            None => format!("\n  {name}{}{wire}: {}", if required { "" } else { "?" }, self.new_type(side)?),
        };
        Proposal::new(vec![replace(after(last.span), text)], format!("add {owner}.{name}"))
    }

    fn call_text(&self, method: &str, path: Span) -> String {
        format!("{method} {}", self.text(path).trim_matches('"'))
    }

    /// Another method or path; holes keep our names where there are as many.
    fn call(&self, call: &Call<'_>) -> Option<Proposal> {
        let exchange = call.module.body.exchange.as_ref()?;
        let (method, path) = self.finding.new.text.split_once(' ')?;
        let (old_method, old_path) = (exchange.method.value.as_str(), self.text(exchange.path.span).trim_matches('"'));
        let ours = holes(old_path);
        if ours.len() != holes(path).len() || !self.new.surface.operations.iter().any(|operation| operation.path == path) {
            return None;
        }
        let mut names = ours.iter();
        let text = anonymous(path).split("{}").map(str::to_owned).reduce(|before, rest| {
            let name = names.next().copied().unwrap_or_default();
            format!("{before}{{{name}}}{rest}")
        })?;
        let edits = vec![replace(exchange.method.span, method), replace(exchange.path.span, format!("{text:?}"))];
        let edits = edits.into_iter().filter(|edit| self.text(edit.span) != edit.text).collect();
        Proposal::new(edits, format!("move {} {old_method} {old_path:?} -> {method} {text:?}", call.name))
    }

    /// The whole module goes into the block as it stood.
    fn module_gone(&self, call: &Call<'_>) -> Option<Proposal> {
        let (module, head) = (call.module, &call.module.head);
        let start = head.docs.first().map_or(module.span.start, |line| line.span.start.min(module.span.start));
        let item = Span { start: head.docs.last().map_or(module.span.start, |line| line.span.end.max(module.span.start)), ..module.span };
        let statement = format!("remove {}", self.text(item).trim_start());
        let mut proposal = Proposal::new(vec![replace(Span { start, ..module.span }, "")], statement)?;
        proposal.docs = head.docs.iter().map(|line| format!("/// {}", line.value).trim_end().to_owned()).collect();
        proposal.takes_out = true;
        Some(proposal)
    }
}
