//! Tables of upgrades as generated code declares them, for tests: an API with two versions and modules of several revisions.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test uses a part")]

use linchpin_runtime::__codegen_v1 as lp;
use lp::{Coercion, Kind, OutputStep, Shaped, UpgradeStep};

lp::structure! {
    /// A person.
    pub struct User "User" {
        pub id: Option<String> = "id";
        pub name: Option<String> = "name";
    }
}

lp::structure! {
    /// What the first revision took.
    pub struct CreateProgramR1 "create_program" {
        pub title: String = "title!";
        pub owner: Option<User> = "owner";
        pub priority: Option<String> = "priority";
        pub language: Option<String> = "language";
        pub lines: Option<Vec<LineR1>> = "lines";
        pub legacy: Option<bool> = "legacy";
        pub access: Option<lp::Secret> = "access";
        pub budget: Option<f64> = "budget";
    }
}

lp::structure! {
    /// A line of the first revision.
    pub struct LineR1 "Line" {
        pub code: Option<String> = "code";
        pub note: Option<String> = "note";
    }
}

lp::structure! {
    /// A line.
    pub struct Line "Line" {
        pub sku: Option<String> = "sku";
    }
}

lp::structure! {
    /// What the second revision took.
    pub struct CreateProgramR2 "create_program" {
        pub name: String = "name!";
        pub owner_id: Option<String> = "owner_id ownerID";
        pub priority: Option<i64> = "priority";
        pub language: Option<String> = "language";
        pub items: Option<Vec<Line>> = "items";
        pub visibility: String = "visibility!";
        pub portfolio_id: String = "portfolio_id! portfolioID";
        pub access: Option<lp::Secret> = "access";
        pub budget: Option<f64> = "budget";
    }
}

lp::structure! {
    /// What the third revision takes.
    pub struct CreateProgram "create_program" {
        pub name: String = "name!";
        pub owner: Option<lp::Json> = "owner";
        pub portfolio: String = "portfolio!";
    }
}

lp::structure! {
    /// A step without inputs.
    pub struct Nothing "nothing" {}
}

const fn keep(field: &'static str) -> UpgradeStep {
    UpgradeStep::Keep { field, coercion: Coercion::None }
}
const fn moved(from: &'static [&'static str], to: &'static [&'static str]) -> UpgradeStep {
    UpgradeStep::Move { from, to, coercion: Coercion::None }
}

pub static PROGRAM_1_TO_2: lp::UpgradeTable = lp::UpgradeTable {
    from_module: "create_program",
    from_revision: 1,
    versions: &["v21"],
    module: "create_program",
    revision: 2,
    input: <CreateProgramR1 as Shaped>::LINK,
    steps: &[
        moved(&["title"], &["name"]),
        moved(&["owner", "id"], &["owner_id"]),
        UpgradeStep::Drop { from: &["owner", "name"], because: "the API never read it" },
        UpgradeStep::Keep { field: "priority", coercion: Coercion::To(Kind::Number) },
        UpgradeStep::Remap {
            from: &["language"],
            to: &["language"],
            pairs: &[("\"javascript\"", "\"javascript_typescript\""), ("\"typescript\"", "\"javascript_typescript\"")],
            other: lp::Other::Keep,
        },
        moved(&["lines", "[]", "code"], &["items", "[]", "sku"]),
        UpgradeStep::Drop { from: &["lines", "[]", "note"], because: "lines have no notes any more" },
        UpgradeStep::Drop { from: &["legacy"], because: "it did nothing" },
        keep("access"),
        UpgradeStep::NotNull { to: &["access"] },
        keep("budget"),
        UpgradeStep::Review { from: &["budget"], because: "it is in thousands now" },
        UpgradeStep::Default { to: &["visibility"], value: "\"private\"" },
        UpgradeStep::Ask { to: &["portfolio_id"], question: "Since v22 every program needs a portfolio" },
    ],
    outputs: &[
        OutputStep::Move { from: &["portfolio", "id"], to: &["portfolio_id"] },
        OutputStep::Remap { at: &["language"], pairs: &[("\"javascript\"", "\"javascript_typescript\"")] },
        OutputStep::Gone { from: &["secret_code"], because: "read it with get_code" },
    ],
    ..lp::UpgradeTable::EMPTY
};

/// Only in the API version after it.
pub static PROGRAM_2_TO_3: lp::UpgradeTable = lp::UpgradeTable {
    from_module: "create_program",
    from_revision: 2,
    module: "create_program",
    revision: 3,
    input: <CreateProgramR2 as Shaped>::LINK,
    steps: &[
        keep("name"),
        moved(&["owner_id"], &["owner", "ref", "id"]),
        UpgradeStep::NotNull { to: &["owner", "ref", "id"] },
        moved(&["portfolio_id"], &["portfolio"]),
        UpgradeStep::Drop { from: &["priority"], because: "programs have none" },
        UpgradeStep::Drop { from: &["language"], because: "programs have none" },
        UpgradeStep::Drop { from: &["items"], because: "programs have none" },
        UpgradeStep::Drop { from: &["visibility"], because: "programs are private" },
        UpgradeStep::Drop { from: &["access"], because: "programs are private" },
        UpgradeStep::Drop { from: &["budget"], because: "portfolios have it" },
    ],
    outputs: &[OutputStep::Move { from: &["portfolio_id"], to: &["portfolio"] }],
    ..lp::UpgradeTable::EMPTY
};

static WATCH: lp::UpgradeTable = lp::UpgradeTable {
    from_module: "watch_programs",
    module: "watch_programs",
    revision: 2,
    cursor: lp::Cursor::Reset("items have other ids"),
    ..lp::UpgradeTable::EMPTY
};

static BLUR: lp::UpgradeTable =
    lp::UpgradeTable { from_module: "depth_blur", gone: Some("the service ended, and nothing does the same"), ..lp::UpgradeTable::EMPTY };

static SEARCH: lp::UpgradeTable = lp::UpgradeTable {
    from_module: "find_old",
    module: "find",
    input: <Nothing as Shaped>::LINK,
    steps: &[moved(&["q"], &["text"])],
    ..lp::UpgradeTable::EMPTY
};

static KEY_TO_OAUTH: lp::ConnectionUpgradeTable = lp::ConnectionUpgradeTable {
    from: "key",
    connection: "oauth",
    keep: &[("host", "host")],
    ask: &[(&["client_id", "client_secret"], "Create an OAuth2 application in Setup")],
    drop: &[("key", "keys are not taken any more")],
    reauthorize: Some(""),
    ..lp::ConnectionUpgradeTable::EMPTY
};

lp::structure! {
    /// OAuth.
    pub struct OAuth "oauth" {
        pub host: String = "host!";
    }
}

const fn operation(name: &'static str, revision: u32) -> lp::OperationTable {
    lp::OperationTable { name, revision, ..lp::OperationTable::EMPTY }
}

static FIND_OLD: lp::OperationTable = lp::OperationTable {
    life: Some(&lp::Life { since: Some("2025-01"), sunset: Some("2026-06-30"), successor: Some("find"), why: "it was slow" }),
    ..operation("find_old", 1)
};
static FIND: lp::OperationTable = operation("find", 1);
static PROGRAM_2: lp::OperationTable = operation("create_program", 2);
static PROGRAM_3: lp::OperationTable = operation("create_program", 3);
static WATCH_2: lp::OperationTable = operation("watch_programs", 2);
static ENDING: lp::OperationTable = lp::OperationTable {
    life: Some(&lp::Life { since: Some("2025-01"), sunset: Some("2027-01"), successor: None, why: "nobody used it" }),
    ..operation("ending", 1)
};
static BY_HAND: lp::OperationTable = lp::OperationTable {
    life: Some(&lp::Life { since: Some("2025-01"), sunset: None, successor: Some("find"), why: "it answers less" }),
    ..operation("by_hand", 1)
};
static OAUTH: lp::ConnectionTable =
    lp::ConnectionTable { name: "oauth", title: "OAuth 2.0", fields: <OAuth as Shaped>::LINK, ..lp::ConnectionTable::EMPTY };

const VERSIONS: &[lp::ApiDates] = &[
    lp::ApiDates { version: "v21", unsupported: Some("2028-10"), removed: Some("2029-01-31"), ..lp::ApiDates::EMPTY },
    lp::ApiDates { version: "v22", ..lp::ApiDates::EMPTY },
];

pub static V21: lp::ApiTable = lp::ApiTable {
    connector: "acme",
    version: "v21",
    unsupported: Some("2028-10"),
    removed: Some("2029-01-31"),
    versions: VERSIONS,
    ..lp::ApiTable::EMPTY
};

pub static V22: lp::ApiTable = lp::ApiTable {
    connector: "acme",
    title: "Acme",
    version: "v22",
    versions: VERSIONS,
    connections: &[&OAUTH],
    operations: lp::Operations::Tables(&[&PROGRAM_2, &WATCH_2, &FIND, &FIND_OLD, &ENDING, &BY_HAND]),
    upgrades: &[&PROGRAM_1_TO_2, &WATCH, &BLUR, &SEARCH],
    connection_upgrades: &[&KEY_TO_OAUTH],
    ..lp::ApiTable::EMPTY
};

pub static V23: lp::ApiTable = lp::ApiTable {
    connector: "acme",
    title: "Acme",
    version: "v23",
    operations: lp::Operations::Tables(&[&PROGRAM_3]),
    upgrades: &[&PROGRAM_1_TO_2, &PROGRAM_2_TO_3],
    ..lp::ApiTable::EMPTY
};

impl lp::Upgrade for CreateProgramR1 {
    type Into = CreateProgramR2;
    const TABLE: &'static lp::UpgradeTable = &PROGRAM_1_TO_2;
}

impl lp::Upgrade for CreateProgramR2 {
    type Into = CreateProgram;
    const TABLE: &'static lp::UpgradeTable = &PROGRAM_2_TO_3;
}
