//! The history of an API: what its owner changed (`change`), and how stored configuration follows (`from`).

use super::{Field, Head, Ident, Item, On, Page, Template, Text, TypeExpr, Value, Variant, WirePath};
use crate::source::{Span, Spanned};

/// `change v22 "A program must belong to a portfolio" { verbs }`: how this version differs from the one before.
///
/// Targets are dotted names as they are in this version: `Project.budget`, `Status.planning`, `create_program`,
/// `create_program.portfolio_id`; only what `rename` and `move` start from is named as it was.
#[derive(Clone, Debug)]
pub struct Change {
    /// Documentation.
    pub docs: Vec<Text>,
    /// The version that brings it.
    pub version: Ident,
    /// What the owner announced.
    pub title: Option<Text>,
    /// What is different.
    pub verbs: Vec<Verb>,
    /// Says `on` the versions before this one, for what only they have.
    pub before: Head,
    /// The whole item.
    pub span: Span,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Verb {
    /// Why; of what `remove` takes away, its documentation.
    pub docs: Vec<Text>,
    /// What it says.
    pub kind: VerbKind,
    /// The whole statement.
    pub span: Span,
}

/// A dotted name.
pub type Path = Vec<Ident>;

/// What one verb says.
#[allow(clippy::large_enum_variant, reason = "there are few")]
#[derive(Clone, Debug)]
pub enum VerbKind {
    /// `add Project.budget, archive_project`
    Add(Vec<Path>),
    /// `remove Issue.assignee?: User | null in query use Issue.assignees "why"`
    RemoveField {
        /// What it belonged to.
        owner: Path,
        /// As it stood there; its name is the last of the dotted name.
        field: Box<Field>,
        /// `in query`: where an input of a module went; the body, or the query of a module without one, unless said.
        place: Option<Ident>,
        /// `use Issue.assignees`, `use none`
        successor: Option<Path>,
        /// The advice.
        why: Option<Text>,
    },
    /// `remove Status.legacy = "LEG" use Status.current`
    RemoveVariant {
        /// The enum.
        owner: Path,
        /// The value.
        variant: Box<Variant>,
        /// `use Status.current`
        successor: Option<Path>,
        /// The advice.
        why: Option<Text>,
    },
    /// `remove action channels_info @1 { … }`: a whole item, as it stood.
    RemoveItem(Box<Item>),
    /// `rename RateLimit.rate "rate" -> core`, `rename Status.booked = "BKD" -> reserved`, `rename find_users -> search_users`
    Rename {
        /// As it was called.
        from: Path,
        /// The wire name it had, where the `names` rule does not give it.
        wire: Option<Text>,
        /// The value it had, for a value of an enum.
        value: Option<Value>,
        /// As it is called.
        to: Ident,
    },
    /// `move create_role POST "/organizations/{organization_id}/roles" -> POST "/orgs/{org}/roles"`
    MoveCall {
        /// The module.
        module: Path,
        /// Method and path as they were.
        from: (Spanned<String>, Template),
        /// As they are.
        to: (Spanned<String>, Template),
    },
    /// `move list_contacts.key query "hapikey" -> header`
    MovePlace {
        /// The input.
        input: Path,
        /// Where it went.
        from: Ident,
        /// Its wire name there.
        wire: Option<Text>,
        /// Where it goes.
        to: Ident,
    },
    /// `move Invoice.subscription -> parent.subscription_details.subscription`
    MoveField {
        /// As it was: the owner, and the name in it.
        from: Path,
        /// The wire name it had.
        wire: Option<Text>,
        /// Where it is, below the same owner.
        to: Path,
    },
    /// `require Program.portfolio_id`, `require search_projects.limit = 100`
    Require {
        /// What was optional.
        target: Path,
        /// What stands for an absent value.
        default: Option<Value>,
    },
    /// `relax DocumentVersion.version`: it was required.
    Relax(Path),
    /// `retype Task.work: int -> float`
    Retype {
        /// What changed.
        target: Path,
        /// Its type before.
        from: TypeExpr,
        /// Its type now.
        to: TypeExpr,
    },
    /// `default search_issues.limit 100 -> 50`; `none` where there is no default.
    Default {
        /// The input or field.
        target: Path,
        /// Before.
        from: Value,
        /// Now.
        to: Value,
    },
    /// `split User.name: string -> first_name, last_name`, `split upload_file -> reserve_upload, finish_upload`
    Split {
        /// What was one.
        from: Path,
        /// A field's type, as it was; none for a module.
        field: Option<Box<Field>>,
        /// What it became.
        to: Vec<Path>,
    },
    /// `merge User { first_name: string  last_name: string } -> name`
    MergeFields {
        /// What they belonged to.
        owner: Path,
        /// As they stood there.
        fields: Vec<Field>,
        /// What they became.
        to: Ident,
    },
    /// `merge Language { javascript, typescript = "ts" } -> javascript_typescript`
    MergeVariants {
        /// The enum.
        owner: Path,
        /// As they stood there.
        variants: Vec<Variant>,
        /// What they became.
        to: Ident,
    },
    /// `merge channels_info, groups_info -> conversations_info`: modules.
    MergeModules {
        /// What they were; declared elsewhere, or removed here.
        from: Vec<Path>,
        /// What does their work now.
        to: Path,
    },
    /// `status dispatch_workflow 204 -> 200 returning DispatchedRun at data`
    Status {
        /// The module.
        module: Path,
        /// Before.
        from: Spanned<String>,
        /// Now.
        to: Spanned<String>,
        /// What it gives now and did not give before.
        returning: Option<(TypeExpr, Option<WirePath>)>,
    },
    /// `page search_issues was offset { advance start_at  size max_results  items issues  stop total total }`
    Page {
        /// The search.
        module: Path,
        /// How it paged.
        was: Box<Page>,
    },
    /// `auth api_key -> oauth`: one way of connecting took the place of another.
    Auth {
        /// Before.
        from: Ident,
        /// Now.
        to: Ident,
    },
    /// `server "https://{connection.host}/v1" -> "https://{connection.host}/v2"`
    Server {
        /// Before.
        from: Template,
        /// Now.
        to: Template,
    },
    /// `meaning search_issues "finds closed issues too"`: the shape is the same, what it does is not.
    Meaning {
        /// What changed.
        target: Path,
        /// How.
        text: Text,
    },
}

/// `from @1 on v21 { … }`, `from channels_info @1 { … }`, `from @1 use none "why"`: how configuration that was stored for an
/// older revision, or for what this replaces, becomes this one's.
#[derive(Clone, Debug)]
pub struct From {
    /// Another module or connection; none: this one.
    pub of: Option<Path>,
    /// `@1`; 1 where not given.
    pub revision: Option<Spanned<u32>>,
    /// The API versions on which it was stored; none: any.
    pub on: Option<On>,
    /// What happens to it, or that nothing can.
    pub steps: FromBody,
    /// The whole statement.
    pub span: Span,
}

/// What happens to configuration.
#[derive(Clone, Debug)]
pub enum FromBody {
    /// `{ … }`
    Steps(Vec<FromStep>),
    /// `use none "why"`
    Gone(Option<Text>),
}

/// One step.
#[derive(Clone, Debug)]
pub struct FromStep {
    /// What it says.
    pub kind: FromKind,
    /// The whole statement.
    pub span: Span,
}

/// What one step says. A dotted name after `was.` is one of the older revision.
#[allow(clippy::large_enum_variant, reason = "there are few")]
#[derive(Clone, Debug)]
pub enum FromKind {
    /// `was title: string`, `was query owner?: User`: an input that the older revision had and this one has not.
    Was {
        /// Where it went; the body, or the query of a module without one, unless said.
        place: Option<Ident>,
        /// As it stood there.
        field: Box<Field>,
    },
    /// `keep channel, title`: the same in both.
    Keep(Vec<Ident>),
    /// `set owner_id = was.owner.id`
    Set {
        /// The input.
        to: Path,
        /// Behind `was.`
        from: Path,
    },
    /// `rename file -> content`
    Rename {
        /// As it was called.
        from: Ident,
        /// As it is called.
        to: Ident,
    },
    /// `remap status { "old" -> "new" }`, `remap status = was.state { … }`
    Remap {
        /// The input.
        to: Path,
        /// Behind `was.`; the same name unless said.
        from: Option<Path>,
        /// Value by value.
        pairs: Vec<(Value, Value)>,
    },
    /// `default limit = 100`
    Default {
        /// The input.
        to: Path,
        /// Its value where none was stored.
        value: Value,
    },
    /// `ask client_id, client_secret "Create an application in Setup"`
    Ask {
        /// What a person must say.
        fields: Vec<Ident>,
        /// What they are asked.
        question: Text,
    },
    /// `drop was.owner.name because "the API never read it"`
    Drop {
        /// Behind `was.`
        from: Path,
        /// Why nothing is lost that matters.
        because: Text,
    },
    /// `review query "closed issues are found too"`: the value stays, and a person should look at it.
    Review {
        /// The input.
        field: Path,
        /// Why.
        because: Text,
    },
    /// `output portfolio.id -> portfolio_id`, `output assignee -> assignees[1]`, `output total -> none "it is not counted any more"`
    Output {
        /// As it was.
        from: OutputPath,
        /// As it is; none: it is gone, with the reason.
        to: Result<OutputPath, Text>,
    },
    /// `reauthorize "new scopes are needed"`: a person must connect again.
    Reauthorize(Option<Text>),
    /// `cursor keep`, `cursor reset "the ids are others"`: what becomes of a trigger's stored state.
    Cursor {
        /// `keep` or `reset`.
        how: Ident,
        /// Why.
        why: Option<Text>,
    },
    /// `stored "workfront-workfront:searchv3" @1`: another name under which hosts stored it.
    Stored {
        /// As hosts wrote it.
        name: Text,
        /// The version that they wrote beside it.
        revision: Option<Spanned<u32>>,
    },
    /// `lossless`: the claim that nothing is lost, which is proved.
    Lossless,
}

/// `assignees[1].login`: names, and positions in lists from 1; `[]` stands for every item.
#[derive(Clone, Debug)]
pub struct OutputPath {
    /// As written, without space.
    pub text: String,
    /// Where.
    pub span: Span,
}
