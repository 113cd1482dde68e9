//! How a list is paged, by evidence: the inputs that an operation takes, the members of its answer, headers and extensions.
//! Without two signs it is not paged.

use super::maker::Maker;
use super::plan::{Answer, Bounds, Field, Held, Module, ModuleKind, Type, What};
use crate::import::document::Operation;
use crate::import::node::Node;

const CURSORS: [&str; 19] = [
    "cursor",
    "pagetoken",
    "nextpagetoken",
    "nexttoken",
    "startingafter",
    "after",
    "continuationtoken",
    "continuation",
    "nextcursor",
    "skiptoken",
    "pagecursor",
    "continue",
    "starttoken",
    "marker",
    "bookmark",
    "token",
    "startcursor",
    "pagestate",
    "scrollid",
];
const OFFSETS: [&str; 10] =
    ["offset", "startat", "skip", "start", "first", "startindex", "startposition", "startitem", "resultsoffset", "startrow"];
const NUMBERS: [&str; 8] = ["page", "pagenumber", "pageindex", "pageno", "pagenum", "pnum", "currentpage", "pageoffset"];
const SIZES: [&str; 20] = [
    "limit",
    "perpage",
    "pagesize",
    "maxresults",
    "count",
    "top",
    "size",
    "max",
    "maxitems",
    "itemsperpage",
    "resultsperpage",
    "rows",
    "take",
    "pagelimit",
    "maxpagesize",
    "numresults",
    "results",
    "maxrecords",
    "recordsperpage",
    "first",
];
const NEXT_CURSORS: [&str; 12] = [
    "nextpagetoken",
    "nextcursor",
    "nexttoken",
    "continuationtoken",
    "endcursor",
    "cursor",
    "nextpage",
    "next",
    "continue",
    "nextmarker",
    "bookmark",
    "scrollid",
];
const NEXT_URLS: [&str; 9] =
    ["odatanextlink", "nextlink", "nexturl", "nextpageurl", "nexthref", "nextpagelink", "next", "nextpageuri", "nexturi"];
const MORE: [&str; 6] = ["hasmore", "hasnextpage", "more", "hasnext", "ismore", "moreresults"];
const TOTALS: [&str; 10] =
    ["total", "totalcount", "totalresults", "totalitems", "totalsize", "totalrecords", "count", "totalelements", "numfound", "itemcount"];
const ENVELOPES: [&str; 17] = [
    "meta",
    "metadata",
    "paging",
    "pagination",
    "page",
    "pageinfo",
    "links",
    "cursors",
    "responsemetadata",
    "pages",
    "info",
    "cursor",
    "next",
    "pager",
    "listmeta",
    "paginginfo",
    "summary",
];
const ITEMS: [&str; 9] = ["data", "items", "results", "value", "values", "records", "entries", "content", "list"];

/// A member of an answer: its path as the spec names it, and its type.
struct Member<'m> {
    path: String,
    name: String,
    what: &'m What,
}

impl<'n> Maker<'_, 'n> {
    /// Makes a module a search where it answers with a list, and says how that is paged.
    pub(super) fn page(&mut self, operation: &Operation<'n>, module: &mut Module) {
        let [Answer { what: Some(what), encoding: None, .. }] = &module.answers[..] else { return };
        let listed = matches!(what.ty, Type::List(..)) && !what.nullable;
        const READING: [&str; 4] = ["search", "query", "list", "find"];
        let asks = |word: &str| READING.contains(&word);
        let named = module.name.split('_').any(asks) || module.path.rsplit('/').next().is_some_and(|last| asks(&last.to_lowercase()));
        let reads = operation.method == "GET" || operation.method == "POST" && named;
        if !reads || what.nullable {
            return;
        }
        let mut narrowed: Vec<String> = Vec::new();
        let found = self.paged(operation, module, what, &mut narrowed);
        if operation.method == "GET" && listed || found.is_some() {
            module.kind = ModuleKind::Search;
        }
        let Some(page) = found else { return };
        for name in narrowed {
            if let Some(field) = inputs_mut(module).find(|field| field.name == name)
                && let Type::Scalar(kind, bounds) = &field.what.ty
                && *kind != "int"
            {
                // The bounds of a text are those of its length.
                let whole = |end: &Option<String>| end.clone().filter(|end| *kind != "string" && end.parse::<i64>().is_ok());
                let bounds = Bounds { min: whole(&bounds.min), max: whole(&bounds.max), ..Bounds::default() };
                field.what.ty = Type::Scalar("int", bounds);
                field.default =
                    field.default.as_deref().map(|text| text.trim_matches('"')).and_then(super::literals::whole).or_else(|| {
                        field.optional |= field.default.is_some();
                        None
                    });
            }
        }
        let counts = page.starts_with("offset") || page.starts_with("number");
        let sorted =
            inputs(module).any(|(field, _)| field.default.is_some() && ["sort", "order"].iter().any(|word| field.name.contains(word)));
        if counts && !sorted {
            module.order = Some("none \"the API's description does not say how items are sorted\"".to_owned());
        }
        module.page = Some(page);
    }

    fn paged(&self, operation: &Operation<'n>, module: &Module, what: &What, narrowed: &mut Vec<String>) -> Option<String> {
        let members = self.answer_members(&what.ty);
        let listed = matches!(what.ty, Type::List(..));
        let pageable = operation.extensions.iter().find(|(name, _)| *name == "x-ms-pageable").map(|(_, node)| *node);
        let items = if listed { None } else { Some(self.items(&members, pageable)?) };
        let items_clause = items.map(|member| format!("  items {}", member.path)).unwrap_or_default();
        let input_of = |names: &[&str]| names.iter().find_map(|wanted| inputs(module).find(|(field, _)| plain(&field.wire) == *wanted));
        let input = |names: &[&str]| input_of(names).map(|(field, _)| field);
        let counting =
            |names: &[&str]| input_of(names).filter(|(field, typed)| number(field) || !typed && counts(field)).map(|(field, _)| field);
        let member = |names: &[&str], fits: &dyn Fn(&What) -> bool| {
            names.iter().find_map(|wanted| members.iter().find(|member| plain(&member.name) == *wanted && fits(member.what)))
        };
        let is_text = |what: &What| matches!(what.ty, Type::Scalar("string" | "url" | "uuid" | "int" | "json", _));
        let is_count = |what: &What| matches!(what.ty, Type::Scalar("int", _));
        let is_flag = |what: &What| matches!(what.ty, Type::Scalar("bool", _));
        // Beside `page` it is `page_size` that counts, beside `offset` it is `limit`, where a list can be asked for in both ways.
        let of_pages: Vec<&str> = SIZES.into_iter().filter(|name| name.contains("page")).collect();
        let of_items: Vec<&str> = SIZES.into_iter().filter(|name| !name.contains("page")).collect();
        let sized = |best: &[&str]| if input(best).is_some() { counting(best) } else { counting(&SIZES) };
        let size = sized(&SIZES);
        let told = pageable.and_then(|node| node.get("nextLinkName")).and_then(Node::text).map(str::to_owned);
        let told_member = told.as_ref().and_then(|name| members.iter().find(|member| member.name == *name));
        let url = told_member.or_else(|| {
            member(&NEXT_URLS, &|what| matches!(what.ty, Type::Scalar("url" | "string", _))).filter(|found| is_next_url(found))
        });
        let cursor = input(&CURSORS).filter(|field| carries(field));
        if let Some(url) = url.filter(|_| cursor.is_none() || told.is_some()) {
            return Some(format!("next url {{ read {}{items_clause} }}", url.path));
        }
        if let Some(cursor) = cursor
            && let Some(next) = member(&NEXT_CURSORS, &is_text)
        {
            return Some(format!("cursor {{ send {}  read {}{items_clause} }}", cursor.name, next.path));
        }
        let more = member(&MORE, &is_flag);
        if let Some(cursor) = cursor.filter(|field| ["startingafter", "after"].contains(&plain(&field.wire).as_str()))
            && let Some(more) = more
            && let Some(key) = self.key_of(what, items)
        {
            return Some(format!("keyset {{ send {}  key {key}{items_clause}  stop more {} }}", cursor.name, more.path));
        }
        let link = operation.answers.iter().filter(|answer| answer.status.starts_with('2')).flat_map(|answer| &answer.headers);
        let link = link.map(|header| header.name).find(|name| name.eq_ignore_ascii_case("link"));
        let steps = if input(&NUMBERS).is_some() { counting(&NUMBERS) } else { counting(&OFFSETS) };
        if let Some(link) = link.filter(|_| listed && (steps.is_some() || size.is_some() || cursor.is_some())) {
            let _ = link;
            return Some("link header \"Link\"".to_owned());
        }
        let total = member(&TOTALS, &is_count);
        for (word, names, sizes) in [("number", &NUMBERS[..], &of_pages), ("offset", &OFFSETS[..], &of_items)] {
            let size = sized(sizes);
            let Some(advance) = counting(names).filter(|field| size.is_none_or(|size| size.name != field.name)) else {
                continue;
            };
            if size.is_none() && total.is_none() && more.is_none() {
                continue;
            }
            narrowed.push(advance.name.clone());
            narrowed.extend(size.map(|field| field.name.clone()));
            let sized = size.map(|field| format!("  size {}", field.name)).unwrap_or_default();
            let start =
                start(advance).filter(|start| word == "number" && *start != 1).map(|start| format!("  start {start}")).unwrap_or_default();
            let known = size.is_some_and(|field| field.default.is_some() || !field.optional);
            // A count beside the items is that of the page as often as that of all.
            let total = total.filter(|member| plain(&member.name) != "count");
            let stop = match (more, total) {
                (Some(more), _) => format!("more {}", more.path),
                (None, Some(total)) => format!("total {}", total.path),
                (None, None) if known => "short".to_owned(),
                (None, None) => "empty".to_owned(),
            };
            return Some(format!("{word} {{ advance {}{sized}{start}{items_clause}  stop {stop} }}", advance.name));
        }
        None
    }

    /// The members of an answer, and those of what is told about pages beside them.
    fn answer_members<'m>(&'m self, ty: &Type) -> Vec<Member<'m>> {
        let mut members = Vec::new();
        for field in self.struct_fields(ty).unwrap_or_default().iter().filter(|field| !field.rest) {
            members.push(Member { path: field.name.clone(), name: field.wire.clone(), what: &field.what });
        }
        let mut index = 0;
        while index < members.len() {
            let outer = &members[index];
            let depth = outer.path.matches('.').count();
            if depth < 2 && ENVELOPES.contains(&plain(&outer.name).as_str())
                || depth == 0 && ["data", "response", "result"].contains(&plain(&outer.name).as_str())
            {
                let (path, ty) = (outer.path.clone(), &outer.what.ty);
                for field in self.struct_fields(ty).unwrap_or_default().iter().filter(|field| !field.rest) {
                    members.push(Member { path: format!("{path}.{}", field.name), name: field.wire.clone(), what: &field.what });
                }
            }
            index += 1;
        }
        members
    }

    /// The list of an answer: the one with a usual name, otherwise the only one.
    fn items<'m>(&self, members: &'m [Member<'m>], pageable: Option<&Node>) -> Option<&'m Member<'m>> {
        let lists: Vec<&Member<'_>> = members.iter().filter(|member| matches!(member.what.ty, Type::List(..))).collect();
        let told = pageable.and_then(|node| node.get("itemName")).and_then(Node::text);
        if let Some(told) = told {
            return lists.iter().find(|member| member.name == told).copied();
        }
        let usual = ITEMS.iter().find_map(|wanted| lists.iter().find(|member| plain(&member.name) == *wanted));
        let objects: Vec<&&Member<'_>> = lists.iter().filter(|member| self.holds_objects(member.what)).collect();
        usual.copied().or(if let [only] = lists[..] { Some(only) } else { None }).or(if let [only] = objects[..] {
            Some(*only)
        } else {
            None
        })
    }

    fn holds_objects(&self, what: &What) -> bool {
        matches!(&what.ty, Type::List(item, _) if self.struct_fields(&item.ty).is_some())
    }

    /// The member of an item that is its key.
    fn key_of(&self, what: &What, items: Option<&Member<'_>>) -> Option<String> {
        let list = items.map_or(&what.ty, |member| &member.what.ty);
        let Type::List(item, _) = list else { return None };
        match self.struct_fields(&item.ty) {
            Some(fields) => fields.iter().find(|field| field.wire == "id").map(|field| field.name.clone()),
            // Items of several types have the key in common.
            None => Some("id".to_owned()),
        }
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What may carry a page: inputs of the query, and members of a body; with whether what they hold has a type on the wire, as in JSON.
fn inputs(module: &Module) -> impl Iterator<Item = (&Field, bool)> {
    let members = module.body.iter().filter_map(|body| match &body.held {
        Held::Members(fields) if body.encoding.is_empty() || body.encoding == "form" => Some((fields, body.encoding.is_empty())),
        _ => None,
    });
    let members = members.flat_map(|(fields, typed)| fields.iter().map(move |field| (field, typed)));
    module.query.iter().map(|field| (field, false)).chain(members)
}

fn inputs_mut(module: &mut Module) -> impl Iterator<Item = &mut Field> {
    let members = module.body.iter_mut().filter_map(|body| match &mut body.held {
        Held::Members(fields) => Some(fields),
        Held::Whole(_) => None,
    });
    module.query.iter_mut().chain(members.flatten())
}

/// A text of digits, by its default, its pattern or what is said of it: where the wire knows only text, it is a number.
fn counts(field: &Field) -> bool {
    let Type::Scalar("string", bounds) = &field.what.ty else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Of what a body need not hold, the default is said in words.
    let said = field.docs.lines().find_map(|line| line.strip_prefix("Unless given: `")?.strip_suffix("`."));
    let by_default = field.default.as_deref().or(said).is_some_and(|text| digits(text.trim_matches('"')));
    let by_pattern = bounds.pattern.as_deref().is_some_and(|pattern| {
        let plain = pattern.trim_start_matches('^').trim_end_matches('$').trim_end_matches(['+', '*']);
        ["[0-9]", "\\d", "[\\d]"].contains(&plain)
    });
    let docs = field.docs.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| docs.contains(words));
    // What an answer gave is handed back, whatever else is said of numbers.
    let given = says(&["token", "cursor", "opaque", "previous"]);
    by_default || by_pattern || !given && says(&["number of ", "how many", "page number", "index of"])
}

fn number(field: &Field) -> bool {
    matches!(field.what.ty, Type::Scalar("int" | "float", _))
}

fn carries(field: &Field) -> bool {
    matches!(field.what.ty, Type::Scalar("string" | "int" | "json" | "datetime" | "date" | "uuid" | "decimal", _))
}

/// A member called `next` holds an address where its type, its example or its neighbours say so.
fn is_next_url(member: &Member<'_>) -> bool {
    let name = plain(&member.name);
    let inside_links = member.path.split('.').any(|part| part.contains("link"));
    matches!(member.what.ty, Type::Scalar("url", _))
        || inside_links
        || (name != "next" && matches!(member.what.ty, Type::Scalar("string", _)))
}

/// The number of the first page, where the input tells.
fn start(field: &Field) -> Option<i64> {
    let default = field.default.as_ref().and_then(|text| text.parse().ok());
    let least = match &field.what.ty {
        Type::Scalar(_, bounds) => bounds.min.as_ref().and_then(|text| text.parse().ok()),
        _ => None,
    };
    default.or(least).filter(|start| (0..=1).contains(start))
}
