//! All items of a connector's files by kind, each with the groups it stands in. Groups are taken apart here, so that nothing
//! later walks them.

use crate::model::GroupDef;
use crate::source::Span;
use crate::syntax::ast::{self, Item};

/// Everything that was written.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// `//!` lines of all files.
    pub(super) docs: Vec<&'a ast::Text>,
    pub(super) connectors: Vec<&'a ast::Connector>,
    pub(super) apis: Vec<&'a ast::Api>,
    pub(super) connections: Vec<Placed<'a, &'a ast::Connection>>,
    pub(super) types: Vec<Placed<'a, Definition<'a>>>,
    pub(super) mixins: Vec<&'a ast::Mixin>,
    pub(super) modules: Vec<Placed<'a, &'a ast::Module>>,
    pub(super) tests: Vec<Placed<'a, &'a ast::Test>>,
    pub(super) groups: Vec<Placed<'a, &'a ast::Group>>,
    pub(super) changes: Vec<Placed<'a, &'a ast::Change>>,
    /// The start of the first file, for what is missing altogether.
    pub(super) start: Option<Span>,
}

/// An item and the groups around it.
pub(super) struct Placed<'a, T> {
    /// Outermost first.
    pub(super) group: Vec<String>,
    /// What those groups say of their versions.
    pub(super) heads: Vec<&'a ast::Head>,
    pub(super) item: T,
}

/// What can be named as a type.
#[derive(Clone, Copy)]
pub(super) enum Definition<'a> {
    Struct(&'a ast::TypeItem),
    Enum(&'a ast::EnumItem),
    Union(&'a ast::UnionItem),
}

impl<'a> Definition<'a> {
    pub(super) fn name(self) -> &'a ast::Ident {
        match self {
            Self::Struct(item) => &item.name,
            Self::Enum(item) => &item.name,
            Self::Union(item) => &item.name,
        }
    }

    pub(super) fn head(self) -> &'a ast::Head {
        match self {
            Self::Struct(item) => &item.head,
            Self::Enum(item) => &item.head,
            Self::Union(item) => &item.head,
        }
    }
}

impl<'a> Items<'a> {
    /// Takes files and groups apart.
    pub(super) fn collect(files: &'a [ast::File]) -> Self {
        let mut items = Self::default();
        for file in files {
            items.start.get_or_insert(Span { file: file.id, start: 0, end: 0 });
            items.docs.extend(&file.docs);
            items.add_all(&file.items, &Around::default());
        }
        items
    }

    fn add_all(&mut self, list: &'a [Item], around: &Around<'a>) {
        for item in list {
            self.add(item, around);
        }
    }

    fn add(&mut self, item: &'a Item, around: &Around<'a>) {
        match item {
            Item::Use(_) => {}
            Item::Connector(item) => self.connectors.push(item),
            Item::Api(item) => self.apis.push(item),
            Item::Connection(item) => self.connections.push(around.placed(item)),
            Item::Type(item) => self.types.push(around.placed(Definition::Struct(item))),
            Item::Enum(item) => self.types.push(around.placed(Definition::Enum(item))),
            Item::Union(item) => self.types.push(around.placed(Definition::Union(item))),
            Item::Mixin(item) => self.mixins.push(item),
            Item::Module(item) => self.modules.push(around.placed(item)),
            Item::Test(item) => self.tests.push(around.placed(item)),
            Item::Change(item) => {
                self.changes.push(around.placed(item));
                let mut before = around.clone();
                before.heads.push(&item.before);
                for verb in &item.verbs {
                    if let ast::VerbKind::RemoveItem(removed) = &verb.kind {
                        self.add(removed, &before);
                    }
                }
            }
            Item::Group(item) => {
                let mut inner = around.clone();
                inner.group.push(item.name.value.clone());
                inner.heads.push(&item.head);
                self.groups.push(inner.placed(item));
                self.add_all(&item.items, &inner);
            }
        }
    }

    /// Groups with items, outer before inner; a group written twice is one.
    pub(super) fn group_definitions(&self) -> Vec<GroupDef> {
        let mut seen = std::collections::HashSet::new();
        let filled = self.groups.iter().filter(|placed| !placed.item.items.is_empty());
        filled.filter(|placed| seen.insert(placed.group.clone())).map(group_definition).collect()
    }
}

/// The groups around an item.
#[derive(Clone, Default)]
struct Around<'a> {
    group: Vec<String>,
    heads: Vec<&'a ast::Head>,
}

impl<'a> Around<'a> {
    fn placed<T>(&self, item: T) -> Placed<'a, T> {
        Placed { group: self.group.clone(), heads: self.heads.clone(), item }
    }
}

fn group_definition(placed: &Placed<'_, &ast::Group>) -> GroupDef {
    let group = placed.item;
    let title = group.title.as_ref().map_or_else(|| super::names::title(&group.name.value), |title| title.value.clone());
    GroupDef { path: placed.group.clone(), title, docs: super::docs(&group.head.docs) }
}
