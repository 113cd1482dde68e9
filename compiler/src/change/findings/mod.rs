//! What comparing two surfaces finds: findings, the registry of their kinds, and the report that holds them. Comparing is done elsewhere.

pub mod bounds;
pub mod kind;
pub mod registry;

use crate::source::{Sources, Span};
pub use kind::{Both, Class, Cost, Direction, Kind, Level};

/// Every kind, in the order of the registry.
pub fn all() -> Vec<&'static Kind> {
    let both = registry::SHAPES.iter().copied().chain(bounds::all()).flat_map(|both| [&both.request, &both.response]);
    let lists = [registry::OPERATIONS, registry::INPUTS, registry::ANSWERS];
    let rest = [registry::SECURITY, registry::VERSIONS];
    lists.into_iter().flatten().copied().chain(both).chain(rest.into_iter().flatten().copied()).collect()
}

/// One change.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which kind of change.
    pub kind: &'static Kind,
    /// How bad; the kind's, unless there is reason to say otherwise.
    pub class: Class,
    /// What has to move.
    pub level: Level,
    /// What following costs.
    pub cost: Cost,
    /// One sentence.
    pub message: String,
    /// What it is called: the field, parameter, value or operation.
    pub name: String,
    /// Before.
    pub old: Side,
    /// After.
    pub new: Side,
    /// Why several differences are taken for one thing; none when there was nothing to conclude.
    pub evidence: Option<Evidence>,
    /// Where it is felt: every operation and the place in it, in the order of the operations.
    pub sites: Vec<Site>,
    /// Where the same type of the older spec is used and this is not so; told only where the older side is a spec.
    pub unlike: Vec<Site>,
}

/// One side of a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// What is said: a name, a type, a value.
    pub text: String,
    /// The type, where there is one.
    pub ty: Option<String>,
    /// The name in the spec, where the side is one.
    pub spec_name: Option<String>,
    /// The path of names to it from its type, operation or connection.
    pub path: String,
    /// Where it is written.
    pub place: Option<Span>,
}

/// Why it is taken for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How sure, in percent.
    pub confidence: u8,
    /// What speaks for it.
    pub reasons: Vec<String>,
}

/// Where a change is felt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// `GET /pets`; empty for what belongs to no operation.
    pub operation: String,
    /// What part of it.
    pub part: Part,
    /// Where in that part: `owner.name`, `items[].id`.
    pub path: String,
}

/// The parts of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The whole of it, or of the API.
    Whole,
    /// A parameter and its place: `query page`.
    Parameter(String),
    /// The request body, in a media type.
    Body(String),
    /// An answer: status and media type.
    Answer(String, String),
    /// A header of an answer: status and name.
    Header(String, String),
    /// How to authenticate: the name of the scheme.
    Security(String),
}

impl Part {
    /// In words: "query page", "body", "200".
    pub fn text(&self) -> String {
        match self {
            Part::Whole => String::new(),
            Part::Parameter(name) => format!("parameter {name}"),
            Part::Body(_) => "request body".into(),
            Part::Answer(status, _) => format!("response {status}"),
            Part::Header(status, name) => format!("response {status}, header {name}"),
            Part::Security(name) => format!("connection {name}"),
        }
    }
}

impl Site {
    /// In words: "GET /pets, response 200: items[].id".
    pub fn text(&self) -> String {
        let part = self.part.text();
        let place = [self.operation.as_str(), part.as_str()].iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(", ");
        match (place.is_empty(), self.path.is_empty()) {
            (_, true) => place,
            (true, false) => self.path.clone(),
            (false, false) => format!("{place}: {}", self.path),
        }
    }
}

/// What comparing found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Worst first, then by place.
    pub findings: Vec<Finding>,
    /// The texts before.
    pub old: Sources,
    /// The texts after.
    pub new: Sources,
    /// Title and version before and after.
    pub titles: (String, String),
    /// The named types that were held against each other, by their names before and after.
    pub types: Vec<(String, String)>,
}

impl Report {
    /// How many there are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.findings.iter().filter(|finding| finding.class == class).count()
    }
}

impl Finding {
    /// A finding whose class, level and cost are its kind's.
    pub fn new(kind: &'static Kind, name: impl Into<String>, old: Side, new: Side) -> Self {
        let name = name.into();
        let message = filled(kind.text, &name, &old.text, &new.text, "");
        let (class, level, cost) = (kind.class, kind.level, kind.cost);
        Self { kind, class, level, cost, message, name, old, new, evidence: None, sites: Vec::new(), unlike: Vec::new() }
    }

    /// Fills in the `{detail}` of its kind's sentence.
    pub fn detail(mut self, detail: &str) -> Self {
        self.message = filled(self.kind.text, &self.name, &self.old.text, &self.new.text, detail);
        self
    }

    /// Says why it is taken for one thing.
    pub fn because(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// Says how bad it is in this case.
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// Says what following costs in this case.
    pub fn cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Says where it is felt.
    pub fn at(mut self, operation: &str, part: Part, path: &str) -> Self {
        self.sites.push(Site { operation: operation.to_owned(), part, path: path.to_owned() });
        self
    }
}

impl Side {
    /// Words and their place.
    pub fn new(text: impl Into<String>, place: Span) -> Self {
        Self { text: text.into(), place: (place != super::surface::NOWHERE).then_some(place), ..Self::default() }
    }

    /// Words that stand nowhere.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With its type.
    pub fn ty(mut self, ty: impl Into<String>) -> Self {
        self.ty = Some(ty.into());
        self
    }

    /// With its name in the spec.
    pub fn spec_name(mut self, name: Option<String>) -> Self {
        self.spec_name = name;
        self
    }

    /// With the path to it.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

fn filled(template: &str, name: &str, old: &str, new: &str, detail: &str) -> String {
    let mut out = String::with_capacity(template.len() + name.len() + old.len() + new.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let holes = [("{name}", name), ("{old}", old), ("{new}", new), ("{detail}", detail)];
        match holes.iter().find(|(hole, _)| rest.starts_with(hole)) {
            Some((hole, value)) => {
                out.push_str(value);
                rest = &rest[hole.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn ids_are_unique_and_what_is_covered_exists() {
        let mut ids: Vec<_> = all().iter().map(|kind| kind.id).collect();
        for kind in all() {
            for covered in kind.covers {
                assert!(ids.contains(covered), "{} covers {covered}, which is no kind", kind.id);
            }
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn every_row_of_the_table_has_a_kind() {
        let told: Vec<&str> = all().iter().flat_map(|kind| kind.rows.split(' ')).collect();
        for (letter, count) in [("R", 19), ("S", 15), ("A", 10), ("E", 11), ("V", 9)] {
            for number in 1..=count {
                let row = format!("{letter}{number}");
                assert!(told.contains(&row.as_str()), "no kind tells of {row}");
            }
        }
    }
}
