//! The configured values of a step: where a table's path leads in them, and how values are put there.

use super::{
    expression::{Expressions, TextKind},
    json::{Layout, List, Member, Node, Object, Sort},
    outputs::dotted,
};

/// What stands where a path leads.
#[derive(Clone, Debug)]
pub(crate) enum Taken<'a> {
    /// Nothing was given.
    Nothing,
    /// This.
    Value(Node<'a>),
    /// For each item of a list, this.
    Each(Vec<Taken<'a>>),
    /// It cannot be said, and why.
    Unclear(String),
}

/// Is nothing given there? An empty text is nothing where the host says so.
pub(crate) fn is_nothing(node: &Node<'_>, expressions: &dyn Expressions) -> bool {
    node.is_null() || node.text().is_some_and(|text| expressions.is_nothing(&text))
}

/// What stands where a path leads. Below a mapped value it is followed symbolically.
pub(crate) fn read<'a>(node: &Node<'a>, path: &[&str], expressions: &dyn Expressions) -> Taken<'a> {
    if is_nothing(node, expressions) {
        return if path.is_empty() { Taken::Value(node.clone()) } else { Taken::Nothing };
    }
    let Some((first, below)) = path.split_first() else { return Taken::Value(node.clone()) };
    if let Some(text) = node.text() {
        return below_text(&text, path, expressions);
    }
    match (&*node.opened(), *first) {
        (Node::List(list), "[]") => Taken::Each(list.values().map(|item| read(item, below, expressions)).collect()),
        (Node::Object(object), name) if name != "[]" => match object.get(name) {
            Some(member) => read(member, below, expressions),
            None => Taken::Nothing,
        },
        (_, "[]") => Taken::Unclear("it is no list, so its items cannot be moved".into()),
        _ => Taken::Unclear(format!("it is no object, so `{}` cannot be taken out of it", dotted(path))),
    }
}

fn below_text<'a>(text: &str, path: &[&str], expressions: &dyn Expressions) -> Taken<'a> {
    if path.contains(&"[]") {
        return Taken::Unclear(format!("the list is mapped as a whole, so `{}` of its items cannot be moved", dotted(path)));
    }
    if let Some(member) = expressions.member(text, path) {
        return Taken::Value(Node::New(super::json::quoted(&member)));
    }
    match expressions.kind(text) {
        Ok(TextKind::Mapped) => Taken::Unclear(format!("`{}` cannot be taken out of the expression", dotted(path))),
        Ok(TextKind::Mixed) => {
            Taken::Unclear(format!("it is text with expressions in it, so `{}` cannot be taken out of it", dotted(path)))
        }
        _ => Taken::Unclear(format!("it is text, so `{}` cannot be taken out of it", dotted(path))),
    }
}

/// What is left when the value where a path leads is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing: the whole can go.
    Nothing,
    /// Something that the path does not lead to.
    Something,
}

/// Takes away what stands where a path leads, and what holds nothing then. It has been [read] before, and was clear.
pub(crate) fn take_away(node: &mut Node<'_>, path: &[&str], expressions: &dyn Expressions) -> Left {
    let Some((first, below)) = path.split_first() else { return Left::Nothing };
    if is_nothing(node, expressions) {
        return Left::Nothing;
    }
    if node.sort() == Sort::Text {
        // Something could be read out of it, so it is mapped as a whole; the table says what becomes of each part.
        return Left::Nothing;
    }
    let empty = match (node.open(), *first) {
        (Node::List(list), "[]") => {
            let left: Vec<Left> = list.values_mut().map(|item| take_away(item, below, expressions)).collect();
            left.iter().all(|left| *left == Left::Nothing)
        }
        (Node::Object(object), name) if name != "[]" => {
            if let Some(member) = object.get_mut(name)
                && take_away(member, below, expressions) == Left::Nothing
            {
                object.remove(name);
            }
            object.members.is_empty()
        }
        _ => false,
    };
    if empty { Left::Nothing } else { Left::Something }
}

/// Puts what was taken where a path leads, in an object; the members in between are made.
///
/// # Errors
/// When something stands in the way, with why.
pub(crate) fn put<'a>(object: &mut Object<'a>, path: &[&str], value: Taken<'a>, layout: Layout<'a>) -> Result<(), String> {
    let Some((name, below)) = path.split_first() else { return Err("the path is empty".into()) };
    if matches!(value, Taken::Nothing) {
        return Ok(());
    }
    let at = match object.position(name) {
        Some(at) => at,
        None => {
            object.members.push(Member::new(layout, name, Node::New("null".into())));
            object.members.len() - 1
        }
    };
    put_in(&mut object.members[at].value, below, value)
}

fn put_in<'a>(node: &mut Node<'a>, path: &[&str], value: Taken<'a>) -> Result<(), String> {
    match (path.split_first(), value) {
        (_, Taken::Nothing) => Ok(()),
        (None, Taken::Value(value)) => {
            *node = value;
            Ok(())
        }
        (Some((&"[]", below)), Taken::Each(values)) => put_each(node, below, values),
        (Some((&"[]", _)) | None, _) => Err("a list cannot stand where there is none".into()),
        (Some((name, _)), value) => {
            if node.is_null() {
                *node = Node::Object(Object::default());
            }
            match node.open() {
                Node::Object(object) => {
                    let layout = object.layout();
                    put(object, path, value, layout)
                }
                _ => Err(format!("it is given as a whole, so `{name}` cannot be put in it")),
            }
        }
    }
}

fn put_each<'a>(node: &mut Node<'a>, below: &[&str], values: Vec<Taken<'a>>) -> Result<(), String> {
    if node.is_null() {
        *node = Node::List(List::of(values.iter().map(|_| Node::New("null".into()))));
    }
    let Node::List(list) = node.open() else { return Err("it is no list".into()) };
    if list.values().len() != values.len() {
        return Err("its list has another length".into());
    }
    list.values_mut().zip(values).try_for_each(|(item, value)| put_in(item, below, value))
}

/// Takes a null away where a path through objects leads. False when there was none.
pub(crate) fn leave_out_null(object: &mut Object<'_>, path: &[&str]) -> bool {
    let Some((name, below)) = path.split_first() else { return false };
    let Some(member) = object.get_mut(name) else { return false };
    if !below.is_empty() {
        // Only objects are looked into: what is mapped stays as it is written.
        return match member.sort() {
            Sort::Object => match member.open() {
                Node::Object(inner) => leave_out_null(inner, below),
                _ => false,
            },
            _ => false,
        };
    }
    let is_null = member.is_null();
    if is_null {
        object.remove(name);
    }
    is_null
}

/// Is there a value where a path leads?
pub(crate) fn is_given(object: &Object<'_>, path: &[&str], expressions: &dyn Expressions) -> bool {
    let Some((first, below)) = path.split_first() else { return false };
    let Some(member) = object.get(first) else { return false };
    match read(member, below, expressions) {
        Taken::Nothing => false,
        Taken::Value(value) => !is_nothing(&value, expressions),
        Taken::Each(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item, Taken::Value(value) if !is_nothing(value, expressions)))
        }
        // It is mapped as a whole, which may give it.
        Taken::Unclear(_) => member.sort() == Sort::Text,
    }
}
