//! What generated code says of an operation, read into its table: clauses of a word and what follows it, plain where that is plain, and
//! JSON otherwise. It is read once, when the operation is first used. Whatever stands here, nothing but a table comes of it: memory
//! depends on shapes alone, and those are given by number.
//!
//! | clause | says |
//! |---|---|
//! | `name a.b`, `revision 2`, `title …`, `docs …`, `kind search` | what it is |
//! | `sends GET /a/{0}`, `server 1`, `server own …`, `server outside`, `server inside` | where it goes |
//! | `in path query query.deep body whole` | where each input goes, and in which style if not the usual |
//! | `body json`, `body json application/…`, `body form`, `body multipart`, `body xml root`, `body raw type/…`, `body graphql …` | how the body is encoded |
//! | `constant {…}`, `answer {…}`, `fails {…}`, `page {…}`, `parts {…}`, `limit {…}`, `cost {…}`, `life {…}`, `example {…}`, `step {…}`, `gives {…}`, `poll {…}`, `webhook {…}` | one of the table's |
//! | `retry safe`, `retry idempotent`, `retry key Header`, `only a b` | how often, and by which connections |

mod trigger;
mod wait;

use serde_json::Value;

use super::{
    Answer, BodyEncoding, Condition, Constant, ConstantPlace, Cost, Decoding, ExampleExchange, ExampleTable, Failure, FilePart, Framing,
    ItemStream, Items, Life, Limit, ModuleKind, OperationTable, Page, Parts, PartsBy, Place, Reset, RetryClass, ServerChoice, Statuses,
    StepPath, StepSource, StepTable, StepValue, Stop, Strategy, Style,
};
use crate::shape::{Link, Shaped};

/// What ends a clause. The macro writes it; no text of a spec has it.
const CLAUSE: char = '\u{1e}';

/// The table of an operation.
///
/// # Panics
/// On what the compiler does not write.
pub(super) fn read(text: &'static str, shapes: &'static [Link], input: Link) -> OperationTable {
    match table(text, shapes, input) {
        Ok(table) => table,
        Err(clause) => unreachable!("the compiler writes no `{clause}`"),
    }
}

/// The table, or the clause that says nothing known.
fn table(text: &'static str, shapes: &'static [Link], input: Link) -> Result<OperationTable, &'static str> {
    let mut table = OperationTable { input, output: shapes.first().copied().unwrap_or(<() as Shaped>::LINK), ..OperationTable::EMPTY };
    let mut lists = Lists::default();
    for clause in text.split_terminator(CLAUSE) {
        let (word, said) = clause.split_once(' ').unwrap_or((clause, ""));
        plain(&mut table, word, said).or_else(|| lists.clause(&mut table, word, &Said::of(said, shapes)?)).ok_or(clause)?;
    }
    lists.into_table(&mut table);
    Ok(table)
}

/// A clause whose text is plain.
fn plain(table: &mut OperationTable, word: &str, said: &'static str) -> Option<()> {
    match word {
        "name" => table.name = said,
        "revision" => table.revision = said.parse().ok()?,
        "title" => table.title = said,
        "docs" => table.docs = said,
        "kind" => table.kind = kind(said)?,
        "sends" => (table.method, table.path) = said.split_once(' ')?,
        "server" => table.server = server(said)?,
        "in" => table.places = leak(said.split(' ').map(place).collect::<Option<_>>()?),
        "body" => table.body = body(said)?,
        "retry" => table.retry = retry(said)?,
        "only" => table.connections = leak(said.split(' ').collect()),
        _ => return None,
    }
    Some(())
}

fn kind(said: &str) -> Option<ModuleKind> {
    match said {
        "action" => Some(ModuleKind::Action),
        "search" => Some(ModuleKind::Search),
        "trigger" => Some(ModuleKind::Trigger),
        _ => None,
    }
}

fn server(said: &'static str) -> Option<ServerChoice> {
    match said.split_once(' ') {
        Some(("own", template)) => Some(ServerChoice::Own(template)),
        None if said == "outside" => Some(ServerChoice::Outside),
        None if said == "inside" => Some(ServerChoice::Inside),
        _ => said.parse().ok().map(ServerChoice::Named),
    }
}

fn place(said: &str) -> Option<Place> {
    let (place, style) = said.split_once('.').map_or((said, None), |(place, style)| (place, Some(style)));
    let styled = |usual| style.map_or(Some(usual), self::style);
    match place {
        "path" => styled(Style::Simple).map(Place::Path),
        "query" => styled(Style::FormExplode).map(Place::Query),
        "header" => styled(Style::Simple).map(Place::Header),
        "cookie" => styled(Style::FormExplode).map(Place::Cookie),
        "body" => Some(Place::Body),
        "whole" => Some(Place::WholeBody),
        _ => None,
    }
}

fn style(said: &str) -> Option<Style> {
    Some(match said {
        "form_explode" => Style::FormExplode,
        "form" => Style::Form,
        "space" => Style::Space,
        "pipe" => Style::Pipe,
        "deep" => Style::Deep,
        "brackets" => Style::Brackets,
        "simple" => Style::Simple,
        "simple_explode" => Style::SimpleExplode,
        "label" => Style::Label,
        "label_explode" => Style::LabelExplode,
        "matrix" => Style::Matrix,
        "matrix_explode" => Style::MatrixExplode,
        "json" => Style::Json,
        _ => return None,
    })
}

fn body(said: &'static str) -> Option<BodyEncoding> {
    Some(match said.split_once(' ').unwrap_or((said, "")) {
        ("json", "") => BodyEncoding::Json,
        ("json", content_type) => BodyEncoding::JsonAs(content_type),
        ("form", "") => BodyEncoding::Form,
        ("multipart", "") => BodyEncoding::Multipart,
        ("xml", root) => BodyEncoding::Xml(root),
        ("raw", content_type) => BodyEncoding::Raw(content_type),
        ("graphql", document) => BodyEncoding::Graphql(document),
        _ => return None,
    })
}

fn retry(said: &'static str) -> Option<RetryClass> {
    Some(match said.split_once(' ').unwrap_or((said, "")) {
        ("safe", "") => RetryClass::Safe,
        ("idempotent", "") => RetryClass::Idempotent,
        ("key", header) => RetryClass::Key(header),
        ("never", "") => RetryClass::Never,
        _ => return None,
    })
}

/// The members of a table of which there may be several, a clause each.
#[derive(Default)]
struct Lists {
    constants: Vec<Constant>,
    answers: Vec<Answer>,
    failures: Vec<Failure>,
    limits: Vec<Limit>,
    examples: Vec<ExampleTable>,
    steps: Vec<StepTable>,
}

impl Lists {
    fn clause(&mut self, table: &mut OperationTable, word: &str, said: &Said) -> Option<()> {
        match word {
            "constant" => self.constants.push(said.constant()?),
            "answer" => self.answers.push(said.answer()?),
            "fails" => self.failures.push(said.failure()?),
            "limit" => self.limits.push(said.limit()?),
            "cost" => table.cost = Cost { points: said.number("points")?, header: said.maybe("header") },
            "example" => self.examples.push(said.example()?),
            "step" => self.steps.push(said.step()?),
            "page" => table.page = Some(keep(said.page()?)),
            "parts" => table.parts = Some(keep(said.parts()?)),
            "life" => table.life = Some(keep(said.life()?)),
            "gives" => table.gives = said.path()?,
            "poll" => table.poll = Some(keep(said.poll()?)),
            "webhook" => table.webhook = Some(keep(said.webhook()?)),
            _ => return None,
        }
        Some(())
    }

    fn into_table(self, table: &mut OperationTable) {
        table.constants = leak(self.constants);
        table.answers = leak(self.answers);
        table.failures = leak(self.failures);
        table.limits = leak(self.limits);
        table.examples = leak(self.examples);
        table.steps = leak(self.steps);
    }
}

/// JSON that stands in a clause, and the shapes that it speaks of.
struct Said {
    json: Value,
    shapes: &'static [Link],
}

impl Said {
    fn of(text: &str, shapes: &'static [Link]) -> Option<Self> {
        Some(Self { json: serde_json::from_str(text).ok()?, shapes })
    }

    /// What stands in a member; null where there is none.
    fn get(&self, name: &str) -> Said {
        self.with(self.json.get(name).cloned().unwrap_or_default())
    }

    fn with(&self, json: Value) -> Said {
        Said { json, shapes: self.shapes }
    }

    /// The text, which may be left out.
    fn text(&self, name: &str) -> &'static str {
        self.maybe(name).unwrap_or_default()
    }

    fn maybe(&self, name: &str) -> Option<&'static str> {
        self.get(name).own_text()
    }

    fn own_text(&self) -> Option<&'static str> {
        self.json.as_str().map(keep_text)
    }

    fn number<T: TryFrom<u64>>(&self, name: &str) -> Option<T> {
        T::try_from(self.json.get(name)?.as_u64()?).ok()
    }

    /// Whether a member is there and true.
    fn flag(&self, name: &str) -> bool {
        self.json.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// What is made of a member that may be left out; none when it is there and nothing can be made of it.
    fn there<T>(&self, name: &str, make: impl FnOnce(&Said) -> Option<T>) -> Option<Option<T>> {
        let member = self.get(name);
        if member.json.is_null() { Some(None) } else { make(&member).map(Some) }
    }

    fn items(&self, name: &str) -> Vec<Said> {
        let items = self.json.get(name).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| self.with(item.clone())).collect()
    }

    /// A list of texts, which may be left out.
    fn texts(&self, name: &str) -> &'static [&'static str] {
        leak(self.items(name).iter().filter_map(Said::own_text).collect())
    }

    /// Pairs of texts, such as headers.
    fn pairs(&self, name: &str) -> &'static [(&'static str, &'static str)] {
        leak(self.items(name).iter().filter_map(Said::pair).collect())
    }

    fn pair(&self) -> Option<(&'static str, &'static str)> {
        let [one, two] = self.json.as_array()?.as_slice() else { return None };
        Some((keep_text(one.as_str()?), keep_text(two.as_str()?)))
    }

    /// A shape by its number; that of nothing where there is none.
    fn shape(&self) -> Option<Link> {
        match self.json.get("shape") {
            None => Some(<() as Shaped>::LINK),
            Some(number) => self.shapes.get(usize::try_from(number.as_u64()?).ok()?).copied(),
        }
    }

    fn statuses(&self) -> Option<Statuses> {
        let [from, to] = self.json.as_array()?.as_slice() else { return None };
        Some(Statuses(u16::try_from(from.as_u64()?).ok()?, u16::try_from(to.as_u64()?).ok()?))
    }

    fn constant(&self) -> Option<Constant> {
        let place = match self.text("in") {
            "query" => ConstantPlace::Query,
            "header" => ConstantPlace::Header,
            "cookie" => ConstantPlace::Cookie,
            "body" => ConstantPlace::Body,
            _ => return None,
        };
        Some(Constant { place, name: self.text("name"), value: self.text("value") })
    }

    fn answer(&self) -> Option<Answer> {
        let decoding = match self.text("as") {
            "" => Decoding::Nothing,
            "json" => Decoding::Json,
            "xml" => Decoding::Xml,
            "text" => Decoding::Text(self.text("type")),
            "stream" => Decoding::Stream,
            "events" => Decoding::Items(keep(self.items_come(Framing::Events))),
            "lines" => Decoding::Items(keep(self.items_come(Framing::Lines))),
            "headers" => Decoding::Headers,
            _ => return None,
        };
        let on = self.get("on");
        let statuses = if on.json.is_null() { Answer::EMPTY.statuses } else { on.statuses()? };
        Some(Answer { statuses, decoding, shape: self.shape()?, at: self.texts("at"), variant: self.number("variant") })
    }

    fn items_come(&self, framing: Framing) -> ItemStream {
        ItemStream { framing, named: self.flag("named"), end: self.maybe("end"), resume: self.flag("resume") }
    }

    fn failure(&self) -> Option<Failure> {
        let when = self.get("when");
        let condition = || Condition { path: when.texts("path"), equals: when.maybe("equals") };
        Some(Failure {
            statuses: leak(self.items("on").iter().map(Said::statuses).collect::<Option<_>>()?),
            when: when.json.is_object().then(condition),
            shape: self.shape()?,
            at: self.texts("at"),
            code: self.texts("code"),
            message: self.texts("message"),
        })
    }

    fn limit(&self) -> Option<Limit> {
        if let Some(most) = self.number("concurrent") {
            return Some(Limit::Concurrent(most));
        }
        if let Some(count) = self.number("count") {
            return Some(Limit::Window { count, millis: self.number("millis")?, moving: self.flag("moving"), points: self.flag("points") });
        }
        let kind = match self.text("kind") {
            "epoch" => Reset::Epoch,
            "delta" => Reset::Delta,
            "date" => Reset::Date,
            _ => return None,
        };
        Some(Limit::Headers { remaining: self.text("remaining"), reset: self.text("reset"), kind, points: self.flag("points") })
    }

    fn life(&self) -> Option<Life> {
        let why = self.text("why");
        Some(Life { since: self.maybe("since"), sunset: self.maybe("sunset"), successor: self.maybe("successor"), why })
    }

    fn page(&self) -> Option<Page> {
        let items = Items { at: self.texts("at"), shape: self.shape()? };
        Some(Page { items, strategy: self.strategy()?, stop: self.stop()?, cap: self.number("cap")? })
    }

    fn parts(&self) -> Option<Parts> {
        let by = match self.text("by") {
            "content_range" => PartsBy::ContentRange,
            "tus" => PartsBy::Tus,
            _ => return None,
        };
        Some(Parts { by, size: self.number("size")?, multiple: self.number("multiple").unwrap_or(1), next: self.texts("next") })
    }

    fn strategy(&self) -> Option<Strategy> {
        Some(match self.text("by") {
            "offset" => Strategy::Offset { advance: self.number("advance")?, size: self.number("size") },
            "number" => {
                let start = self.json.get("start")?.as_i64()?;
                Strategy::Number { advance: self.number("advance")?, size: self.number("size"), start }
            }
            "cursor" => Strategy::Cursor { send: self.number("send")?, read: self.texts("read") },
            "link" => Strategy::LinkHeader { header: self.text("header") },
            "next_url" => Strategy::NextUrl { read: self.texts("read") },
            "keyset" => Strategy::Keyset { send: self.number("send")?, key: self.text("key") },
            _ => return None,
        })
    }

    fn stop(&self) -> Option<Stop> {
        Some(match self.text("stop") {
            "absent" => Stop::Absent,
            "empty" => Stop::Empty,
            "short" => Stop::Short,
            "more" => Stop::More(self.texts("told")),
            "total" => Stop::Total(self.texts("told")),
            _ => return None,
        })
    }

    fn example(&self) -> Option<ExampleTable> {
        let fails = self.get("fails");
        Some(ExampleTable {
            title: self.text("title"),
            given: self.text("given"),
            connection: self.get("connection").pair(),
            exchanges: leak(self.items("exchanges").iter().map(Said::exchange).collect::<Option<_>>()?),
            output: self.text("output"),
            fails: fails.maybe("kind").map(|kind| (kind, fails.maybe("code"))),
        })
    }

    fn exchange(&self) -> Option<ExampleExchange> {
        Some(ExampleExchange {
            sends: self.get("sends").pair().unwrap_or_default(),
            request_headers: self.pairs("request_headers"),
            request_body: self.text("request_body"),
            status: self.number("status")?,
            headers: self.pairs("headers"),
            body: self.text("body"),
        })
    }

    fn step(&self) -> Option<StepTable> {
        let inputs = leak(self.items("inputs").iter().map(Said::member).collect::<Option<_>>()?);
        let wait = self.there("wait", wait::wait)?;
        Some(StepTable { name: self.text("name"), inputs, wait, ..StepTable::of(super::declared(self.shape()?)?) })
    }

    fn member(&self) -> Option<(&'static str, StepValue)> {
        let [name, value] = self.json.as_array()?.as_slice() else { return None };
        Some((keep_text(name.as_str()?), self.with(value.clone()).value()?))
    }

    fn value(&self) -> Option<StepValue> {
        let (kind, _) = self.json.as_object()?.iter().next()?;
        Some(match kind.as_str() {
            "json" => StepValue::Json(self.text("json")),
            "list" => StepValue::List(leak(self.items("list").iter().map(Said::value).collect::<Option<_>>()?)),
            "object" => StepValue::Object(leak(self.items("object").iter().map(Said::member).collect::<Option<_>>()?)),
            "from" => StepValue::From(self.get("from").path()?),
            _ => return None,
        })
    }

    fn path(&self) -> Option<StepPath> {
        let source = match self.maybe("input") {
            Some(name) => StepSource::Input(name),
            None if self.flag("endpoint") => StepSource::Endpoint,
            None => StepSource::Output(self.number::<u64>("output").and_then(|index| usize::try_from(index).ok())?),
        };
        let part = match self.text("part") {
            "" => None,
            "length" => Some(FilePart::Length),
            "name" => Some(FilePart::Name),
            "type" => Some(FilePart::Type),
            _ => return None,
        };
        Some(StepPath { source, members: self.texts("members"), part })
    }
}

fn leak<T>(list: Vec<T>) -> &'static [T] {
    if list.is_empty() { &[] } else { Box::leak(list.into_boxed_slice()) }
}

fn keep<T>(one: T) -> &'static T {
    Box::leak(Box::new(one))
}

fn keep_text(text: &str) -> &'static str {
    Box::leak(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Result<OperationTable, &'static str> {
        const SHAPES: &[Link] = &[<String as Shaped>::LINK, <i64 as Shaped>::LINK];
        table(text, SHAPES, <() as Shaped>::LINK)
    }

    #[test]
    fn clauses_become_a_table() {
        let table = read(concat!(
            "name a.b\u{1e}title A, b\u{1e}kind search\u{1e}sends GET /a/{0}\u{1e}in path query.deep body\u{1e}retry key X-Key\u{1e}only one two\u{1e}",
            "answer {\"as\":\"json\",\"shape\":1,\"on\":[201,202],\"variant\":1}\u{1e}answer {}\u{1e}",
            "page {\"by\":\"offset\",\"advance\":2,\"at\":[\"data\"],\"shape\":0,\"stop\":\"more\",\"told\":[\"more\"],\"cap\":7}\u{1e}",
            "fails {\"on\":[[404,404]],\"when\":{\"path\":[\"ok\"],\"equals\":\"false\"},\"shape\":0,\"code\":[\"error\"]}\u{1e}"
        ))
        .expect("all of it is known");
        assert_eq!((table.name, table.title, table.method, table.path), ("a.b", "A, b", "GET", "/a/{0}"));
        assert_eq!(table.places, [Place::Path(Style::Simple), Place::Query(Style::Deep), Place::Body]);
        assert_eq!((table.kind, table.retry), (ModuleKind::Search, RetryClass::Key("X-Key")));
        assert_eq!((table.revision, table.connections), (1, ["one", "two"].as_slice()));
        let [first, second] = table.answers else { panic!("there are two answers") };
        assert_eq!((first.statuses, first.decoding, first.variant, first.shape.name), (Statuses(201, 202), Decoding::Json, Some(1), "int"));
        assert_eq!((second.statuses, second.decoding, second.shape.name), (Statuses(200, 299), Decoding::Nothing, "nothing"));
        let page = table.page.expect("it pages");
        assert_eq!((page.strategy, page.stop, page.cap), (Strategy::Offset { advance: 2, size: None }, Stop::More(&["more"]), 7));
        let [failure] = table.failures else { panic!("there is one") };
        assert_eq!(failure.when, Some(Condition { path: &["ok"], equals: Some("false") }));
        assert_eq!((failure.statuses, failure.code, table.output.name), ([Statuses(404, 404)].as_slice(), ["error"].as_slice(), "string"));
    }

    #[test]
    fn what_is_not_known_is_told() {
        for wrong in ["answer {\"as\":\"json\",\"shape\":2}", "answer {", "in path nowhere", "sends GET", "step {\"shape\":0}", "whatever"]
        {
            assert_eq!(read(wrong).err(), Some(wrong));
        }
    }
}
