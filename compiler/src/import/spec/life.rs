//! What a document says of the end of something: `deprecated`, dates in extensions, and words in descriptions.

use super::plan::Life;
use crate::import::document::{self, Extensions};
use crate::import::node::Node;
use crate::import::schema::Schema;

/// Extensions that say since when, until when and why.
const SINCE: [&str; 6] =
    ["x-deprecated-since", "x-deprecated-at", "x-deprecation-date", "x-deprecated-on", "x-deprecatedSince", "x-deprecated-date"];
const SUNSET: [&str; 6] = ["x-sunset", "x-sunset-date", "x-removal-date", "x-removed-at", "x-end-of-life", "x-eol"];
const WHY: [&str; 6] = [
    "x-deprecated-reason",
    "x-deprecation-reason",
    "x-deprecatedMessage",
    "x-deprecated-message",
    "x-deprecation-message",
    "x-deprecated-description",
];

/// What is said where nothing tells.
const UNTOLD: &str = "the API's description names no successor";
const LONGEST: usize = 240;

/// Does an extension of this name say that something ends?
pub(super) fn is_sign(name: &str) -> bool {
    SINCE.contains(&name) || SUNSET.contains(&name) || WHY.contains(&name) || name == "x-deprecated"
}

/// The life of a schema.
pub(super) fn of(schema: &Schema<'_>) -> Option<Life> {
    told(&schema.life, &schema.extensions, schema.description)
}

/// The life of anything, from its own words.
pub(super) fn told(life: &document::Life<'_>, extensions: &Extensions<'_>, description: &str) -> Option<Life> {
    let find = |names: &[&str]| extensions.iter().find(|(name, _)| names.contains(name)).map(|(_, node)| *node);
    let marked = find(&["x-deprecated"]);
    let signs = extensions.iter().any(|(name, node)| is_sign(name) && node.bool() != Some(false));
    if !life.deprecated && life.sunset.is_none() && !signs {
        return None;
    }
    let of_object = |names: &[&str]| marked.and_then(|node| names.iter().find_map(|name| node.get(name)));
    let since = find(&SINCE).or_else(|| of_object(&["date", "since", "deprecation-date", "deprecationDate"])).and_then(Node::plain);
    let sunset =
        life.sunset.or_else(|| find(&SUNSET).or_else(|| of_object(&["sunset", "removal-date", "removalDate"])).and_then(Node::plain));
    let why = find(&WHY).or_else(|| of_object(&["description", "reason", "message"])).and_then(Node::text);
    let (since, mut sunset) = (since.and_then(date), sunset.and_then(date));
    if since.as_ref().zip(sunset.as_ref()).is_some_and(|(since, sunset)| sunset < since) {
        sunset = None;
    }
    let why = why.map(str::to_owned).filter(|why| !why.trim().is_empty()).or_else(|| sentence(description));
    Some(Life { since, sunset, why: one_line(&why.unwrap_or_else(|| UNTOLD.to_owned())), successor: None })
}

/// `2026-05-08` with or without a time behind it.
fn date(text: &str) -> Option<String> {
    let (day, rest) = text.split_at_checked(10)?;
    let numbers: Vec<u32> = day.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, number] = numbers[..] else { return None };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let fits = (1..=12).contains(&month) && (1..=days).contains(&number) && (rest.is_empty() || rest.starts_with(['T', 't', ' ']));
    fits.then(|| format!("{year:04}-{month:02}-{number:02}"))
}

/// The sentence of a description that speaks of the end.
fn sentence(description: &str) -> Option<String> {
    let words = ["deprecat", "instead", "no longer", "obsolete", "replaced by", "will be removed", "sunset", "closing down"];
    let sentences = description.split_inclusive(['\n', '.', '!']).fold(Vec::<String>::new(), |mut all, part| {
        // A dot inside of a word ends nothing.
        match all.last_mut().filter(|last| !last.ends_with('\n') && !part.starts_with([' ', '\n'])) {
            Some(last) => last.push_str(part),
            None => all.push(part.to_owned()),
        }
        all
    });
    let found =
        sentences.into_iter().map(|one| one.trim().to_owned()).find(|one| words.iter().any(|word| one.to_lowercase().contains(word)))?;
    let bare = found.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    (!["deprecated", "deprecation notice", "deprecation", "this is deprecated"].contains(&bare.as_str())).then_some(found)
}

pub(super) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
}
