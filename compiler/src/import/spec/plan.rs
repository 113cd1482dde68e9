//! A spec in the making: what the printer writes down. It knows nothing of documents; names are settled, wire names are whole.

use crate::source::Span;

/// A spec.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) docs: String,
    pub(super) docs_url: Option<String>,
    pub(super) names: &'static str,
    pub(super) servers: Vec<Server>,
    pub(super) retry: Option<String>,
    pub(super) limits: Vec<String>,
    pub(super) fails: Vec<Fails>,
    pub(super) api: Option<String>,
    pub(super) connections: Vec<Connection>,
    pub(super) types: Vec<TypeItem>,
    pub(super) groups: Vec<Group>,
    pub(super) mixins: Vec<Mixin>,
    pub(super) modules: Vec<Module>,
}

/// Where calls go; the address is a template.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) name: Option<String>,
    pub(super) url: String,
}

/// A way of authenticating.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) docs: String,
    pub(super) fields: Vec<Field>,
    /// Lines of `oauth2` or `exchange`.
    pub(super) grant: Option<Grant>,
    /// `tls { … }`
    pub(super) tls: Option<Grant>,
    /// `bearer token`, `header "X-Key" = key`.
    pub(super) sends: Vec<String>,
}

/// How a credential is obtained: a head and its statements.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) head: String,
    pub(super) lines: Vec<String>,
}

/// A group of modules.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) docs: String,
}

/// A type by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TypeId(pub(super) u32);

/// A type, enum or union.
#[derive(Clone, Debug)]
pub(super) struct TypeItem {
    pub(super) name: String,
    /// What it is called where it stands; empty for what has a name of its own.
    pub(super) own: String,
    pub(super) docs: String,
    pub(super) kind: TypeKind,
    pub(super) life: Option<Life>,
    /// May be written where it is used, when that is one place.
    pub(super) inline: bool,
}

#[derive(Clone, Debug)]
pub(super) enum TypeKind {
    Struct(Vec<Field>),
    Enum(Vec<Value>),
    Union { tag: Option<String>, variants: Vec<Variant> },
}

/// A value of an enum: its wire text as a literal of the language.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) wire: String,
    pub(super) docs: String,
    pub(super) life: Option<Life>,
}

/// A variant of a union.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) tag: Option<String>,
    pub(super) ty: Type,
    pub(super) docs: String,
}

/// A type where one is used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Type {
    Scalar(&'static str, Bounds),
    Named(TypeId),
    List(Box<What>, Bounds),
    Map(Box<What>),
    /// A literal of the language.
    Literal(String),
    /// The id of a type that has one.
    Id(TypeId),
}

/// A type that may be null.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct What {
    pub(super) ty: Type,
    pub(super) nullable: bool,
}

/// What stands in parentheses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Bounds {
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<&'static str>,
    pub(super) unique: bool,
}

/// A field of a type or an input of a module.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The whole wire name, whether or not it is written.
    pub(super) wire: String,
    pub(super) optional: bool,
    pub(super) what: What,
    /// A literal of the language.
    pub(super) default: Option<String>,
    pub(super) style: Option<&'static str>,
    pub(super) docs: String,
    pub(super) life: Option<Life>,
    /// `...`
    pub(super) rest: bool,
    pub(super) at: Span,
}

/// What a document says of an end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Life {
    pub(super) since: Option<String>,
    pub(super) sunset: Option<String>,
    pub(super) why: String,
    /// The name of what stands beside it and takes its place.
    pub(super) successor: Option<String>,
}

/// An error answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fails {
    pub(super) ty: Type,
    /// Empty: whatever is no success.
    pub(super) on: Vec<String>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

/// What several modules take in.
#[derive(Clone, Debug, Default)]
pub(super) struct Mixin {
    pub(super) name: String,
    pub(super) inputs: Vec<(Place, Field)>,
    pub(super) page: Option<String>,
    pub(super) order: Option<String>,
}

/// Where inputs stand that are no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

impl Place {
    pub(super) const ALL: [Self; 4] = [Self::Path, Self::Query, Self::Header, Self::Cookie];

    /// As the language calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// What a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModuleKind {
    Action,
    Search,
    Trigger,
}

/// Which deliveries are a trigger's, and what makes them genuine, as the language writes it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) when: Vec<String>,
    pub(super) verify: &'static str,
}

/// A module.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) kind: ModuleKind,
    pub(super) name: String,
    pub(super) title: String,
    /// Numbers of mixins.
    pub(super) with: Vec<usize>,
    pub(super) docs: String,
    pub(super) group: Option<usize>,
    pub(super) life: Option<Life>,
    pub(super) method: &'static str,
    /// A template.
    pub(super) path: String,
    pub(super) server: Option<String>,
    pub(super) connections: Option<Vec<String>>,
    pub(super) path_inputs: Vec<Field>,
    pub(super) query: Vec<Field>,
    pub(super) header: Vec<Field>,
    pub(super) cookie: Vec<Field>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    pub(super) page: Option<String>,
    pub(super) order: Option<String>,
    pub(super) fails: Vec<Fails>,
    pub(super) example: Option<Example>,
    /// Of a trigger.
    pub(super) told: Option<Told>,
}

/// A body: its encoding as written, and what it holds.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// Nothing for JSON members, otherwise `json`, `form`, `xml "root"`, …
    pub(super) encoding: String,
    pub(super) held: Held,
}

#[derive(Clone, Debug)]
pub(super) enum Held {
    Members(Vec<Field>),
    Whole(Box<Field>),
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// `200`, `2xx`
    pub(super) status: String,
    pub(super) what: Option<What>,
    /// `xml`, `text/csv`
    pub(super) encoding: Option<String>,
}

/// An example: literals of the language.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub(super) given: String,
    pub(super) status: String,
    pub(super) reply: String,
}

impl Spec {
    pub(super) fn item(&self, id: TypeId) -> &TypeItem {
        &self.types[id.0 as usize]
    }
}

impl Type {
    pub(super) fn scalar(name: &'static str) -> Self {
        Self::Scalar(name, Bounds::default())
    }

    pub(super) fn json() -> Self {
        Self::scalar("json")
    }

    /// Each name in it.
    pub(super) fn names(&self, visit: &mut impl FnMut(TypeId)) {
        match self {
            Self::Named(id) => visit(*id),
            Self::List(item, _) | Self::Map(item) => item.ty.names(visit),
            // An id needs no more of what it is of than its name.
            Self::Scalar(..) | Self::Literal(_) | Self::Id(_) => {}
        }
    }
}

impl What {
    pub(super) fn of(ty: Type) -> Self {
        Self { ty, nullable: false }
    }
}

impl Mixin {
    /// Each name in it.
    pub(super) fn names(&self, visit: &mut impl FnMut(TypeId)) {
        self.inputs.iter().for_each(|(_, field)| field.what.ty.names(visit));
    }
}

impl TypeItem {
    /// Each name in it.
    pub(super) fn names(&self, visit: &mut impl FnMut(TypeId)) {
        match &self.kind {
            TypeKind::Struct(fields) => fields.iter().for_each(|field| field.what.ty.names(visit)),
            TypeKind::Union { variants, .. } => variants.iter().for_each(|variant| variant.ty.names(visit)),
            TypeKind::Enum(_) => {}
        }
    }
}

impl Module {
    pub(super) fn inputs_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        let body: &mut [Field] = match self.body.as_mut().map(|body| &mut body.held) {
            Some(Held::Members(fields)) => fields,
            Some(Held::Whole(field)) => std::slice::from_mut(&mut **field),
            None => &mut [],
        };
        let places = [&mut self.path_inputs, &mut self.query, &mut self.header, &mut self.cookie];
        places.into_iter().flatten().chain(body)
    }

    pub(super) fn inputs_at(&self, place: Place) -> &[Field] {
        match place {
            Place::Path => &self.path_inputs,
            Place::Query => &self.query,
            Place::Header => &self.header,
            Place::Cookie => &self.cookie,
        }
    }

    pub(super) fn inputs_at_mut(&mut self, place: Place) -> &mut Vec<Field> {
        match place {
            Place::Path => &mut self.path_inputs,
            Place::Query => &mut self.query,
            Place::Header => &mut self.header,
            Place::Cookie => &mut self.cookie,
        }
    }

    /// All inputs, where they stand.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Field> {
        let body: &[Field] = match self.body.as_ref().map(|body| &body.held) {
            Some(Held::Members(fields)) => fields,
            Some(Held::Whole(field)) => std::slice::from_ref(&**field),
            None => &[],
        };
        self.path_inputs.iter().chain(&self.query).chain(&self.header).chain(&self.cookie).chain(body)
    }

    /// Each type that is written in it.
    pub(super) fn each_type_mut(&mut self, visit: &mut dyn FnMut(&mut Type)) {
        for list in [&mut self.path_inputs, &mut self.query, &mut self.header, &mut self.cookie] {
            list.iter_mut().for_each(|field| visit(&mut field.what.ty));
        }
        match self.body.as_mut().map(|body| &mut body.held) {
            Some(Held::Members(fields)) => fields.iter_mut().for_each(|field| visit(&mut field.what.ty)),
            Some(Held::Whole(field)) => visit(&mut field.what.ty),
            None => {}
        }
        self.answers.iter_mut().filter_map(|answer| answer.what.as_mut()).for_each(|what| visit(&mut what.ty));
        self.fails.iter_mut().for_each(|fails| visit(&mut fails.ty));
    }

    /// Each type that it names.
    pub(super) fn names(&self, visit: &mut impl FnMut(TypeId)) {
        self.inputs().for_each(|field| field.what.ty.names(visit));
        self.answers.iter().filter_map(|answer| answer.what.as_ref()).for_each(|what| what.ty.names(visit));
        self.fails.iter().for_each(|fails| fails.ty.names(visit));
    }
}
