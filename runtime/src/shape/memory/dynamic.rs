//! Shapes without a Rust type, for programs that read a spec when they run (the `linchpin` command). Everything that works on a
//! shape works on these too. They live as long as the program: a spec is read once.
//!
//! What keeps them sound: every layout below is computed here from the layouts of the parts, named parts are boxed so that
//! recursion needs no layout, and a dynamic container is never [`same`](Shape::same) as one of Rust's, so no Rust type can be
//! read out of it.

use std::{cell::RefCell, ptr::NonNull};

use super::{
    Link, ListTable, Shape, Shaped, Tag,
    tables::{MAP_VALUES, Parts},
};
use crate::shape::{
    attrs::Attrs,
    table::{Field, Kind, Leaf, Structure, Symbol, SymbolTable, UnionStyle, UnionTable, Variant},
};
use crate::value::Map;

/// Shapes that are being declared. A shape may refer to one that is defined later, or to itself.
#[derive(Default)]
pub struct Declarations {
    shapes: RefCell<Vec<(NonNull<Shape>, bool)>>,
}

/// A shape of one [`Declarations`].
#[derive(Clone, Copy, Debug)]
pub struct Declared(usize);

/// What a field, an item or a variant is.
#[derive(Clone, Debug)]
pub enum Part {
    /// A value of a Rust type: text, a number, a time.
    Of(&'static Shape),
    /// A declared shape.
    Declared(Declared),
    /// A list.
    List(Box<Part>),
    /// A map.
    Map(Box<Part>),
    /// A value that may be absent or null.
    Patch(Box<Part>),
}

/// A field of a structure.
#[derive(Clone, Debug)]
pub struct DynamicField {
    /// The spec's name.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// Documentation.
    pub docs: String,
    /// What it is.
    pub part: Part,
    /// What else is known.
    pub attrs: Attrs,
}

/// A symbol of an enum: the spec's name, what stands on the wire, documentation.
pub type DynamicSymbol<W> = (String, W, String);

/// A variant of a union: its name, its tag, and what it holds.
pub type DynamicVariant = (String, String, Part);

/// A place for text that lives as long as the program.
pub fn leak(text: impl Into<Box<str>>) -> &'static str {
    Box::leak(text.into())
}

fn leak_all<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

impl Declared {
    /// Its place in what [`Declarations::finish`] gives.
    pub fn index(self) -> usize {
        self.0
    }
}

impl Declarations {
    /// Declares a shape that is defined later.
    pub fn declare(&self) -> Declared {
        let mut shapes = self.shapes.borrow_mut();
        let nothing = Shape { name: "", docs: "", size: 0, align: 1, needs_drop: false, kind: Kind::Leaf(Leaf::Unit) };
        shapes.push((NonNull::from(Box::leak(Box::new(nothing))), false));
        Declared(shapes.len() - 1)
    }

    /// Defines it as a structure.
    pub fn structure(&self, declared: Declared, name: &str, docs: &str, fields: Vec<DynamicField>) {
        let mut end = 0;
        let mut align = 1;
        let fields = fields.into_iter().map(|field| {
            let (link, size, part_align) = self.placed(field.part);
            let offset = usize::next_multiple_of(end, part_align);
            end = offset + size;
            align = align.max(part_align);
            Field { name: leak(field.name), wire: leak(field.wire), docs: leak(field.docs), offset, shape: link, attrs: field.attrs }
        });
        let fields = leak_all(fields.collect());
        self.define(
            declared,
            name,
            docs,
            (end.next_multiple_of(align), align, true),
            Kind::Structure(Box::leak(Box::new(Structure::laid_out(fields)))),
        );
    }

    /// Defines it as an enum of texts; an open one keeps values that it does not know.
    pub fn text_enum(&self, declared: Declared, name: &str, docs: &str, open: bool, symbols: Vec<DynamicSymbol<String>>) {
        let symbols = symbols.into_iter().map(|(name, wire, docs)| symbol(&name, leak(wire), &docs));
        let table = Box::leak(Box::new(SymbolTable::listed(leak_all(symbols.collect()), open.then_some(align_of::<String>()))));
        let layout =
            if open { behind_tag(size_of::<String>(), align_of::<String>()) } else { (size_of::<Tag>(), align_of::<Tag>(), false) };
        self.define(declared, name, docs, layout, Kind::TextEnum(table));
    }

    /// Defines it as an enum of integers.
    pub fn int_enum(&self, declared: Declared, name: &str, docs: &str, open: bool, symbols: Vec<DynamicSymbol<i64>>) {
        let symbols = symbols.into_iter().map(|(name, wire, docs)| symbol(&name, wire, &docs));
        let table = Box::leak(Box::new(SymbolTable::listed(leak_all(symbols.collect()), open.then_some(align_of::<i64>()))));
        let layout = if open { behind_tag(size_of::<i64>(), align_of::<i64>()) } else { (size_of::<Tag>(), align_of::<Tag>(), false) };
        self.define(declared, name, docs, layout, Kind::IntEnum(table));
    }

    /// Defines it as a union. When it is open, the last variant holds JSON and keeps what no other takes.
    pub fn union(&self, declared: Declared, name: &str, docs: &str, style: UnionStyle, open: bool, variants: Vec<DynamicVariant>) {
        let mut layout = (0, align_of::<Tag>());
        let variants = variants.into_iter().map(|(name, tag, part)| {
            let (link, size, align) = self.placed(part);
            layout = (layout.0.max(size), layout.1.max(align));
            Variant { name: leak(name), tag: leak(tag), docs: "", shape: link }
        });
        let variants = leak_all(variants.collect());
        let table = Box::leak(Box::new(UnionTable::listed(style, variants, open, layout.1)));
        self.define(declared, name, docs, behind_tag(layout.0, layout.1), Kind::Union(table));
    }

    /// All shapes, in the order in which they were declared.
    ///
    /// # Panics
    /// When one was declared and not defined.
    pub fn finish(self) -> Vec<&'static Shape> {
        let shapes = self.shapes.into_inner();
        let finish = |(shape, defined): (NonNull<Shape>, bool)| {
            assert!(defined, "a declared shape is defined");
            // SAFETY: it was leaked, and nobody writes to it from now on.
            unsafe { shape.as_ref() }
        };
        shapes.into_iter().map(finish).collect()
    }

    fn define(&self, declared: Declared, name: &str, docs: &str, (size, align, needs_drop): (usize, usize, bool), kind: Kind) {
        let (place, defined) = &mut self.shapes.borrow_mut()[declared.0];
        assert!(!*defined, "a declared shape is defined once");
        *defined = true;
        // SAFETY: the place was leaked by `declare`; until `finish` nobody reads it, since a link is only followed behind a finished shape.
        unsafe { place.write(Shape { name: leak(name), docs: leak(docs), size, align, needs_drop, kind }) }
    }

    /// Where a part leads, and the size and alignment it takes up. A declared part is boxed: its own layout may not be known yet.
    fn placed(&self, part: Part) -> (Link, usize, usize) {
        match part {
            Part::Of(shape) => (Link::to(shape), shape.size, shape.align),
            Part::Declared(_) => self.container(Kind::Boxed(self.link(part)), size_of::<*const u8>()),
            Part::List(item) => self.container(Kind::List(self.link(*item), LOOSE), size_of::<Parts>()),
            Part::Map(item) => self.container(Kind::Map(self.link(*item), LOOSE), size_of::<Map<()>>()),
            Part::Patch(inner) => {
                let (link, size, align) = self.placed(*inner);
                let (size, align, needs_drop) = behind_tag(size, align.max(align_of::<Tag>()));
                let shape = Shape { name: "", docs: "", size, align, needs_drop, kind: Kind::Patch(link) };
                (Link::to(Box::leak(Box::new(shape))), size, align)
            }
        }
    }

    /// Where the items of a list or map lead: to a declared shape without a box, since a list looks at its layout only when it is used.
    fn link(&self, part: Part) -> Link {
        match part {
            Part::Declared(declared) => Link(self.shapes.borrow()[declared.0].0.as_ptr()),
            part => self.placed(part).0,
        }
    }

    fn container(&self, kind: Kind, size: usize) -> (Link, usize, usize) {
        let align = align_of::<*const u8>();
        (Link::to(Box::leak(Box::new(Shape { name: "", docs: "", size, align, needs_drop: true, kind }))), size, align)
    }
}

/// The layout of a payload behind a tag, as `repr(C, u16)` has it.
fn behind_tag(size: usize, align: usize) -> (usize, usize, bool) {
    (align + size.next_multiple_of(align), align, true)
}

fn symbol<W>(name: &str, wire: W, docs: &str) -> Symbol<W> {
    let name = leak(name);
    Symbol { ident: name, named: name, wire, docs: leak(docs) }
}

/// A list or the values of a map as its parts, one after the other, whatever the items are.
const LOOSE: ListTable = ListTable { items: loose_items, take: loose_take, build: loose_build, loose: true };

const _: () = assert!(MAP_VALUES + size_of::<Parts>() <= size_of::<Map<()>>() && align_of::<Map<()>>() == align_of::<Parts>());

// SAFETY of the functions below: the place holds (or has room for) the parts of a list.

unsafe fn loose_items(list: *const u8) -> (*const u8, usize) {
    let parts = unsafe { list.cast::<Parts>().read() };
    (parts.items, parts.length)
}

unsafe fn loose_take(list: *mut u8) -> Parts {
    unsafe { list.cast::<Parts>().read() }
}

unsafe fn loose_build(list: *mut u8, parts: Parts) {
    unsafe { list.cast::<Parts>().write(parts) }
}

/// The shape of an id.
pub fn id() -> &'static Shape {
    <crate::value::Id<()> as Shaped>::shape()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Erased, Names};
    use serde_json::json;

    fn field(name: &str, wire: &str, part: Part, attrs: Attrs) -> DynamicField {
        DynamicField { name: name.into(), wire: wire.into(), docs: String::new(), part, attrs }
    }

    /// A shape with everything that there is, referring to itself.
    fn everything() -> &'static Shape {
        let shapes = Declarations::default();
        let (node, status, level, either) = (shapes.declare(), shapes.declare(), shapes.declare(), shapes.declare());
        let text = Part::Of(<String as Shaped>::shape());
        shapes.structure(
            node,
            "Node",
            "",
            vec![
                field("flag", "flag", Part::Of(<bool as Shaped>::shape()), Attrs::REQUIRED),
                field("first_name", "firstName", text.clone(), Attrs::REQUIRED),
                field("status", "STATUS", Part::Declared(status), Attrs::REQUIRED),
                field("level", "level", Part::Patch(Box::new(Part::Declared(level))), Attrs::OPTIONAL),
                field("parts", "children", Part::List(Box::new(Part::Declared(node))), Attrs::REQUIRED.default("[]")),
                field("parent", "parent", Part::Patch(Box::new(Part::Declared(node))), Attrs::OPTIONAL.nullable()),
                field("labels", "labels", Part::Patch(Box::new(Part::Map(Box::new(Part::List(Box::new(text.clone())))))), Attrs::OPTIONAL),
                field("either", "either", Part::Patch(Box::new(Part::Declared(either))), Attrs::OPTIONAL),
            ],
        );
        shapes.text_enum(status, "Status", "", true, vec![("current".into(), "CUR".into(), String::new())]);
        shapes.int_enum(level, "Level", "", false, vec![("low".into(), 1, String::new()), ("high".into(), 2, String::new())]);
        let variants = vec![
            ("Node".into(), "node".into(), Part::Declared(node)),
            ("Other".into(), String::new(), Part::Of(<serde_json::Value as Shaped>::shape())),
        ];
        shapes.union(either, "Either", "", UnionStyle::Tagged("type"), true, variants);
        shapes.finish()[0]
    }

    #[test]
    fn dynamic_values_translate_names_both_ways() {
        let wire = json!({
            "flag": true, "firstName": "Ann", "STATUS": "CUR", "level": 2,
            "children": [{ "flag": false, "firstName": "Bo", "STATUS": "new one", "children": [] }],
            "parent": null, "labels": { "a": ["x", "y"], "b": [] },
            "either": { "type": "else", "more": [1] },
        });
        let value = Erased::decode(everything(), &serde_json::to_vec(&wire).expect("it is JSON"), Names::Wire).expect("it fits");
        let spec: serde_json::Value = serde_json::from_slice(&value.as_ref().encode_json(Names::Spec)).expect("it is JSON");
        assert_eq!(spec["first_name"], "Ann");
        assert_eq!(spec["parts"][0]["first_name"], "Bo");
        assert_eq!(spec["parts"][0]["status"], "new one");
        let again = Erased::decode(everything(), &serde_json::to_vec(&spec).expect("it is JSON"), Names::Spec).expect("it fits");
        let back: serde_json::Value = serde_json::from_slice(&again.as_ref().encode_json(Names::Wire)).expect("it is JSON");
        assert_eq!(back, wire);
    }

    #[test]
    fn a_dynamic_list_is_not_one_of_rusts() {
        let shapes = Declarations::default();
        let holder = shapes.declare();
        let list = Part::List(Box::new(Part::Of(<String as Shaped>::shape())));
        shapes.structure(holder, "Holder", "", vec![field("list", "list", list, Attrs::REQUIRED)]);
        let shape = shapes.finish()[0].fields()[0].shape();
        assert!(!shape.same(<Vec<String> as Shaped>::shape()));
        assert!(shape.same(shape));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_nothing_leaks() {
        let broken = br#"{"flag": true, "firstName": "Ann", "STATUS": "CUR", "children": [{"flag": 1}]}"#;
        let error = Erased::decode(everything(), broken, Names::Wire).expect_err("1 is no bool");
        assert!(error.to_string().contains("children[0].flag"), "{error}");
    }
}
