//! Binds the steps of one module in one API version: the modules called, and what each of their inputs is given.

use std::collections::HashSet;

use super::super::Resolver;
use super::super::literals::Reading;
use super::super::symbols::joined;
use super::super::unknown::unknown;
use super::source::not_in;
use super::{Bound, fit, wait};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Module, Place, Step, StepPath, StepSource, StepValue, Steps, Symbol, Type, TypeDefKind, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ModuleKind, Path, StepMember, StepValueKind, Value, ValueKind};

/// What is looked at: all modules, and which version of which of them.
pub(super) struct View<'v> {
    pub(super) modules: &'v [Module],
    /// The name of the module whose steps they are.
    pub(super) own: Span,
    /// The groups that it stands in.
    pub(super) group: &'v [String],
    /// The newest version that it is in: names are those of that.
    pub(super) now: usize,
    /// The version that is bound.
    pub(super) version: usize,
}

impl<'v> View<'v> {
    /// The module itself in a version.
    pub(super) fn own_in(&self, version: usize) -> Option<&'v Module> {
        self.modules.iter().find(|module| module.span == self.own && module.on.has(version))
    }

    /// The module of this name in the present, and what it is in the version.
    fn called(&self, symbol: Symbol) -> (Option<&'v Module>, Option<&'v Module>) {
        let newest = |version: usize| {
            self.modules.iter().filter(move |module| module.symbol == symbol && module.on.has(version)).max_by_key(|module| module.revision)
        };
        let now = newest(self.now);
        let same = |module: &&Module| now.is_some_and(|now| module.span == now.span) && module.on.has(self.version);
        (now, self.modules.iter().find(same).or_else(|| newest(self.version)))
    }
}

/// What is known before a step.
pub(super) struct Known<'s> {
    /// The steps before it.
    pub(super) made: Vec<Made<'s>>,
    /// The names of the steps after it.
    pub(super) later: Vec<&'s Ident>,
    /// The module's own inputs that were given to a step, by where they are declared.
    pub(super) used: HashSet<Span>,
    /// `endpoint` stands for where a trigger is told.
    pub(super) endpoint: bool,
}

/// A step that was bound.
pub(super) struct Made<'s> {
    pub(super) name: Option<&'s Ident>,
    pub(super) module: &'s Path,
    /// What it gives, in the present.
    pub(super) now: Option<Type>,
    /// What it gives, in the version.
    pub(super) then: Option<Type>,
    /// What was waited for.
    pub(super) wait: Option<crate::model::Wait>,
    pub(super) used: bool,
}

/// Where a value goes.
#[derive(Clone, Copy)]
struct Target<'t> {
    ty: &'t Type,
    /// Nothing need be given.
    may_lack: bool,
    /// Null may be given.
    nullable: bool,
    declared: Option<Span>,
    /// An input of the module called itself: only there can a file be given.
    is_input: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn bind(&mut self, item: &'a ast::Module, steps: &'a ast::Steps, view: &View<'_>) -> Option<Bound> {
        let mut known = Known {
            made: Vec::new(),
            later: steps.list.iter().filter_map(|step| step.name.as_ref()).collect(),
            used: HashSet::new(),
            endpoint: false,
        };
        let mut list = Vec::new();
        let mut connections: Option<Vec<String>> = None;
        for step in &steps.list {
            let (bound, called) = self.bound_step(step, step.wait.as_ref(), view, &mut known)?;
            if !self.common(&mut connections, called, step) {
                return None;
            }
            list.push(bound?);
        }
        if list.is_empty() {
            if steps.list.is_empty() && self.whole {
                self.report(no_steps(item, steps));
            }
            return None;
        }
        let (gives, output) = self.given_back(item, view, &mut known)?;
        if view.version == view.now {
            self.nothing_is_unused(item, view, &known);
        }
        Some(Bound { steps: Steps { list, gives }, output, connections: connections.unwrap_or_default() })
    }

    /// What the module gives: what `gives` says, or else the output of its last step.
    fn given_back(&mut self, item: &'a ast::Module, view: &View<'_>, known: &mut Known<'_>) -> Option<(StepPath, Option<Type>)> {
        let Some((path, _)) = &item.body.gives else {
            let last = known.made.last_mut()?;
            last.used = true;
            let path = StepPath { source: StepSource::Output(known.made.len() - 1), members: Vec::new(), part: None };
            return Some((path, known.made.last()?.then.clone()));
        };
        let source = self.source(path, view, known)?;
        if source.ty == Type::File && matches!(source.path.source, StepSource::Input(_)) {
            self.report(misfit(joined(path).1, "a file that was given cannot be given back: it was sent".to_owned()));
            return None;
        }
        Some((source.path, Some(if source.absent { Type::Nullable(Box::new(source.ty)) } else { source.ty })))
    }

    /// A step, until when it is made again, and the module that it calls. Outer none: there is no telling what comes after it.
    pub(super) fn bound_step<'v>(
        &mut self,
        step: &'a ast::Step,
        written: Option<&'a ast::Wait>,
        view: &View<'v>,
        known: &mut Known<'a>,
    ) -> Option<(Option<Step>, &'v Module)> {
        let symbol = self.find_module(codes::UNKNOWN_MODULE, view.group, &step.module)?;
        if self.is_declared_twice(symbol) {
            return None;
        }
        let (name, span) = joined(&step.module);
        let (now, then) = view.called(symbol);
        let ident = Ident { value: name.clone(), span };
        let (Some(now), Some(then)) = (now, then) else {
            let declared = now.or(then).or_else(|| view.modules.iter().find(|module| module.symbol == symbol));
            self.report(not_in(&ident, "module", declared.map_or(span, |module| module.span), self.version_name(view)));
            return None;
        };
        self.is_one_exchange(&ident, then, written, view)?;
        let inputs = self.inputs_of_step(step, now, then, view, known);
        if let Some(name) = &step.name {
            known.later.retain(|later| later.span != name.span);
            self.name_is_new(name, view, known);
        }
        let wait = match written {
            Some(written) => self.wait(step, written, now, then, view).map(Some),
            None => Some(None),
        };
        let output = |module: &Module| wait::gives(module, written).cloned();
        known.made.push(Made {
            name: step.name.as_ref(),
            module: &step.module,
            now: output(now),
            then: output(then),
            used: false,
            wait: wait.clone().flatten(),
        });
        let bound = inputs.zip(wait).map(|(inputs, wait)| Step {
            name: step.name.as_ref().map_or_else(String::new, |name| name.value.clone()),
            module: then.symbol,
            revision: then.revision,
            inputs,
            wait,
            span: step.span,
        });
        Some((bound, then))
    }

    /// A step is one exchange: no steps in it, no pages, nothing that waits to be told.
    fn is_one_exchange(&mut self, name: &Ident, module: &Module, wait: Option<&ast::Wait>, view: &View<'_>) -> Option<()> {
        let several = wait::gives_several(module, wait);
        let problem = if module.span == view.own {
            "a module cannot be a step of itself"
        } else if module.method.is_empty() {
            "it has steps itself, and a step is one exchange"
        } else if module.kind == ModuleKind::Trigger {
            "a trigger waits for something to happen, and a step is made at once"
        } else if module.page.is_some() {
            "it comes in pages, and a step is one exchange"
        } else if several {
            "its answers have several types, so what comes after it cannot know what it gave"
        } else {
            return Some(());
        };
        let help = match several && wait.is_some() {
            true => "wait for one of its answers by the status: `until status 200`",
            false => "call an action, or a search without pages, that is one exchange with one kind of answer",
        };
        self.report(
            Diagnostic::new(codes::NOT_A_STEP, name.span, format!("`{}` cannot be a step: {problem}", name.value))
                .here("not one exchange")
                .also(module.span, "declared here")
                .help(help),
        );
        None
    }

    fn name_is_new(&mut self, name: &Ident, view: &View<'_>, known: &Known<'_>) {
        let own = view.own_in(view.now).and_then(|module| module.inputs.iter().find(|input| input.field.name == name.value));
        let first = own.map(|input| input.field.span);
        let made = known.made.iter().filter_map(|made| made.name).find(|made| made.value == name.value).map(|made| made.span);
        if let Some(first) = made.or(first) {
            self.report(
                Diagnostic::new(codes::NAME_TWICE, name.span, format!("`{}` is the name of something else already", name.value))
                    .here("named again here")
                    .also(first, "first named here")
                    .help("give the step another name"),
            );
        }
    }

    /// The connections that may make every step so far; `none` never stands in the way.
    fn common(&mut self, common: &mut Option<Vec<String>>, called: &Module, step: &ast::Step) -> bool {
        if called.connections.is_empty() || called.connections.iter().any(|name| name == "none") {
            return true;
        }
        let left: Vec<String> = match common {
            None => called.connections.clone(),
            Some(before) => before.iter().filter(|name| called.connections.contains(name)).cloned().collect(),
        };
        if left.is_empty() {
            let (name, span) = joined(&step.module);
            let before = common.as_deref().unwrap_or_default().join("`, `");
            self.report(
                Diagnostic::new(codes::NO_COMMON_CONNECTION, span, format!("no connection can make all steps up to `{name}`"))
                    .here(format!("needs `{}`", called.connections.join("` or `")))
                    .help(format!("the steps before need `{before}`: make one module for each connection")),
            );
            return false;
        }
        *common = Some(left);
        true
    }

    fn inputs_of_step(
        &mut self,
        step: &'a ast::Step,
        now: &Module,
        then: &Module,
        view: &View<'_>,
        known: &mut Known<'a>,
    ) -> Option<Vec<(String, StepValue)>> {
        let fields = |module: &Module, version: usize| -> Vec<Field> {
            module.inputs.iter().map(|input| &input.field).filter(|field| field.on.has(version) && !field.rest).cloned().collect()
        };
        let (here, there) = (fields(now, view.now), fields(then, view.version));
        let owner = Owner { what: "input", name: joined(&step.module).0, span: joined(&step.module).1, declared: then.span };
        self.given_members(&step.members, &here, &there, &owner, true, view, known)
    }

    #[allow(clippy::too_many_arguments, reason = "one recursive walk; its parts are named at each call")]
    fn given_members(
        &mut self,
        written: &'a [StepMember],
        here: &[Field],
        there: &[Field],
        owner: &Owner,
        is_input: bool,
        view: &View<'_>,
        known: &mut Known<'a>,
    ) -> Option<Vec<(String, StepValue)>> {
        let mut members = Vec::new();
        let mut good = true;
        let mut given: HashSet<&str> = HashSet::new();
        for member in written {
            let Some(now) = here.iter().find(|field| field.name == member.name.value) else {
                let what = format!("{} of `{}` called", owner.what, owner.name);
                let names = here.iter().map(|field| field.name.as_str());
                self.report(unknown(codes::UNKNOWN_MEMBER, &member.name, &what, names).also(owner.declared, "declared here"));
                good = false;
                continue;
            };
            if !given.insert(&now.name) {
                self.report(
                    Diagnostic::new(codes::NAME_TWICE, member.name.span, format!("`{}` is given twice", now.name))
                        .here("given again here")
                        .help("keep one of them"),
                );
            }
            let same = there.iter().find(|field| field.origin == now.origin).or_else(|| there.iter().find(|field| field.name == now.name));
            let Some(field) = same else {
                self.report(not_in(&member.name, owner.what, now.span, self.version_name(view)));
                good = false;
                continue;
            };
            let target = Target {
                ty: &field.ty,
                may_lack: field.optional || field.default.is_some(),
                nullable: field.nullable,
                declared: Some(field.span),
                is_input,
            };
            match self.value(member.value.as_ref(), &member.name, target, view, known) {
                Some(value) => members.push((field.name.clone(), value)),
                None => good = false,
            }
        }
        let named = |field: &Field| members.iter().any(|(name, _)| *name == field.name);
        let constant = |field: &Field| matches!(field.ty, Type::Literal(_));
        let required = there.iter().filter(|field| !field.optional && field.default.is_none() && !constant(field));
        let missing: Vec<&Field> = if good { required.filter(|field| !named(field)).collect() } else { Vec::new() };
        for field in missing {
            let version = self.version_name(view);
            self.report(
                Diagnostic::new(
                    codes::MISSING_MEMBER,
                    owner.span,
                    format!("the required {} `{}` of `{}` is not given{version}", owner.what, field.name, owner.name),
                )
                .here(format!("no `{}` in its braces", field.name))
                .also(field.span, "declared here as required")
                .help(format!("write `{} = …` in the braces", field.name)),
            );
            good = false;
        }
        good.then_some(members)
    }

    fn value(
        &mut self,
        written: Option<&'a ast::StepValue>,
        name: &'a Ident,
        target: Target<'_>,
        view: &View<'_>,
        known: &mut Known<'a>,
    ) -> Option<StepValue> {
        let Some(written) = written else { return self.taken(std::slice::from_ref(name), target, view, known) };
        match &written.kind {
            StepValueKind::Literal(value) => self.literal_value(value, target, view),
            StepValueKind::Path(path) if self.is_enum_value(path, target, view, known) => {
                self.literal_value(&Value { kind: ValueKind::Name(path.clone()), span: written.span }, target, view)
            }
            StepValueKind::Path(path) => self.taken(path, target, view, known),
            StepValueKind::List(items) => {
                let item = match target.ty {
                    Type::List(item, _) => &**item,
                    Type::Json => &Type::Json,
                    other => {
                        self.report(misfit(written.span, format!("a list is given where `{}` is wanted", self.type_shown(other))));
                        return None;
                    }
                };
                let (item, nullable) = if let Type::Nullable(inner) = item { (&**inner, true) } else { (item, false) };
                let inner = Target { ty: item, may_lack: false, nullable, is_input: false, ..target };
                let values: Vec<Option<StepValue>> = items.iter().map(|value| self.value(Some(value), name, inner, view, known)).collect();
                values.into_iter().collect::<Option<Vec<_>>>().map(StepValue::List)
            }
            StepValueKind::Object(members) => self.object(members, written.span, target, view, known),
        }
    }

    fn object(
        &mut self,
        written: &'a [StepMember],
        span: Span,
        target: Target<'_>,
        view: &View<'_>,
        known: &mut Known<'a>,
    ) -> Option<StepValue> {
        if let Some(fields) = self.fields_of(target.ty, view.version) {
            let here = self.fields_of(target.ty, view.now).unwrap_or_else(|| fields.clone());
            let owner = Owner {
                what: "member",
                name: self.type_shown(target.ty),
                span: Span { end: span.start + 1, ..span },
                declared: target.declared.unwrap_or(span),
            };
            return self.given_members(written, &here, &fields, &owner, false, view, known).map(StepValue::Object);
        }
        let ty = match target.ty {
            Type::Map(item, _) => &**item,
            Type::Json => &Type::Json,
            other => {
                self.report(misfit(span, format!("an object is given where `{}` is wanted", self.type_shown(other))));
                return None;
            }
        };
        let inner = Target { ty, may_lack: true, nullable: true, is_input: false, ..target };
        let members = written.iter().map(|member| {
            let value = self.value(member.value.as_ref(), &member.name, inner, view, known)?;
            Some((member.name.value.clone(), value))
        });
        members.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(StepValue::Object)
    }

    /// What stands at a path, if it fits.
    fn taken(&mut self, path: &[Ident], target: Target<'_>, view: &View<'_>, known: &mut Known<'a>) -> Option<StepValue> {
        let source = self.source(&path.to_vec(), view, known)?;
        let (text, span) = joined(path);
        let version = self.version_name(view);
        let is_file = source.ty == Type::File && !target.is_input;
        if is_file || !fit::fits(&source.ty, target.ty) {
            let (from, to) = (self.type_shown(&source.ty), self.type_shown(target.ty));
            let problem = match is_file {
                true => format!("`{text}` is a file, and a file can only be given as a whole input"),
                false => format!("`{text}` is `{from}`, and `{to}` is wanted{version}"),
            };
            let problem = misfit(span, problem).help("the types on both sides must say the same: change the one that is wrong");
            self.report(match target.declared {
                Some(declared) => problem.also(declared, "declared here"),
                None => problem,
            });
            return None;
        }
        if source.absent && !target.may_lack {
            let problem = misfit(span, format!("`{text}` may be absent, and what it is given to is required{version}"))
                .also(source.because, "may be absent");
            let problem = match target.declared.filter(|declared| *declared != source.because) {
                Some(declared) => problem.also(declared, "required"),
                None => problem,
            };
            let asked = matches!(source.path.source, StepSource::Input(_)) && source.path.members.is_empty() && source.path.part.is_none();
            let waits = matches!(source.path.source, StepSource::Output(at) if known.made.get(at).is_some_and(|made| made.wait.is_some()));
            self.report(problem.help(match (asked, source.path.part.is_some(), path) {
                (true, ..) => format!("make `{text}` required, or give it a default"),
                (_, true, _) => "take an input for it: not every file says so".to_owned(),
                (.., [_, members @ ..]) if waits && !members.is_empty() => {
                    let member = joined(members).0;
                    format!("let the wait end with it: `until {member} present`, and no other `until`; or make the input of that module optional")
                }
                _ => "give something that is always there, or make the input of that module optional".to_owned(),
            }));
            return None;
        }
        Some(StepValue::From(source.path))
    }

    /// A bare word is a value of an enum where one is wanted and nothing else bears the name.
    fn is_enum_value(&self, path: &[Ident], target: Target<'_>, view: &View<'_>, known: &Known<'_>) -> bool {
        let [name] = path else { return false };
        let Type::Named(symbol) = target.ty else { return false };
        let is_enum = self.definitions_of(*symbol).any(|one| matches!(one.kind, TypeDefKind::Enum { .. }));
        let own = view.own_in(view.now).is_some_and(|module| module.inputs.iter().any(|input| input.field.name == name.value));
        is_enum && !own && !known.made.iter().any(|made| made.name.is_some_and(|made| made.value == name.value))
    }

    fn literal_value(&mut self, value: &Value, target: Target<'_>, view: &View<'_>) -> Option<StepValue> {
        let reading = Reading { misfit: codes::STEP_MISFIT, ..Reading::given(Versions(1 << view.version)) };
        let (text, problems) = self.literals().read(value, target.ty, target.nullable, reading);
        let good = problems.is_empty();
        for problem in problems {
            self.report(match target.declared.filter(|_| problem.labels.len() == 1) {
                Some(declared) => problem.also(declared, "declared here"),
                None => problem,
            });
        }
        good.then_some(StepValue::Json(text))
    }

    pub(super) fn nothing_is_unused(&mut self, item: &'a ast::Module, view: &View<'_>, known: &Known<'_>) {
        let unused = known.made.iter().filter(|made| !made.used).filter_map(|made| Some((made.name?, made.module.first()?)));
        for (name, module) in unused {
            let binding = Span { end: module.span.start, ..name.span };
            self.report(
                Diagnostic::new(codes::UNUSED_IN_STEPS, name.span, format!("nothing uses what `{}` gave", name.value))
                    .here("a name that nothing uses")
                    .help("leave out the name and the `=`, or use it in a later step or in `gives`")
                    .replace("leave out the name", binding, ""),
            );
        }
        // What stands elsewhere than in `input` was told of already.
        let inputs = view.own_in(view.now).into_iter().flat_map(|module| &module.inputs).filter(|input| input.place == Place::Steps);
        for field in inputs.map(|input| &input.field).filter(|field| field.on.has(view.now) && !known.used.contains(&field.span)) {
            self.report(
                Diagnostic::new(codes::UNUSED_IN_STEPS, field.span, format!("no step uses the input `{}`", field.name))
                    .here("never sent")
                    .also(item.name.span, "in this module")
                    .help(format!("write `{}` in the braces of the step that needs it, or leave it out here", field.name)),
            );
        }
    }

    pub(super) fn type_shown(&self, ty: &Type) -> String {
        fit::shown(ty, |symbol| self.symbols.get(symbol.0 as usize).map_or_else(String::new, |name| name.name.clone()))
    }
}

/// What has members that are given.
struct Owner {
    what: &'static str,
    name: String,
    span: Span,
    declared: Span,
}

fn misfit(span: Span, problem: String) -> Diagnostic {
    Diagnostic::new(codes::STEP_MISFIT, span, problem).here("does not fit")
}

fn no_steps(item: &ast::Module, steps: &ast::Steps) -> Diagnostic {
    let keyword = Span { end: steps.span.start + "steps".len() as u32, ..steps.span };
    Diagnostic::new(codes::NO_EXCHANGE, keyword, format!("`{}` has no steps", item.name.value))
        .here("makes no call")
        .help("write in each line the module that is called, as in `ticket = files.get_upload_url { filename }`")
}
