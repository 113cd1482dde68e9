//! What a kind of finding is: its class, the level that it forces and what following it costs. The kinds themselves stand in `registry`.

/// How bad a change is for those who use the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What worked before may not work any more.
    Breaking,
    /// Something has an end, or the end that was announced has come.
    Deprecation,
    /// What worked before works still.
    Compatible,
}

impl Class {
    /// "breaking"
    pub fn name(self) -> &'static str {
        match self {
            Class::Breaking => "breaking",
            Class::Deprecation => "deprecation",
            Class::Compatible => "compatible",
        }
    }
}

/// What has to move for a user to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// All of the connector.
    Connector,
    /// A connection: its user signs in anew, or gives other fields.
    Connection,
    /// A module: it gets a new revision.
    Module,
    /// Nothing that a user sees.
    None,
}

impl Level {
    /// "module"
    pub fn name(self) -> &'static str {
        match self {
            Level::Connector => "connector",
            Level::Connection => "connection",
            Level::Module => "module",
            Level::None => "none",
        }
    }
}

/// What following a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// Stored configuration follows without loss.
    Lossless,
    /// Only what goes over the wire differs: nothing stored changes.
    WireOnly,
    /// Somebody must say once which value stands in.
    Default,
    /// A person must look at each use.
    Person,
    /// Nothing takes its place.
    NoSuccessor,
}

impl Cost {
    /// "needs a default"
    pub fn name(self) -> &'static str {
        match self {
            Cost::Lossless => "lossless",
            Cost::WireOnly => "wire only",
            Cost::Default => "needs a default",
            Cost::Person => "needs a person",
            Cost::NoSuccessor => "no successor",
        }
    }
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// In kebab case; never changes its meaning.
    pub id: &'static str,
    /// How bad it is, unless a finding has reason to say otherwise.
    pub class: Class,
    /// What has to move.
    pub level: Level,
    /// What following costs.
    pub cost: Cost,
    /// Which of the 64 kinds of API change it tells of, as in `docs/changes.md`; empty for details of those.
    pub rows: &'static str,
    /// The sentence; `{name}`, `{old}`, `{new}` and `{detail}` are filled in.
    pub text: &'static str,
    /// Ids of what would have been found had this not been recognised as one thing.
    pub covers: &'static [&'static str],
}

/// Which way values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// To the API.
    Request,
    /// From the API.
    Response,
}

impl Direction {
    /// "request"
    pub fn name(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
        }
    }
}

/// A kind that differs by direction: what is harmless one way breaks the other.
#[derive(Debug)]
pub struct Both {
    /// To the API.
    pub request: Kind,
    /// From the API.
    pub response: Kind,
}

impl Both {
    /// The one for a direction.
    pub fn of(&'static self, direction: Direction) -> &'static Kind {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }
}
