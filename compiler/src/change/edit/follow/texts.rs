//! Documentation: what another spec says of the same things.

use std::collections::HashMap;

use super::{Follower, Newer};
use crate::change::edit::members::Members;
use crate::change::edit::wire::{Named, bare};
use crate::diagnostics::{Diagnostics, Edit, Fix};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{Field, Head, TypeExpr, TypeKind};
use crate::syntax::{edit, parse_all, print};

/// What is documented here, and what stands there of the same.
struct Told<'a> {
    head: &'a Head,
    span: Span,
    theirs: String,
}

/// The spec with the newer spec's texts: of all that has one there, or only where the text here is still that of the spec before.
pub fn with_texts(spec: &Sources, newer: &Newer<'_>, before: Option<&Newer<'_>>, all: bool) -> Option<Sources> {
    let files = parse_all(spec, &mut Diagnostics::default());
    let members = Members::of(&files);
    let follower = Follower::new(spec, &files, &members, newer);
    let older = before.map(|before| Follower::new(spec, &files, &members, before));
    let known: HashMap<Span, String> = older.iter().flat_map(|older| older.told()).map(|told| (told.span, told.theirs)).collect();
    let mut by_file: HashMap<FileId, Vec<Fix>> = HashMap::new();
    for told in follower.told() {
        let own = lines(told.head);
        let untouched = known.get(&told.span).is_some_and(|before| *before == own && *before != told.theirs);
        if told.theirs.is_empty() || told.theirs == own || !(all || untouched) {
            continue;
        }
        let edit = told.edit();
        by_file.entry(edit.span.file).or_default().push(Fix { title: String::new(), edits: vec![edit] });
    }
    let mut sources = Sources::default();
    for (id, file) in spec.iter() {
        let text = match by_file.get(&id) {
            Some(fixes) => print::format(id, &edit::apply(id, &file.text, fixes).0, &mut Diagnostics::default())?,
            None => file.text.clone(),
        };
        sources.add(file.name.clone(), text);
    }
    Some(sources)
}

impl Told<'_> {
    fn edit(&self) -> Edit {
        let text: Vec<String> = self.theirs.lines().map(|line| format!("/// {line}").trim_end().to_owned()).collect();
        match (self.head.docs.first(), self.head.docs.last()) {
            (Some(first), Some(last)) => Edit { span: first.span.to(last.span), text: text.join("\n") },
            _ => Edit { span: Span { end: self.span.start, ..self.span }, text: format!("\n{}\n", text.join("\n")) },
        }
    }
}

fn lines(head: &Head) -> String {
    head.docs.iter().map(|line| line.value.trim()).collect::<Vec<_>>().join("\n")
}

impl<'f> Follower<'f> {
    /// Everything that is documented there and is here.
    fn told(&self) -> Vec<Told<'f>> {
        let mut found: Vec<Told<'f>> = Vec::new();
        for (here, there) in self.newer.modules.values().flatten() {
            let call = |members: &Members<'f>, name: &str| members.calls.iter().find(|call| call.name == name).map(|call| call.module);
            let (Some(own), Some(theirs)) = (call(self.members, here), call(&self.theirs, there)) else { continue };
            found.push(Told { head: &own.head, span: own.span, theirs: lines(&theirs.head) });
            for place in ["path", "query", "header", "cookie", "body"] {
                let inputs = (self.here.inputs(here, own, place), self.there.inputs(there, theirs, place));
                if let (Some(own), Some(theirs)) = inputs {
                    self.fields(own.fields, &theirs.all().cloned().collect::<Vec<_>>(), &mut found);
                }
            }
        }
        for (here, there) in &self.newer.types {
            let (Some((own, _)), Some((theirs, _))) = (self.here.named(here, ""), self.there.named(there, "")) else { continue };
            match (own, theirs) {
                (Named::Type(own), Named::Type(theirs)) => {
                    found.push(Told { head: &own.head, span: own.span, theirs: lines(&theirs.head) });
                    self.fields(&own.fields, &theirs.fields, &mut found);
                }
                (Named::Enum(own), Named::Enum(theirs)) => {
                    found.push(Told { head: &own.head, span: own.span, theirs: lines(&theirs.head) });
                    for variant in &own.variants {
                        let wire = |value: &crate::syntax::ast::Variant, text: &dyn Fn(Span) -> String| {
                            value.value.as_ref().map_or_else(|| format!("{:?}", value.name.value), |value| text(value.span))
                        };
                        let same = |other: &&crate::syntax::ast::Variant| {
                            wire(other, &|span| self.their_text(span).to_owned()) == wire(variant, &|span| self.text(span).to_owned())
                        };
                        if let Some(other) = theirs.variants.iter().find(same) {
                            found.push(Told { head: &variant.head, span: variant.span, theirs: lines(&other.head) });
                        }
                    }
                }
                _ => {}
            }
        }
        // A type may be held against several: the first tells.
        let mut seen = std::collections::HashSet::new();
        found.retain(|told| seen.insert(told.span));
        found
    }

    fn fields(&self, own: &'f [Field], theirs: &[Field], found: &mut Vec<Told<'f>>) {
        for field in own {
            let wire = self.here.name(field);
            let Some(other) = theirs.iter().find(|other| self.there.name(other) == wire) else { continue };
            found.push(Told { head: &field.head, span: field.span, theirs: lines(&other.head) });
            if let (Some(inner), Some(others)) = (in_place(&field.ty), in_place(&other.ty)) {
                self.fields(inner, others, found);
            }
        }
    }
}

/// The fields of a struct that is written in place.
fn in_place(ty: &TypeExpr) -> Option<&[Field]> {
    match &bare(ty).kind {
        TypeKind::Struct(fields) => Some(fields),
        TypeKind::List(inner) | TypeKind::Map(inner) => in_place(inner),
        _ => None,
    }
}
