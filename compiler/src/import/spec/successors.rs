//! What takes the place of something deprecated, where the words about it name what stands beside it: "use `tags` instead".

use super::plan::{Field, Held, Spec, TypeKind};

/// What comes before the name of a successor.
const BEFORE: [&str; 7] = ["in favor of", "in favour of", "replaced by", "replaced with", "superseded by", "please use", "use"];
/// Words between those and the name.
const BETWEEN: [&str; 8] = ["the", "a", "new", "field", "parameter", "attribute", "property", "only"];

/// Names the successors of fields and inputs.
pub(super) fn told(spec: &mut Spec) {
    for item in &mut spec.types {
        if let TypeKind::Struct(fields) = &mut item.kind {
            within(&mut fields.iter_mut().collect::<Vec<_>>());
        }
    }
    for module in &mut spec.modules {
        within(&mut module.inputs_mut().collect::<Vec<_>>());
        // A body that is one value has no name beside the inputs that a caller would know.
        if let Some(Held::Whole(field)) = module.body.as_mut().map(|body| &mut body.held)
            && let Some(life) = &mut field.life
        {
            life.successor = None;
        }
    }
}

fn within(fields: &mut [&mut Field]) {
    let offered: Vec<(String, String)> =
        fields.iter().filter(|field| field.life.is_none() && !field.rest).map(|field| (field.wire.clone(), field.name.clone())).collect();
    for life in fields.iter_mut().filter_map(|field| field.life.as_mut()) {
        life.successor = named(&life.why).and_then(|wire| offered.iter().find(|(known, _)| *known == wire)).map(|(_, name)| name.clone());
    }
}

/// The name that a reason gives as what to use.
fn named(why: &str) -> Option<String> {
    let words: Vec<&str> = why.split_whitespace().collect();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && !"_[]".contains(c)).to_owned();
    let spoken: Vec<String> = words.iter().map(|word| plain(word).to_lowercase()).collect();
    let behind = (0..words.len()).find_map(|start| {
        let phrases = BEFORE.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
        let mut fitting =
            phrases.filter(|phrase| spoken[start..].iter().zip(phrase).filter(|(one, other)| one == *other).count() == phrase.len());
        fitting.next().map(|phrase| start + phrase.len())
    })?;
    let name = (behind..words.len()).find(|index| !BETWEEN.contains(&spoken[*index].as_str()))?;
    Some(plain(words[name])).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_reason_names_what_to_use() {
        let found = |why| named(why);
        assert_eq!(found("Deprecated in favor of the activity_type parameter.").as_deref(), Some("activity_type"));
        assert_eq!(found("Use `tags` instead.").as_deref(), Some("tags"));
        assert_eq!(found("Replaced by the new `company[]`.").as_deref(), Some("company[]"));
        assert_eq!(found("No longer read."), None);
    }
}
