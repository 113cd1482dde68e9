//! How a search of a description pages, concluded from names that are in common use. Without two signs nothing is concluded.

use crate::change::surface::{InputPlace, Operation, Page, Surface};

/// Names of inputs by strategy, in lower case without separators.
const INPUTS: [(&str, &[&str]); 3] = [
    (
        "cursor",
        &[
            "cursor",
            "pagetoken",
            "nextpagetoken",
            "startingafter",
            "endingbefore",
            "after",
            "continuationtoken",
            "nextcursor",
            "skiptoken",
            "pagecursor",
        ],
    ),
    ("offset", &["offset", "startat", "skip", "start", "first", "$skip", "startindex"]),
    ("number", &["page", "pagenumber", "pageindex", "pageno"]),
];
const SIZES: &[&str] = &["limit", "perpage", "pagesize", "maxresults", "count", "top", "$top", "size", "first", "max"];
const CURSORS: &[&str] =
    &["nextpagetoken", "nextcursor", "cursor", "next", "continuationtoken", "nexttoken", "endcursor", "hasmore", "pagetoken"];
const TOTALS: &[&str] = &["total", "totalcount", "totalresults", "totalitems", "count", "totalsize"];

/// How an operation pages, if it does.
pub(super) fn page(surface: &Surface, operation: &Operation) -> Option<Page> {
    let queries = || operation.inputs.iter().filter(|input| input.place == InputPlace::Query);
    let named = |names: &[&str]| queries().find(|input| names.contains(&plain(&input.name).as_str()));
    let size = named(SIZES);
    let answer = operation.answers.iter().find(|answer| answer.is_success())?;
    let what = answer.content.first().and_then(|content| content.what.as_ref());
    let members: Vec<(String, bool)> = what.map_or_else(Vec::new, |what| {
        let fields = surface.all_fields(what.shape).into_iter();
        fields.map(|field| (field.name.clone(), surface.shape(field.what.shape).is_list())).collect()
    });
    let is_list = what.is_some_and(|what| surface.shape(what.shape).is_list()) || members.iter().any(|(_, list)| *list);
    if !is_list {
        return None;
    }
    let member =
        |names: &[&str]| members.iter().find(|(name, list)| !list && names.contains(&plain(name).as_str())).map(|(name, _)| name.clone());
    let (cursor, total) = (member(CURSORS), member(TOTALS));
    let link = answer.headers.iter().any(|header| header.name.eq_ignore_ascii_case("link"));
    for (scheme, names) in INPUTS {
        let Some(input) = named(names).filter(|input| size.is_none_or(|size| size.name != input.name) || scheme != "offset") else {
            continue;
        };
        let mut signs = vec![format!("query `{}`", input.name)];
        signs.extend(size.filter(|size| size.name != input.name).map(|size| format!("query `{}`", size.name)));
        signs.extend(cursor.iter().filter(|_| scheme == "cursor").map(|name| format!("answer's `{name}`")));
        signs.extend(total.iter().map(|name| format!("answer's `{name}`")));
        if signs.len() < 2 {
            continue;
        }
        let inputs = std::iter::once(input).chain(size).map(|input| input.name.clone()).collect();
        return Some(Page { scheme, inputs, total, signs, at: input.at });
    }
    let inputs = size.map(|size| size.name.clone()).into_iter().collect();
    link.then(|| Page { scheme: "link header", inputs, total, signs: vec!["header `Link`".into()], at: answer.at })
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric() || *letter == '$').flat_map(char::to_lowercase).collect()
}
