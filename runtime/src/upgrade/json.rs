//! JSON that is changed in place: a tree over the text it was read from, which keeps the spelling of everything that nobody changed.
//! Whether it is JSON at all `serde_json` says, once; from then on it is only split, and a value stays whole until somebody looks into it.

mod split;

use std::borrow::Cow;

use serde_json::value::RawValue;

use self::split::Splitter;
pub(crate) use self::split::end_of_text;

/// A value: as it stood in the text, or changed.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    /// JSON as it was written.
    Raw(&'a str),
    /// JSON that was written since.
    New(String),
    /// An object that somebody looked into.
    Object(Object<'a>),
    /// A list that somebody looked into.
    List(List<'a>),
}

/// An object, with the space between its parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object<'a> {
    pub(crate) members: Vec<Member<'a>>,
    tail: &'a str,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member<'a> {
    layout: Layout<'a>,
    /// With its quotes, as it was written.
    key: Cow<'a, str>,
    pub(crate) value: Node<'a>,
}

/// The space around a member: before its key, between key and value (the colon included), and behind its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    lead: &'a str,
    gap: &'a str,
    trail: &'a str,
}

/// A list, with the space between its parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'a> {
    items: Vec<Item<'a>>,
    tail: &'a str,
}

#[derive(Clone, Debug)]
struct Item<'a> {
    lead: &'a str,
    value: Node<'a>,
    trail: &'a str,
}

/// What a value is, by its first letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

/// The object that a text holds, without the space around it.
pub(crate) fn whole(text: &str) -> Result<Object<'_>, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    Object::read(raw.get()).ok_or_else(|| "it is no JSON object".into())
}

/// What a value is.
pub(crate) fn sort(raw: &str) -> Sort {
    match raw.as_bytes().first() {
        Some(b'{') => Sort::Object,
        Some(b'[') => Sort::List,
        Some(b'"') => Sort::Text,
        Some(b't' | b'f') => Sort::Bool,
        Some(b'n') | None => Sort::Null,
        Some(_) => Sort::Number,
    }
}

/// The text that a JSON text stands for.
pub(crate) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str::<String>(raw).ok().map(Cow::Owned)
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("every text can be written as JSON")
}

/// Where a part of a text begins in it.
pub(crate) fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

impl<'a> Object<'a> {
    /// Splits an object into its members; none when the text is none.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut split = Splitter::new(text, b'{')?;
        let mut members: Vec<Member<'a>> = Vec::with_capacity(8);
        loop {
            let Some(lead) = split.next(b'}', members.last_mut().map(|member| &mut member.layout.trail))? else {
                return Some(Self { members, tail: split.tail() });
            };
            let key = split.key()?;
            let gap = split.colon()?;
            let value = split.value()?;
            members.push(Member { layout: Layout { lead, gap, trail: "" }, key: Cow::Borrowed(key), value: Node::Raw(value) });
        }
    }

    /// The member of that name; where there are several, the last.
    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.position(name).map(|at| &self.members[at].value)
    }

    /// Its place among the members.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().rposition(|member| member.is(name))
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Node<'a>> {
        self.position(name).map(|at| &mut self.members[at].value)
    }

    /// What a member of that name holds, as it was written.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Node::Raw(raw) => Some(raw),
            _ => None,
        }
    }

    /// A name that stands there twice.
    pub(crate) fn repeated(&self) -> Option<Cow<'_, str>> {
        if self.members.len() <= 16 {
            let mut later = self.members.iter().enumerate();
            let twice = later.find(|(index, member)| self.members[..*index].iter().any(|before| before.is_as(member)));
            return twice.map(|(_, member)| member.name());
        }
        let mut names: Vec<_> = self.members.iter().map(Member::name).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
    }

    /// Takes a member out; the others stay as they are.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Member<'a>> {
        self.position(name).map(|at| self.members.remove(at))
    }

    /// How the members are laid out, for new ones.
    pub(crate) fn layout(&self) -> Layout<'a> {
        // Where all stand on one line, the first has no space before it and the others have.
        let usual = self.members.get(1).or(self.members.first());
        usual.map_or(Layout::COMPACT, |member| Layout { trail: "", ..member.layout })
    }

    /// What a new member is written as, behind another one.
    pub(crate) fn insertion(&self, name: &str, value: &str) -> String {
        let layout = self.layout();
        format!(",{}{}{}{value}", layout.lead, quoted(name), layout.gap)
    }

    /// An object of these members, laid out as this one.
    pub(crate) fn with(&self, members: Vec<Member<'a>>) -> Self {
        Self { members, tail: self.tail }
    }

    pub(crate) fn write(&self, out: &mut String) {
        out.push('{');
        for (index, member) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(member.layout.lead);
            out.push_str(&member.key);
            out.push_str(member.layout.gap);
            member.value.write(out);
            out.push_str(member.layout.trail);
        }
        out.push_str(self.tail);
        out.push('}');
    }
}

impl Layout<'_> {
    const COMPACT: Self = Self { lead: "", gap: ":", trail: "" };
}

impl<'a> Member<'a> {
    pub(crate) fn new(layout: Layout<'a>, name: &str, value: Node<'a>) -> Self {
        Self { layout, key: Cow::Owned(quoted(name)), value }
    }

    pub(crate) fn layout(&self) -> Layout<'a> {
        self.layout
    }

    /// Its key as it stands in the text that it was read from.
    pub(crate) fn written_key(&self) -> Option<&'a str> {
        match self.key {
            Cow::Borrowed(key) => Some(key),
            Cow::Owned(_) => None,
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        let inner = &self.key[1..self.key.len() - 1];
        // What is spelt with escapes is longer than what it says.
        inner == name || inner.len() > name.len() && inner.contains('\\') && self.name() == name
    }

    fn is_as(&self, other: &Self) -> bool {
        self.key == other.key || (self.key.contains('\\') || other.key.contains('\\')) && self.name() == other.name()
    }

    pub(crate) fn name(&self) -> Cow<'_, str> {
        text_of(&self.key).unwrap_or(Cow::Borrowed(""))
    }
}

impl<'a> List<'a> {
    /// Splits a list into its items; none when the text is none.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut split = Splitter::new(text, b'[')?;
        let mut items: Vec<Item<'a>> = Vec::new();
        loop {
            let Some(lead) = split.next(b']', items.last_mut().map(|item| &mut item.trail))? else {
                return Some(Self { items, tail: split.tail() });
            };
            items.push(Item { lead, value: Node::Raw(split.value()?), trail: "" });
        }
    }

    /// A list of these.
    pub(crate) fn of(values: impl Iterator<Item = Node<'a>>) -> Self {
        Self { items: values.map(|value| Item { lead: "", value, trail: "" }).collect(), tail: "" }
    }

    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &Node<'a>> {
        self.items.iter().map(|item| &item.value)
    }

    pub(crate) fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Node<'a>> {
        self.items.iter_mut().map(|item| &mut item.value)
    }

    fn write(&self, out: &mut String) {
        out.push('[');
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(item.lead);
            item.value.write(out);
            out.push_str(item.trail);
        }
        out.push_str(self.tail);
        out.push(']');
    }
}

impl<'a> Node<'a> {
    /// What it is.
    pub(crate) fn sort(&self) -> Sort {
        match self {
            Node::Raw(raw) => sort(raw),
            Node::New(text) => sort(text),
            Node::Object(_) => Sort::Object,
            Node::List(_) => Sort::List,
        }
    }

    /// It as JSON, where it has no parts.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self {
            Node::Raw(raw) if !matches!(sort(raw), Sort::Object | Sort::List) => Some(raw),
            Node::New(text) if !matches!(sort(text), Sort::Object | Sort::List) => Some(text),
            _ => None,
        }
    }

    /// The text that it is.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        self.scalar().and_then(text_of)
    }

    pub(crate) fn is_null(&self) -> bool {
        self.scalar() == Some("null")
    }

    /// Looks into it: an object's or a list's parts can be had from now on.
    pub(crate) fn open(&mut self) -> &mut Self {
        if let Node::Raw(raw) = *self {
            if let Some(object) = Object::read(raw) {
                *self = Node::Object(object);
            } else if let Some(list) = List::read(raw) {
                *self = Node::List(list);
            }
        }
        self
    }

    /// The same with its parts.
    pub(crate) fn opened(&self) -> Cow<'_, Node<'a>> {
        match self {
            Node::Raw(_) => {
                let mut copy = self.clone();
                copy.open();
                Cow::Owned(copy)
            }
            _ => Cow::Borrowed(self),
        }
    }

    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Node::Raw(raw) => out.push_str(raw),
            Node::New(text) => out.push_str(text),
            Node::Object(object) => object.write(out),
            Node::List(list) => list.write(out),
        }
    }

    #[cfg(test)]
    pub(crate) fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_into_is_written_as_it_was() {
        for text in [
            "{}",
            "{ }",
            r#"{"a":1}"#,
            "{\n  \"a\" : 1.50 ,\n  \"b\": [ 1 , {\"c\":\"\\u00e9\\/\"} ] \n}",
            r#"{"a":{"a":1,"a":2},"\u0061":12345678901234567890123}"#,
            "[\n]",
        ] {
            let mut node = Node::Raw(text);
            open_all(&mut node);
            assert_eq!(node.print(), text);
        }
    }

    fn open_all(node: &mut Node<'_>) {
        match node.open() {
            Node::Object(object) => object.members.iter_mut().for_each(|member| open_all(&mut member.value)),
            Node::List(list) => list.values_mut().for_each(open_all),
            _ => {}
        }
    }

    #[test]
    fn members_come_and_go_in_the_layout_of_the_others() {
        let mut object = Object::read("{\n  \"a\": 1,\n  \"b\": 2\n}").unwrap();
        object.remove("a");
        let layout = object.layout();
        object.members.push(Member::new(layout, "c", Node::New("3".into())));
        assert_eq!(Node::Object(object).print(), "{\n  \"b\": 2,\n  \"c\": 3\n}");
        let mut line = Object::read(r#"{"a": 1, "b": 2}"#).unwrap();
        let layout = line.layout();
        line.members.push(Member::new(layout, "c", Node::New("3".into())));
        assert_eq!(Node::Object(line).print(), r#"{"a": 1, "b": 2, "c": 3}"#);
    }

    #[test]
    fn a_key_is_known_however_it_is_spelt() {
        let object = Object::read(r#"{"\u0061b":1,"ab":2}"#).unwrap();
        assert_eq!(object.repeated().as_deref(), Some("ab"));
        assert_eq!(object.raw("ab"), Some("2"));
        assert!(Object::read(r#"{"a":1"#).is_none() && Object::read("{").is_none() && List::read("[1,").is_none());
        assert!(Object::read("[1]").is_none() && List::read("{}").is_none());
    }
}
