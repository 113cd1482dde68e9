//! Verbs about whole modules, connections and servers undone: method and path, places of inputs, statuses, pages.

use super::super::Resolver;
use super::super::inputs::template_text;
use super::super::pages::PageParts;
use super::super::symbols::joined;
use super::apply::{Members, contradicts_present};
use super::members::{Parting, part};
use super::targets::{Owner, Target};
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Decoding, DifferenceKind as Kind, Encoding, Input, Module, PathPart, Place, Strategy, Symbol, Versions};
use crate::source::Spanned;
use crate::syntax::ast::{self, Ident, Path, TemplatePart, VerbKind};

impl<'a> Resolver<'a> {
    pub(super) fn undo_whole(&mut self, verb: &'a ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        match &verb.kind {
            VerbKind::MoveCall { module, from, to } => self.undo_call(module, from, to, verb, undoing, whole),
            VerbKind::Status { module, from, to, returning } => {
                self.undo_status(module, (from, to), returning.as_ref().map(|(ty, _)| ty), verb, undoing, whole);
            }
            VerbKind::Page { module, was } => self.undo_page(module, was, verb, undoing, whole),
            VerbKind::MergeModules { from, to } => {
                self.noted_modules(Kind::Merged, &from.iter().collect::<Vec<_>>(), std::slice::from_ref(to), verb, undoing, whole);
            }
            VerbKind::Auth { from, to } => self.undo_auth(from, to, verb, undoing, whole),
            VerbKind::Server { from, to } => self.undo_server(from, to, verb, undoing, whole),
            VerbKind::Meaning { target, text } => {
                if self.target(target, undoing, whole).is_some() {
                    undoing.noted(Kind::Meant, &joined(target).0, String::new(), String::new(), text.value.clone(), verb);
                }
            }
            _ => {}
        }
    }

    /// The module that a verb speaks of.
    fn module_target(&mut self, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Symbol> {
        let (name, span) = joined(path);
        match self.target(path, undoing, whole)? {
            Target::Whole(Owner::Module(symbol)) => Some(symbol),
            _ => {
                self.report(
                    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is no module, and this is said of modules"))
                        .here("not a module")
                        .help("name an action, a search or a trigger"),
                );
                None
            }
        }
    }

    /// The module as it was before, made by copying the present.
    fn older_module<'w>(
        &mut self,
        path: &Path,
        facet: Facet,
        undoing: &mut Undoing<'a>,
        whole: &'w mut Whole<'_>,
    ) -> Option<&'w mut Module> {
        let symbol = self.module_target(path, undoing, whole)?;
        let (name, span) = joined(path);
        if !self.said_once(&name, facet, span, undoing) {
            return None;
        }
        match part_module(whole.modules, symbol, undoing.version, undoing.before) {
            Ok(at) => Some(&mut whole.modules[at]),
            Err(parting) => {
                self.parted(Err(parting), &name, span, undoing);
                None
            }
        }
    }

    /// `move create_role POST "/a/{id}" -> POST "/b/{org}"`
    fn undo_call(
        &mut self,
        path: &Path,
        from: &'a (Spanned<String>, ast::Template),
        to: &'a (Spanned<String>, ast::Template),
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let (name, span) = joined(path);
        let before = undoing.before;
        let shown = |(method, path): &(Spanned<String>, ast::Template)| format!("{} {}", method.value, template_text(path));
        let (was, is) = (shown(from), shown(to));
        let method = self.method(&from.0);
        let Some(module) = self.older_module(path, Facet::Call, undoing, whole) else { return };
        let present = format!("{} {}", module.method, path_text(&module.path));
        let now: Vec<String> = inputs_in(&module.path);
        let mut parts = Vec::new();
        let mut missing = None;
        let then: Vec<&Ident> = holes(&from.1);
        for part in &from.1.parts {
            parts.push(match part {
                TemplatePart::Text(text) => PathPart::Text(text.clone()),
                TemplatePart::Hole(path, _) => PathPart::Input(joined(path).0),
            });
        }
        for (at, hole) in then.iter().enumerate() {
            let there = |input: &Input| input.field.name == hole.value && !input.field.on.and(before).is_empty();
            if let Some(input) = module.inputs.iter_mut().find(|input| there(input)) {
                if !matches!(input.place, Place::Path(_)) {
                    input.place = Place::Path("simple");
                }
                continue;
            }
            // The parameter in the same position, under the name it had.
            let same = now.get(at).filter(|name| then.len() == now.len() && !then.iter().any(|hole| hole.value == **name));
            let same = same.and_then(|name| module.inputs.iter().position(|input| input.field.name == *name));
            match same {
                Some(index) => {
                    let input = &mut module.inputs[index];
                    input.field.name.clone_from(&hole.value);
                    input.field.wire.clone_from(&hole.value);
                    input.field.span = hole.span;
                }
                None => missing = missing.or(Some(*hole)),
            }
        }
        let gone: Vec<&String> = now.iter().filter(|name| !then.iter().any(|hole| hole.value == **name)).collect();
        module.inputs.retain(|input| !(matches!(input.place, Place::Path(_)) && gone.contains(&&input.field.name)));
        module.path = parts;
        module.method = method;
        if present != is {
            self.report(contradicts_present(&name, span, &format!("is `{present}` now, not `{is}`")));
        }
        if let Some(hole) = missing {
            self.report(
                Diagnostic::new(
                    codes::HOLE_NOT_DECLARED,
                    hole.span,
                    format!("nothing declares the path parameter `{}` that `{name}` had", hole.value),
                )
                .here("which type did it have?")
                .help(format!("add `remove {name}.{}: string in path`", hole.value)),
            );
        }
        undoing.difference(Kind::Moved, &name, was, is, verb);
    }

    /// `status dispatch_workflow 204 -> 200 returning DispatchedRun`
    fn undo_status(
        &mut self,
        path: &Path,
        (from, to): (&Spanned<String>, &Spanned<String>),
        returning: Option<&'a ast::TypeExpr>,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let (name, span) = joined(path);
        let site = undoing.site(&name);
        let returned = returning.map(|ty| self.ty(ty, &super::Site { on: self.all_versions, ..site }, "output"));
        let (Some(was), Some(is)) = (self.status(from), self.status(to)) else { return };
        if is.0 >= 300 {
            // What counts as an error is told by ranges, so the older status is one of them too.
            if self.module_target(path, undoing, whole).is_some() {
                undoing.difference(Kind::Status, &name, from.value.clone(), to.value.clone(), verb);
            }
            return;
        }
        let Some(module) = self.older_module(path, Facet::Status, undoing, whole) else { return };
        let Some(at) = module.answers.iter().position(|answer| answer.statuses.0 <= is.0 && is.1 <= answer.statuses.1) else {
            self.report(contradicts_present(&name, span, &format!("does not answer with {} now", to.value)));
            return;
        };
        let answer = &mut module.answers[at];
        let contradiction = returned.as_ref().filter(|ty| answer.body.as_ref() != Some(ty)).is_some();
        let replaced = Answer { statuses: was, ..answer.clone() };
        *answer = match returned {
            None => replaced,
            Some(_) => Answer { body: None, at: Vec::new(), decoding: Decoding::Nothing, ..replaced },
        };
        if contradiction {
            let ty = returning.map_or("", |ty| self.sources.text(ty.span)).to_owned();
            self.report(contradicts_present(&name, span, &format!("does not give `{ty}` now")));
        }
        undoing.difference(Kind::Status, &name, from.value.clone(), to.value.clone(), verb);
    }

    /// `page search_issues was offset { … }`
    fn undo_page(&mut self, path: &Path, was: &'a ast::Page, verb: &ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        let (name, _) = joined(path);
        let Some(ident) = path.last() else { return };
        let before = undoing.before;
        let Some(module) = self.older_module(path, Facet::Pages, undoing, whole) else { return };
        let now = module.page.as_ref().map_or("no pages", |page| strategy_name(&page.strategy));
        let inputs: Vec<Input> = module.inputs.iter().filter(|input| !input.field.on.and(before).is_empty()).cloned().collect();
        let (kind, constants, on, mut answers) = (module.kind, module.constants.clone(), module.on, module.answers.clone());
        let parts = PageParts { kind, name: ident, page: Some(was), inputs: &inputs, constants: &constants, on };
        let page = self.page(&parts, &mut answers);
        let symbol = self.module_target(path, undoing, whole);
        let older = whole.modules.iter_mut().find(|module| Some(module.symbol) == symbol && module.on == on);
        if let Some(module) = older {
            module.page = page;
            module.answers = answers;
        }
        undoing.difference(Kind::Paged, &name, was.strategy.value.clone(), now.to_owned(), verb);
    }

    /// `move list_contacts.key query "hapikey" -> header`
    #[allow(clippy::too_many_arguments, reason = "what a move says, and where it is noted")]
    pub(super) fn undo_place(
        &mut self,
        input: &Path,
        from: &Ident,
        wire: Option<&ast::Text>,
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some(target) = self.target(input, undoing, whole) else { return };
        let (name, span) = joined(input);
        let Target::Member(owner @ Owner::Module(_), member) = target else {
            self.report(contradicts_present(&name, span, "is no input of a module, so it has no place"));
            return;
        };
        if !self.said_once(&name, Facet::Place, span, undoing) {
            return;
        }
        let (version, before) = (undoing.version, undoing.before);
        let mut found = Err(Parting::Missing);
        let mut present = String::new();
        self.in_members(&owner, version - 1, whole, &mut |members| {
            let Members::Inputs(list, _) = members else { return };
            let one = part(list, &member, version, before).map(|input| {
                present = place_name(&input.place).to_owned();
                input.place = place(&from.value);
                if let Some(wire) = wire {
                    input.field.wire.clone_from(&wire.value);
                }
            });
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        self.places_have_bodies(&owner, before, whole);
        if found.is_ok() && present != to.value {
            self.report(contradicts_present(&name, to.span, &format!("goes into the {present} now, not the {}", to.value)));
        }
        self.parted(found, &name, span, undoing);
        undoing.difference(Kind::Moved, &name, from.value.clone(), to.value.clone(), verb);
    }

    /// What goes into a body needs one.
    pub(super) fn places_have_bodies(&mut self, owner: &Owner, before: Versions, whole: &mut Whole<'_>) {
        let Owner::Module(symbol) = owner else { return };
        let needs = |module: &Module| {
            let in_body = |input: &Input| matches!(input.place, Place::Body) && !input.field.on.and(before).is_empty();
            module.symbol == *symbol && module.encoding == Encoding::None && module.inputs.iter().any(in_body)
        };
        for module in whole.modules.iter_mut().filter(|module| needs(module)) {
            module.encoding = Encoding::Json;
        }
    }

    /// `rename find_users -> search_users`
    pub(super) fn undo_module_rename(
        &mut self,
        old: &Ident,
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let path = vec![to.clone()];
        if self.module_table.find(&undoing.group, &to.value).is_none() && self.type_table.find(&undoing.group, &to.value).is_some() {
            return self.report(
                Diagnostic::new(codes::CHANGE_CONTRADICTS, to.span, format!("`{}` is a type, whose name is not the owner's", to.value))
                    .here("no name on the wire")
                    .help("leave this out: the name of a type is yours, and older versions use the present one"),
            );
        }
        let group = undoing.group.clone();
        let symbol = self.intern_module(&group, &old.value);
        let Some(module) = self.older_module(&path, Facet::Name, undoing, whole) else { return };
        module.symbol = symbol;
        let kind = module.kind;
        self.module_kinds.insert(symbol, kind);
        undoing.difference(Kind::Renamed, &to.value, old.value.clone(), to.value.clone(), verb);
    }

    /// Modules that became others: each of them is declared elsewhere.
    pub(super) fn noted_modules(
        &mut self,
        kind: Kind,
        from: &[&Path],
        to: &[Path],
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        for path in from.iter().copied().chain(to) {
            self.module_target(path, undoing, whole);
        }
        let shown = |paths: &mut dyn Iterator<Item = &Path>| paths.map(|path| joined(path).0).collect::<Vec<_>>().join(", ");
        let (before, after) = (shown(&mut from.iter().copied()), shown(&mut to.iter()));
        let target = if kind == Kind::Split { before.clone() } else { after.clone() };
        undoing.difference(kind, &target, before, after, verb);
    }

    /// `auth api_key -> oauth`
    fn undo_auth(&mut self, from: &Ident, to: &Ident, verb: &ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        let known = self.connection_exists(from, whole.connections) && self.connection_exists(to, whole.connections);
        if !known {
            return;
        }
        let (version, before) = (undoing.version, undoing.before);
        for connection in whole.connections.iter_mut() {
            if connection.name == from.value {
                connection.on = connection.on.and(before);
            } else if connection.name == to.value && connection.on.has(version) {
                connection.on = connection.on.without(before);
            }
        }
        undoing.difference(Kind::Connected, &to.value, from.value.clone(), to.value.clone(), verb);
    }

    /// `server "https://…/v1" -> "https://…/v2"`
    fn undo_server(
        &mut self,
        from: &'a ast::Template,
        to: &'a ast::Template,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let (was, is) = (template_text(from), template_text(to));
        if !self.said_once(&is, Facet::Server, to.span, undoing) {
            return;
        }
        let url = self.server_template(from, whole.connections);
        let before = undoing.before;
        let servers = &mut whole.connector.servers;
        let Some(at) = servers.iter().position(|server| server.url.text == is && server.on.has(undoing.version - 1)) else {
            let shown = servers.first().map_or_else(|| "none".to_owned(), |server| format!("`{}`", server.url.text));
            return self.report(contradicts_present(&is, to.span, &format!("is no server now; there is {shown}")));
        };
        let older = crate::model::Server { name: servers[at].name.clone(), url, on: servers[at].on.and(before) };
        servers[at].on = servers[at].on.without(before);
        servers.insert(at + 1, older);
        undoing.difference(Kind::Served, "server", was, is, verb);
    }
}

/// The part of a module that stands for the versions before.
pub(super) fn part_module(modules: &mut Vec<Module>, symbol: Symbol, version: usize, before: Versions) -> Result<usize, Parting> {
    let is = |module: &Module| module.symbol == symbol;
    if let Some(at) = modules.iter().position(|one| is(one) && one.on.has(version - 1) && one.on.without(before).is_empty()) {
        return Ok(at);
    }
    let Some(at) = modules.iter().position(|one| is(one) && one.on.has(version - 1)) else {
        let now = modules.iter().find(|one| is(one));
        return Err(now.map_or(Parting::Missing, |one| Parting::NotBefore(one.span)));
    };
    let mut older = modules[at].clone();
    older.on = modules[at].on.and(before);
    modules[at].on = modules[at].on.without(before);
    older.examples.clear();
    let keep = older.on;
    older.inputs.retain(|input| !input.field.on.and(keep).is_empty());
    older.constants.retain(|constant| !constant.on.and(keep).is_empty());
    let keep = modules[at].on;
    modules[at].inputs.retain(|input| !input.field.on.and(keep).is_empty());
    modules.insert(at + 1, older);
    Ok(at + 1)
}

/// What paths and pages of older versions are bound to has its older name.
pub(super) fn rename_bound(whole: &mut Whole<'_>, symbol: Symbol, before: Versions, now: &str, then: &str) {
    let bound = |module: &Module| {
        let paged = module.page.iter().any(|page| strategy_inputs(&page.strategy).contains(&now));
        paged || module.path.iter().any(|part| *part == PathPart::Input(now.to_owned()))
    };
    let affected: Vec<usize> = (0..whole.modules.len())
        .filter(|at| whole.modules[*at].symbol == symbol && !whole.modules[*at].on.and(before).is_empty() && bound(&whole.modules[*at]))
        .collect();
    let Some(version) = before.iter().max().map(|last| last + 1) else { return };
    if affected.is_empty() {
        return;
    }
    let Ok(at) = part_module(whole.modules, symbol, version, before) else { return };
    let module = &mut whole.modules[at];
    for part in &mut module.path {
        if *part == PathPart::Input(now.to_owned()) {
            *part = PathPart::Input(then.to_owned());
        }
    }
    if let Some(page) = &mut module.page {
        for name in strategy_inputs_mut(&mut page.strategy) {
            if name == now {
                *name = then.to_owned();
            }
        }
    }
}

fn strategy_inputs(strategy: &Strategy) -> Vec<&str> {
    match strategy {
        Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => {
            size.iter().chain([advance]).map(String::as_str).collect()
        }
        Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } => vec![send],
        Strategy::Link { .. } | Strategy::NextUrl { .. } => Vec::new(),
    }
}

fn strategy_inputs_mut(strategy: &mut Strategy) -> Vec<&mut String> {
    match strategy {
        Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => size.iter_mut().chain([advance]).collect(),
        Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } => vec![send],
        Strategy::Link { .. } | Strategy::NextUrl { .. } => Vec::new(),
    }
}

/// What the language calls a strategy.
pub(super) fn strategy_name(strategy: &Strategy) -> &'static str {
    match strategy {
        Strategy::Offset { .. } => "offset",
        Strategy::Number { .. } => "number",
        Strategy::Cursor { .. } => "cursor",
        Strategy::Link { .. } => "link",
        Strategy::NextUrl { .. } => "next",
        Strategy::Keyset { .. } => "keyset",
    }
}

fn place(name: &str) -> Place {
    match name {
        "path" => Place::Path("simple"),
        "query" => Place::Query("form_explode"),
        "header" => Place::Header("simple"),
        "cookie" => Place::Cookie("form_explode"),
        _ => Place::Body,
    }
}

fn place_name(place: &Place) -> &'static str {
    match place {
        Place::Path(_) => "path",
        Place::Query(_) => "query",
        Place::Header(_) => "header",
        Place::Cookie(_) => "cookie",
        Place::Body | Place::WholeBody => "body",
        Place::Steps => "input",
    }
}

fn holes(template: &ast::Template) -> Vec<&Ident> {
    let hole = |part: &'_ TemplatePart| matches!(part, TemplatePart::Hole(..));
    template
        .parts
        .iter()
        .filter(|part| hole(part))
        .filter_map(|part| if let TemplatePart::Hole(path, _) = part { path.last() } else { None })
        .collect()
}

fn path_text(parts: &[PathPart]) -> String {
    let text = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    parts.iter().map(text).collect()
}

fn inputs_in(parts: &[PathPart]) -> Vec<String> {
    parts.iter().filter_map(|part| if let PathPart::Input(name) = part { Some(name.clone()) } else { None }).collect()
}
