//! Types, enums, unions, mixins, and the fields they are made of.

use super::{Head, Ident, ModuleBody, Text, Value};
use crate::source::{Span, Spanned};

/// `type Project with Timestamps on v22 { fields }`
#[derive(Clone, Debug)]
pub struct TypeItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `with A, B`: mixins whose `fields { … }` it takes.
    pub with: Vec<Ident>,
    /// The fields.
    pub fields: Vec<Field>,
    /// The whole item.
    pub span: Span,
}

/// `owner_id? "ownerID": id<User> = default from list_users on v22 deprecated since …`, or `...: json`.
#[derive(Clone, Debug)]
pub struct Field {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name; `...` for the rest.
    pub name: Ident,
    /// True for `...: json`: what the type does not name is kept.
    pub rest: bool,
    /// `?`: may be absent.
    pub optional: bool,
    /// The name on the wire, where the `names` rule does not give it.
    pub wire: Option<Text>,
    /// The type. A literal alone (`how "how": "gte"`) is a constant: it is always sent, and no field of the Rust struct.
    pub ty: TypeExpr,
    /// `= 0`: used when it is not given. With `= cursor.time` (triggers) the value is [`Value`] `Name`.
    pub default: Option<Value>,
    /// `from list_portfolios`: the search whose items a person picks from.
    pub from: Option<Vec<Ident>>,
    /// `style form|space|pipe|deep|simple|label|matrix|json|comma|brackets` and `explode`/`joined`, as in
    /// `ids: [string] style form joined`. Query default: `form explode`; path and header: `simple`.
    pub style: Option<Style>,
    /// The whole field.
    pub span: Span,
}

/// `style form joined`
#[derive(Clone, Debug)]
pub struct Style {
    /// The style.
    pub name: Ident,
    /// `explode` → true, `joined` → false.
    pub explode: Option<bool>,
    /// The clause.
    pub span: Span,
}

/// A type where one is expected.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// `(1..255)`, `(pattern "…", format "…")`
    pub bounds: Option<Bounds>,
    /// The whole expression.
    pub span: Span,
}

/// The kinds of type expressions.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `string`, `Project`, `repos.Repository`: a builtin, or the name of a type, enum or union.
    Name(Vec<Ident>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `map<T>`
    Map(Box<TypeExpr>),
    /// `id<T>`; T is a name and need not be declared as a type: it only tells ids apart.
    Id(Ident),
    /// `"asc"`, `42`, `true`
    Literal(Value),
    /// `A | B | null`: tried in order; `null` alone makes it nullable.
    Either(Vec<TypeExpr>),
    /// `null`
    Null,
    /// `{ a: string }`: a struct named by where it stands.
    Struct(Vec<Field>),
}

/// `(1..255)`, `(..10)`, `(0..)`, `(pattern "^a")`, `(format "epoch")`, `(1..10, pattern "…")`, `(unique)`
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Lower end: characters of a string, value of a number, items of a list or map.
    pub min: Option<Spanned<String>>,
    /// Upper end, included.
    pub max: Option<Spanned<String>>,
    /// A regular expression, without look-around and back-references.
    pub pattern: Option<Text>,
    /// For dates and bytes: `format "epoch" | "epoch_ms" | "rfc3339" | "rfc2822" | "%Y-%m-%dT…" | "base64" | "base64url" | "hex"`.
    pub format: Option<Text>,
    /// `unique`: items of a list differ.
    pub unique: bool,
    /// The parentheses and what they hold.
    pub span: Option<Span>,
}

/// `enum Status { current = "CUR"  planning }`, `closed enum Priority { low = 1  high = 2 }`
#[derive(Clone, Debug)]
pub struct EnumItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// `closed`: an unknown value is an error.
    pub closed: bool,
    /// The name.
    pub name: Ident,
    /// The values.
    pub variants: Vec<Variant>,
    /// The whole item.
    pub span: Span,
}

/// `current = "CUR" on v21 deprecated …`
#[derive(Clone, Debug)]
pub struct Variant {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// A string or an integer; the name by the `names` rule's absence (as written) where not given.
    pub value: Option<Value>,
    /// The whole variant.
    pub span: Span,
}

/// `union Event by "type" { push "push": PushEvent }` (tagged) or `union Source { card: Card  bank: Bank }` (tried in order).
#[derive(Clone, Debug)]
pub struct UnionItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `by "type"`: the wire name of the member that tells which it is.
    pub tag: Option<Text>,
    /// `closed`: an unknown tag is an error; otherwise it is kept as JSON.
    pub closed: bool,
    /// `name "tag value": Type`; the tag value is the name where not given.
    pub variants: Vec<Field>,
    /// The whole item.
    pub span: Span,
}

/// `mixin Listing { query { … } page … }`, `mixin Timestamps { fields { … } }`
#[derive(Clone, Debug)]
pub struct Mixin {
    /// Documentation.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `fields { … }`: taken by types.
    pub fields: Vec<Field>,
    /// Everything else: taken by modules.
    pub body: ModuleBody,
    /// The whole item.
    pub span: Span,
}
