//! Tables of examples and tests: what is given, what is sent and answered, and what comes of it.

/// An example or a test of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleTable {
    /// What it shows.
    pub title: &'static str,
    /// The input by spec name, as JSON.
    pub given: &'static str,
    /// With which connection (its name, and its fields by spec name as JSON); none: any, its fields made up.
    pub connection: Option<(&'static str, &'static str)>,
    /// The requests and answers, one or more.
    pub exchanges: &'static [ExampleExchange],
    /// The output by spec name, as JSON; empty when not said. Members that it does not name are not compared.
    pub output: &'static str,
    /// The kind of error that is expected (`not_found`), and the API's own code.
    pub fails: Option<(&'static str, Option<&'static str>)>,
}

/// One request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleExchange {
    /// Method and target as on the wire; empty when not said.
    pub sends: (&'static str, &'static str),
    /// Request headers that must be there.
    pub request_headers: &'static [(&'static str, &'static str)],
    /// Request body as JSON; empty when not said.
    pub request_body: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// Its body.
    pub body: &'static str,
}

impl ExampleTable {
    /// Nothing is given and nothing expected.
    pub const EMPTY: Self = Self { title: "", given: "", connection: None, exchanges: &[], output: "", fails: None };
}

impl ExampleExchange {
    /// Any request, and an empty answer.
    pub const EMPTY: Self = Self { sends: ("", ""), request_headers: &[], request_body: "", status: 200, headers: &[], body: "" };
}
