//! Reading stored scenarios in the shape in which the platform exports them: steps in `flow`, nested in `routes` and `onerror`. What a
//! step's values mean is not decided here.

use std::borrow::Cow;

use super::{
    json::{List, Node, Object, Sort, sort, text_of, whole},
    report::{Problem, shown},
};

/// How deep routes and error handlers may stand in each other.
const DEPTH: usize = 32;
/// The most bytes of a scenario; the platform itself takes 5 MB.
pub(crate) const BYTES: usize = 64 << 20;

/// A step as it is stored.
#[derive(Debug)]
pub(crate) struct StoredStep<'a> {
    /// Its id, by which later steps name its output; empty when it has none.
    pub(crate) id: &'a str,
    /// `workfront:create_program`, as it is written, with its quotes.
    pub(crate) module: &'a str,
    /// All its members.
    pub(crate) members: Object<'a>,
    /// What the host keeps beside its values.
    pub(crate) metadata: Object<'a>,
}

/// A scenario as it is stored.
#[derive(Debug)]
pub(crate) struct Scenario<'a> {
    /// What its author calls it.
    pub(crate) name: Cow<'a, str>,
    /// All its steps, in the order of the flow: those of a route or of an error handler behind the step that they belong to.
    pub(crate) steps: Vec<StoredStep<'a>>,
}

/// Reads a scenario; `{"blueprint": {…}}` is one, too.
pub(crate) fn read(text: &str) -> Result<Scenario<'_>, Problem> {
    let top = object_of(text)?;
    let scenario = match top.raw("blueprint").and_then(Object::read) {
        Some(inner) if top.get("flow").is_none() => inner,
        _ => top,
    };
    let Some(flow) = scenario.raw("flow") else { return Err(problem("flow", "it is no scenario: it has no `flow`")) };
    let mut steps = Vec::new();
    read_flow(flow, 0, &mut steps)?;
    let name = scenario.raw("name").and_then(text_of).unwrap_or_default();
    Ok(Scenario { name, steps })
}

/// Reads one step that is stored by itself.
pub(crate) fn read_step(text: &str) -> Result<StoredStep<'_>, Problem> {
    step(object_of(text)?)
}

fn object_of(text: &str) -> Result<Object<'_>, Problem> {
    if text.len() > BYTES {
        return Err(problem("", "it is larger than 64 MiB"));
    }
    whole(text.trim_start_matches('\u{feff}')).map_err(|error| problem("", &error))
}

fn read_flow<'a>(flow: &'a str, depth: usize, steps: &mut Vec<StoredStep<'a>>) -> Result<(), Problem> {
    if depth > DEPTH {
        return Err(problem("flow", "its routes stand too deep in each other"));
    }
    let list = List::read(flow).ok_or_else(|| problem("flow", "it is no list"))?;
    for node in list.values() {
        let stored = match node {
            Node::Raw(raw) => Object::read(raw),
            _ => None,
        };
        let stored = step(stored.ok_or_else(|| problem("flow", "it holds something that is no step"))?)?;
        let (id, routes, onerror) = (stored.id, stored.members.raw("routes"), stored.members.raw("onerror"));
        steps.push(stored);
        if let Some(routes) = present(routes) {
            let routes = List::read(routes).ok_or_else(|| in_step(id, "routes", "it is no list"))?;
            for route in routes.values() {
                let Node::Raw(raw) = route else { continue };
                let flow = Object::read(raw).and_then(|route| route.raw("flow"));
                read_flow(flow.ok_or_else(|| in_step(id, "routes", "it holds a route without `flow`"))?, depth + 1, steps)?;
            }
        }
        if let Some(handlers) = present(onerror) {
            read_flow(handlers, depth + 1, steps)?;
        }
    }
    Ok(())
}

fn present(raw: Option<&str>) -> Option<&str> {
    raw.filter(|raw| sort(raw) != Sort::Null)
}

fn step(members: Object<'_>) -> Result<StoredStep<'_>, Problem> {
    let id = members.raw("id").filter(|id| matches!(sort(id), Sort::Number)).unwrap_or_default();
    let Some(module) = members.raw("module").filter(|raw| sort(raw) == Sort::Text) else {
        return Err(in_step(id, "module", "the step does not say what it is of"));
    };
    if let Some(name) = members.repeated() {
        return Err(in_step(id, &shown(&name), "it stands there twice"));
    }
    let metadata = members.raw("metadata").and_then(Object::read).unwrap_or_default();
    Ok(StoredStep { id, module, members, metadata })
}

pub(crate) fn in_step(step: &str, field: &str, message: &str) -> Problem {
    Problem { step: shown(step), field: field.into(), message: message.into() }
}

fn problem(field: &str, message: &str) -> Problem {
    in_step("", field, message)
}

impl<'a> StoredStep<'a> {
    /// `workfront:create_program`
    pub(crate) fn module_name(&self) -> Cow<'a, str> {
        text_of(self.module).unwrap_or_default()
    }

    /// What its author calls it.
    pub(crate) fn label(&self) -> String {
        let designer = self.metadata.raw("designer").and_then(Object::read);
        let name = designer.and_then(|designer| designer.raw("name").and_then(text_of));
        name.map(|name| shown(&name)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        read(text).expect_err(text).to_string()
    }

    #[test]
    fn steps_stand_in_the_order_of_the_flow() {
        let text = r#" {"blueprint": {"name":"n","flow":[
            {"id":1,"module":"a:x","onerror":[{"id":2,"module":"builtin:Break"}]},
            {"id":3,"module":"builtin:BasicRouter","mapper":null,"routes":[{"flow":[{"id":4,"module":"a:y","routes":null}]},{"flow":[]}]},
            {"id":5,"module":"a:z","metadata":{"designer":{"x":0,"name":"Last\nstep"}}}]}} "#;
        let scenario = read(text).unwrap();
        assert_eq!(scenario.name, "n");
        assert_eq!(scenario.steps.iter().map(|step| step.id).collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
        assert_eq!(scenario.steps[4].label(), "Last step");
    }

    #[test]
    fn what_is_no_scenario_is_said_to_be_none() {
        assert!(message("{").starts_with("it is no JSON: "));
        assert_eq!(message("[]"), "it is no JSON object");
        assert_eq!(message("{}"), "flow: it is no scenario: it has no `flow`");
        assert_eq!(message(r#"{"flow":{}}"#), "flow: it is no list");
        assert_eq!(message(r#"{"flow":[1]}"#), "flow: it holds something that is no step");
        assert_eq!(message(r#"{"flow":[{"id":7}]}"#), "step 7, module: the step does not say what it is of");
        assert_eq!(message(r#"{"flow":[{"id":7,"module":"a:b","routes":[{}]}]}"#), "step 7, routes: it holds a route without `flow`");
        assert_eq!(message(r#"{"flow":[{"id":7,"module":"a:b","module":"a:c"}]}"#), "step 7, module: it stands there twice");
    }

    #[test]
    fn depth_is_limited() {
        let mut text = r#"{"id":1,"module":"a:b"}"#.to_owned();
        for _ in 0..40 {
            text = format!(r#"{{"id":1,"module":"a:r","routes":[{{"flow":[{text}]}}]}}"#);
        }
        assert_eq!(message(&format!(r#"{{"flow":[{text}]}}"#)), "flow: its routes stand too deep in each other");
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let text = format!(r#"{{"flow":[{{"id":1,"module":"a:b","mapper":{{"x":{deep}}}}}]}}"#);
        assert_eq!(read(&text).unwrap().steps.len(), 1, "what nobody looks into may be as deep as it likes");
    }
}
