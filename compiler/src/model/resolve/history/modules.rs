//! Verbs about whole modules, connections and servers undone: method and path, places of inputs, statuses. Pages are undone in `pages.rs`.

use super::super::Resolver;
use super::super::inputs::template_text;
use super::super::symbols::joined;
use super::members::{Parting, hidden, part, shown};
use super::owners::Members;
use super::pages::{strategy_inputs, strategy_inputs_mut};
use super::problems::contradicts_present;
use super::targets::{Owner, Target};
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Decoding, DifferenceKind as Kind, Encoding, Input, Module, PathPart, Place, RetryClass, Symbol, Versions};
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
            VerbKind::Meaning { target, text } => self.undo_meaning(target, text, verb, undoing, whole),
            _ => {}
        }
    }

    /// `meaning search_issues.query "closed ones are found too"`: nothing looked otherwise.
    fn undo_meaning(&mut self, path: &Path, text: &ast::Text, verb: &ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        self.says_why(text, "another meaning");
        let (name, span) = (self.full_name(path, undoing, whole), joined(path).1);
        let Some(target) = self.target(path, undoing, whole) else { return };
        if let Target::Member(owner, member) = target
            && !self.names_in(&owner, undoing.version, whole).contains(&member)
        {
            return self.parted_of(Err(Parting::Missing), (&owner, &name), span, undoing, whole);
        }
        undoing.noted(Kind::Meant, &name, String::new(), String::new(), text.value.clone(), verb);
    }

    /// The module that a verb speaks of.
    pub(super) fn module_target(&mut self, path: &[Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Symbol> {
        let (name, span) = joined(path);
        match self.target(&path.to_vec(), undoing, whole)? {
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
    pub(super) fn older_module<'w>(
        &mut self,
        path: &Path,
        facet: Facet,
        undoing: &mut Undoing<'a>,
        whole: &'w mut Whole<'_>,
    ) -> Option<&'w mut Module> {
        let symbol = self.module_target(path, undoing, whole)?;
        let (name, span) = joined(path);
        if !self.said_once(&Owner::Module(symbol), "", facet, span, undoing) {
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
        let (name, span) = (self.full_name(path, undoing, whole), joined(path).1);
        let before = undoing.before;
        let call = |module: &Module| format!("{} {}", module.method, path_text(&module.path));
        let symbol = self.owner_named(path, undoing, whole);
        let there = |module: &&Module| Some(Owner::Module(module.symbol)) == symbol && module.on.has(undoing.version);
        let present = whole.modules.iter().filter(there).max_by_key(|module| module.revision).map(|one| (call(one), one.spans.path));
        let shown = |(method, path): &(Spanned<String>, ast::Template)| format!("{} {}", method.value, template_text(path));
        let (was, is) = (shown(from), shown(to));
        let method = self.method(&from.0);
        let Some(module) = self.older_module(path, Facet::Call, undoing, whole) else { return };
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
        if module.spans.retry.is_none() {
            module.retry = RetryClass::usual(&module.method, &module.encoding);
        }
        if let Some((present, place)) = present.filter(|(present, _)| *present != is) {
            self.report(contradicts_present(&name, span, &format!("is `{present}` now, not `{is}`"), Some(place)));
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
        let (name, span) = (self.full_name(path, undoing, whole), joined(path).1);
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
            let place = module.answers.first().map(|answer| answer.span);
            self.report(contradicts_present(&name, span, &format!("does not answer with {} now", to.value), place));
            return;
        };
        let answer = &mut module.answers[at];
        let place = answer.span;
        let contradiction = returned.as_ref().filter(|ty| answer.body.as_ref() != Some(ty)).is_some();
        let replaced = Answer { statuses: was, ..answer.clone() };
        *answer = match returned {
            None => replaced,
            Some(_) => Answer { body: None, at: Vec::new(), decoding: Decoding::Nothing, ..replaced },
        };
        if contradiction {
            let ty = returning.map_or("", |ty| self.sources.text(ty.span)).to_owned();
            self.report(contradicts_present(&name, span, &format!("does not give `{ty}` now"), Some(place)));
        }
        undoing.difference(Kind::Status, &name, from.value.clone(), to.value.clone(), verb);
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
        let (name, span) = (self.full_name(input, undoing, whole), joined(input).1);
        let Target::Member(owner @ Owner::Module(_), member) = target else {
            self.report(contradicts_present(&name, span, "is no input of a module, so it has no place", None));
            return;
        };
        if !self.said_once(&owner, &member, Facet::Place, span, undoing) {
            return;
        }
        if !self.is_present((&owner, &member), &name, span, undoing, whole) {
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
            let place = self.member(&owner, &member, version, whole).map(|field| field.span);
            let problem = format!("goes into the {present} now, not the {}", to.value);
            self.report(contradicts_present(&name, to.span, &problem, place));
        }
        self.parted_of(found, (&owner, &name), span, undoing, whole);
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
        now: &Path,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some(to) = now.last() else { return };
        let Some(owner) = self.target(now, undoing, whole) else { return };
        let symbol = match owner {
            Target::Whole(Owner::Module(symbol)) => symbol,
            Target::Whole(Owner::Type(_)) => return self.report(our_name(to, "a type")),
            Target::Whole(Owner::Connection(_)) => return self.report(our_name(to, "a connection")),
            Target::Member(..) => return,
        };
        let name = self.full_name(now, undoing, whole);
        if !self.said_once(&Owner::Module(symbol), "", Facet::Name, to.span, undoing) {
            return;
        }
        let group = self.symbols[symbol.0 as usize].group.clone();
        let older = self.intern_module(&group, &old.value);
        let (version, before) = (undoing.version, undoing.before);
        let clash = whole.modules.iter().find(|one| one.symbol == older && one.on.has(version - 1)).map(|one| one.span);
        if let Some(first) = clash {
            return self.report(
                Diagnostic::new(
                    codes::CHANGE_CONTRADICTS,
                    old.span,
                    format!("before `{}` there was another `{}`", undoing.name(), old.value),
                )
                .here("said to be the older name")
                .also(first, "bears that name too")
                .help("keep one of them: what both did before cannot have had one name"),
            );
        }
        let mut found = Err(Parting::Missing);
        loop {
            match part_module(whole.modules, symbol, version, before) {
                Ok(at) => {
                    whole.modules[at].symbol = older;
                    self.module_kinds.insert(older, whole.modules[at].kind);
                    found = Ok(());
                }
                Err(_) if found.is_ok() => break,
                Err(parting) => {
                    found = Err(parting);
                    break;
                }
            }
        }
        self.parted(found, &name, to.span, undoing);
        undoing.difference(Kind::Renamed, &name, old.value.clone(), to.value.clone(), verb);
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
        for name in [from, to] {
            if !self.said_once(&Owner::Connection(name.value.clone()), "", Facet::Presence, name.span, undoing) {
                return;
            }
        }
        let is_there = |name: &Ident, on: &dyn Fn(Versions) -> bool| {
            name.value == "none" || whole.connections.iter().any(|one| one.name == name.value && on(one.on))
        };
        let place = |name: &Ident| whole.connections.iter().find(|one| one.name == name.value).map(|one| one.span);
        if !is_there(from, &|on| on.has(version - 1)) {
            self.report(contradicts_present(&from.value, from.span, "is not there in the version before", place(from)));
        }
        if !is_there(to, &|on| on.has(version)) {
            self.report(contradicts_present(&to.value, to.span, "is not there in this version", place(to)));
        }
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
        if !self.said_once(&Owner::Connection(is.clone()), "server", Facet::Server, to.span, undoing) {
            return;
        }
        let url = self.server_template(from, whole.connections);
        let before = undoing.before;
        let servers = &mut whole.connector.servers;
        let Some(at) = servers.iter().position(|server| server.url.text == is && server.on.has(undoing.version - 1)) else {
            let shown = servers.first().map_or_else(|| "none".to_owned(), |server| format!("`{}`", server.url.text));
            let place = servers.first().map(|server| server.url.span);
            return self.report(contradicts_present(&is, to.span, &format!("is no server now; there is {shown}"), place));
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
    let there = (0..modules.len()).filter(|at| is(&modules[*at]) && modules[*at].on.has(version - 1));
    let newest = there.max_by_key(|at| (modules[*at].revision, std::cmp::Reverse(*at)));
    if let Some(at) = newest.filter(|at| modules[*at].on.without(before).is_empty()) {
        return Ok(at);
    }
    let Some(at) = newest else {
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
pub(super) fn rename_bound(whole: &mut Whole<'_>, symbol: Symbol, (version, before): (usize, Versions), now: &str, then: &str) {
    let bound = |module: &Module| {
        let paged = module.page.iter().any(|page| strategy_inputs(&page.strategy).contains(&now));
        paged || module.path.iter().any(|part| *part == PathPart::Input(now.to_owned()))
    };
    if !whole.modules.iter().any(|module| module.symbol == symbol && module.on.has(version - 1) && bound(module)) {
        return;
    }
    let Ok(at) = part_module(whole.modules, symbol, version, before) else { return };
    let module = &mut whole.modules[at];
    for part in &mut module.path {
        if *part == PathPart::Input(now.to_owned()) {
            *part = PathPart::Input(hidden(then));
        }
    }
    if let Some(page) = &mut module.page {
        for name in strategy_inputs_mut(&mut page.strategy) {
            if name == now {
                *name = hidden(then);
            }
        }
    }
}

/// What paths and pages are bound to is no longer hidden.
pub(super) fn show_bound(module: &mut Module) {
    for part in &mut module.path {
        if let PathPart::Input(name) = part {
            *name = shown(name);
        }
    }
    if let Some(page) = &mut module.page {
        strategy_inputs_mut(&mut page.strategy).into_iter().for_each(|name| *name = shown(name));
    }
}

pub(super) fn place(name: &str) -> Place {
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

/// The names of types and connections are chosen here, not by the API's owner.
fn our_name(name: &Ident, what: &str) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, name.span, format!("`{}` is {what}, whose name is not the owner's", name.value))
        .here("no name on the wire")
        .help(format!("leave this out: the name of {what} is yours, and older versions use the present one"))
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

pub(super) fn path_text(parts: &[PathPart]) -> String {
    let text = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    parts.iter().map(text).collect()
}

fn inputs_in(parts: &[PathPart]) -> Vec<String> {
    parts.iter().filter_map(|part| if let PathPart::Input(name) = part { Some(name.clone()) } else { None }).collect()
}
