//! Fields, inputs, values and variants: what another spec says of them.

use super::{Follower, behind, between, proposal, replace};
use crate::change::edit::foreign::with_docs;
use crate::change::edit::members::What;
use crate::change::edit::proposal::Proposal;
use crate::change::edit::wire::{At, Found, Named, Owner};
use crate::change::findings::{Finding, Part, Site};
use crate::change::statement::snake;
use crate::source::Span;
use crate::syntax::ast::{Field, TypeKind, Variant};

impl<'f> Follower<'f> {
    /// Behind the last field of the same owner.
    pub(super) fn member_added(&self, finding: &Finding) -> Option<Proposal> {
        let (owner, field) = finding.sites.iter().find_map(|site| Some((self.holder(site, finding)?, self.new_field(site, finding)?)))?;
        let wire = self.there.name(field.field);
        if owner.all().any(|own| self.here.name(own) == wire) {
            return None;
        }
        let mut taken = self.foreign.field(field.field);
        let name = self.free(&owner, &field.field.name.value);
        if name != field.field.name.value {
            let at = (field.field.name.span.start - with_docs(&field.field.head, field.field.span).start) as usize;
            taken.text.replace_range(at..at + field.field.name.value.len(), &name);
            // What the name would be on the wire is another one's.
            if field.field.wire.is_none() {
                let behind = at + name.len() + usize::from(field.field.optional);
                taken.text.insert_str(behind, &format!(" {wire:?}"));
            }
        }
        let statement = format!("add {}.{name}", owner.name);
        let mut edits = vec![replace(self.place_for_field(&owner)?, self.framed(&owner, &taken.text))];
        if !field.field.optional && field.field.default.is_none() {
            edits.extend(self.given_too(&owner.name, &name, field.field));
        }
        proposal(edits, statement, taken)
    }

    /// What holds, or would hold, a new field.
    fn holder(&self, site: &Site, finding: &Finding) -> Option<Owner<'f>> {
        let (here, _) = self.modules(site)?;
        match &site.part {
            Part::Parameter(parameter) => self.here.inputs(&here.name, here.module, parameter.split(' ').next()?),
            _ => self.here.holder((&here.name, here.module), site, &finding.name),
        }
    }

    fn new_field(&self, site: &Site, finding: &Finding) -> Option<Found<'f>> {
        let (_, there) = self.modules(site)?;
        let found = self.there.field((&there.name, there.module), site)?;
        let is_path = matches!(&site.part, Part::Parameter(parameter) if parameter.starts_with("path"));
        (is_path || self.there.name(found.field) == finding.name).then_some(found)
    }

    /// A name that nothing beside it has.
    fn free(&self, owner: &Owner<'_>, wanted: &str) -> String {
        let is_module = self.members.calls.iter().any(|call| call.name == owner.name);
        let taken = |name: &str| {
            let beside = owner.all().any(|field| field.name.value == name);
            beside || is_module && self.members.list.iter().any(|member| member.owner == owner.name && member.name.value == name)
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Behind the last that has a name; where there is none, inside of what holds them.
    fn place_for_field(&self, owner: &Owner<'_>) -> Option<Span> {
        if let Some(last) = owner.fields.iter().rev().find(|field| !field.rest) {
            return Some(behind(last.span));
        }
        match self.members.calls.iter().find(|call| call.name == owner.name) {
            Some(call) if owner.fields.is_empty() => call.module.body.exchange.as_ref().map(|exchange| behind(exchange.span)),
            Some(_) => None,
            None => owner.span.end.checked_sub(1).map(|end| Span { start: end, end, ..owner.span }),
        }
    }

    /// The text of a field, in a block of its own where a module has none for its place.
    fn framed(&self, owner: &Owner<'_>, text: &str) -> String {
        let is_module = self.members.calls.iter().any(|call| call.name == owner.name);
        match owner.place.or(Some("body")) {
            Some(place) if is_module && owner.fields.is_empty() => format!("\n  {place} {{\n  {text}\n  }}"),
            _ => format!("\n  {text}"),
        }
    }

    /// Another type, as it is written there.
    pub(super) fn retyped(&self, finding: &Finding) -> Option<Proposal> {
        let (Some(found), Some(theirs)) = (self.field_here(finding), self.field_there(finding)) else {
            return self.part_retyped(finding);
        };
        let was = self.text(found.field.ty.span).to_owned();
        let mut taken = self.foreign.ty(&theirs.field.ty);
        // Whether it may be null is told apart.
        taken.text = nullable(bare_text(&taken.text), is_nullable(found.field));
        if taken.text == was {
            return None;
        }
        let statement = format!("retype {}.{}: {was} -> {}", found.owner, found.field.name.value, taken.text);
        proposal(vec![replace(found.field.ty.span, taken.text.as_str())], statement, taken)
    }

    /// What a body or an answer as a whole is.
    fn part_retyped(&self, finding: &Finding) -> Option<Proposal> {
        match finding.sites.first()?.part {
            Part::Body(_) => self.body_replaced(finding),
            Part::Answer(..) => self.answers(finding),
            _ => None,
        }
    }

    pub(super) fn nullable(&self, finding: &Finding, now: bool) -> Option<Proposal> {
        let Some(found) = self.field_here(finding) else { return self.part_retyped(finding) };
        let was = self.text(found.field.ty.span);
        // In a list it is the items.
        if is_nullable(found.field) == now {
            return self.retyped(finding);
        }
        let text = nullable(bare_text(was), now);
        let statement = format!("retype {}.{}: {was} -> {text}", found.owner, found.field.name.value);
        Proposal::new(vec![replace(found.field.ty.span, text)], statement)
    }

    /// One that became many, or the other way round, under another name.
    pub(super) fn member_replaced(&self, finding: &Finding) -> Option<Proposal> {
        let member = self.members.at(finding.old.place?)?;
        let (owner, name) = (member.owner.clone(), &finding.new.text);
        let site = finding.sites.first()?;
        let (here, there) = self.modules(site)?;
        let holder = self.here.holder((&here.name, here.module), site, name)?;
        let mut proposal = super::super::proposal::gone(self.spec, member, None)?;
        if let Some(own) = holder.all().find(|field| self.here.name(field) == *name) {
            proposal.statement += &format!(" use {owner}.{}", own.name.value);
            return Some(proposal);
        }
        let field = self.there.field((&there.name, there.module), site)?;
        let taken = self.foreign.field(field.field);
        proposal.edits.iter_mut().for_each(|edit| edit.text.clone_from(&taken.text));
        let name = &field.field.name.value;
        proposal.statement += &format!(" use {owner}.{name}\nadd {owner}.{name}");
        proposal.needs = taken.needs;
        Some(proposal)
    }

    pub(super) fn member_deprecated(&self, finding: &Finding) -> Option<Proposal> {
        let (found, theirs) = (self.field_here(finding)?, self.field_there(finding)?);
        let life = theirs.field.head.life.as_ref()?;
        if found.field.head.life.is_some() {
            return None;
        }
        let text = format!(" {}", self.their_text(life.span));
        Proposal::new(vec![replace(behind(found.field.span), text)], String::new())
    }

    /// What people call otherwise than the owner keeps its name: only the wire is told anew.
    pub(super) fn member_renamed(&self, finding: &Finding) -> Option<Proposal> {
        let member = self.members.at(finding.old.place?)?;
        let What::Field(field, _) = &member.what else { return None };
        let (was, now) = (&finding.old.text, &finding.new.text);
        if field.name.value == snake(was) {
            return None;
        }
        let text = format!("{now:?}");
        let edit = match &field.wire {
            Some(wire) => replace(wire.span, text),
            None => replace(behind(Span { end: field.name.span.end + u32::from(field.optional), ..field.name.span }), format!(" {text}")),
        };
        let name = &field.name.value;
        Proposal::new(vec![edit], format!("rename {}.{name} {was:?} -> {name}", member.owner))
    }

    /// The owner took it back.
    pub(super) fn member_undeprecated(&self, finding: &Finding) -> Option<Proposal> {
        let found = self.field_here(finding)?;
        let life = found.field.head.life.as_ref()?;
        Proposal::new(vec![replace(life.span, "")], String::new())
    }

    pub(super) fn default(&self, finding: &Finding) -> Option<Proposal> {
        let (found, theirs) = (self.field_here(finding)?, self.field_there(finding)?);
        let (was, now) = (found.field.default.as_ref(), theirs.field.default.as_ref());
        let text = |value: Option<&crate::syntax::ast::Value>, of: &dyn Fn(Span) -> String| {
            value.map_or_else(|| "none".into(), |one| of(one.span))
        };
        let (before, after) = (text(was, &|span| self.text(span).to_owned()), text(now, &|span| self.their_text(span).to_owned()));
        if before == after {
            return None;
        }
        let mut edits = match (was, now) {
            (Some(value), Some(_)) => vec![replace(value.span, after.as_str())],
            (Some(value), None) => vec![replace(Span { start: found.field.ty.span.end, ..value.span }, "")],
            (None, Some(_)) => vec![replace(behind(found.field.ty.span), format!(" = {after}"))],
            (None, None) => return None,
        };
        let mut statement = format!("default {}.{} {before} -> {after}", found.owner, found.field.name.value);
        // What has a value need not be given: with the value goes or comes the question mark.
        if found.field.optional != theirs.field.optional {
            edits.push(self.question_mark(&found, theirs.field.optional)?);
            if was.is_none() != now.is_none() {
                statement =
                    format!("{} {}.{}", if theirs.field.optional { "relax" } else { "require" }, found.owner, found.field.name.value);
            }
        }
        Proposal::new(edits, statement)
    }

    /// Puts it in or takes it out.
    fn question_mark(&self, found: &Found<'_>, there: bool) -> Option<crate::diagnostics::Edit> {
        let field = found.field;
        if there {
            return Some(replace(behind(field.name.span), "?"));
        }
        let head = between(field.name.span, field.ty.span);
        let at = head.start + self.text(head).find('?')? as u32;
        Some(replace(Span { start: at, end: at + 1, ..head }, ""))
    }

    pub(super) fn style(&self, finding: &Finding) -> Option<Proposal> {
        let (found, theirs) = (self.field_here(finding)?, self.field_there(finding)?);
        let style = theirs.field.style.as_ref().map(|style| self.their_text(style.span).to_owned());
        let style = style.map(|text| if text.starts_with("style") { text } else { format!("style {text}") });
        let edit = match (&found.field.style, style) {
            (Some(own), Some(text)) => {
                let text = if self.text(own.span).starts_with("style") { text } else { text.trim_start_matches("style ").to_owned() };
                replace(own.span, text)
            }
            (None, Some(text)) => {
                let place = found.field.default.as_ref().map_or(found.field.ty.span, |value| value.span);
                replace(behind(place), format!(" {text}"))
            }
            (Some(own), None) => {
                let start = found.field.default.as_ref().map_or(found.field.ty.span, |value| value.span).end;
                replace(Span { start, ..own.span }, "")
            }
            (None, None) => return None,
        };
        Proposal::new(vec![edit], String::new()).map(Proposal::in_place_only)
    }

    /// Behind the last value of the enum, or of the values that are written in place.
    pub(super) fn value_added(&self, finding: &Finding) -> Option<Proposal> {
        let wire = &finding.new.text;
        let (own, theirs) = finding.sites.iter().find_map(|site| {
            let (here, there) = self.modules(site)?;
            Some((self.here.at((&here.name, here.module), site)?, self.there.at((&there.name, there.module), site)))
        })?;
        let Some((Named::Enum(own), name)) = self.here.named_by(&own) else { return self.literal_added(finding, &own) };
        let theirs = theirs.and_then(|theirs| self.there.named_by(&theirs));
        let is = |variant: &&Variant| match &variant.value {
            Some(value) => self.their_text(value.span) == wire,
            None => variant.name.value == wire.trim_matches('"'),
        };
        let variant = match &theirs {
            Some((Named::Enum(theirs), _)) => theirs.variants.iter().find(is),
            _ => None,
        };
        let wanted = variant.map_or_else(|| snake(wire.trim_matches('"')), |variant| variant.name.value.clone());
        let taken = |name: &str| own.variants.iter().any(|other| other.name.value == name);
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let value = std::iter::once(wanted.clone()).chain(numbered).find(|name| !taken(name))?;
        let docs = variant.into_iter().flat_map(|variant| &variant.head.docs);
        let docs: String = docs.map(|line| format!("\n  /// {}", line.value.trim_start())).collect();
        let plain = wire.trim_matches('"') == value && wire.starts_with('"');
        let text = if plain { format!("{docs}\n  {value}") } else { format!("{docs}\n  {value} = {wire}") };
        let last = own.variants.last()?;
        Proposal::new(vec![replace(behind(last.span), text)], format!("add {name}.{value}"))
    }

    /// `"name" | "age"` with one more.
    fn literal_added(&self, finding: &Finding, at: &At<'f>) -> Option<Proposal> {
        let (At::Type(ty, ..), found) = (at, self.field_here(finding)?) else { return None };
        let ty = match &ty.kind {
            TypeKind::List(inner) => inner,
            _ => *ty,
        };
        let last = match &ty.kind {
            TypeKind::Literal(value) => value.span,
            TypeKind::Either(choices) => choices.iter().rev().find(|choice| matches!(choice.kind, TypeKind::Literal(_)))?.span,
            _ => return None,
        };
        let edit = replace(behind(last), format!(" | {}", finding.new.text));
        let was = self.text(found.field.ty.span).to_owned();
        let at = (last.end - found.field.ty.span.start) as usize;
        let now = format!("{}{}{}", &was[..at], edit.text, &was[at..]);
        Proposal::new(vec![edit], format!("retype {}.{}: {was} -> {now}", found.owner, found.field.name.value))
    }

    /// The named types where a site leads, here and there.
    pub(super) fn named_at(&self, site: &Site) -> Option<((Named<'f>, String), (Named<'f>, String))> {
        let (here, there) = self.modules(site)?;
        let own = self.here.at((&here.name, here.module), site)?;
        let theirs = self.there.at((&there.name, there.module), site)?;
        Some((self.here.named_by(&own)?, self.there.named_by(&theirs)?))
    }
}

fn is_nullable(field: &Field) -> bool {
    matches!(&field.ty.kind, TypeKind::Either(choices) if choices.iter().any(|choice| matches!(choice.kind, TypeKind::Null)))
}

/// A type's text without "or null".
fn bare_text(text: &str) -> &str {
    text.strip_suffix("null").map(str::trim_end).and_then(|text| text.strip_suffix('|')).map_or(text, str::trim_end)
}

fn nullable(text: &str, is: bool) -> String {
    if is { format!("{text} | null") } else { text.to_owned() }
}
