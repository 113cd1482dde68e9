//! Names out of other names: words of what a document calls something, put together as the language spells them. Whether a name is free
//! is `names`'s.

/// The words of a name: split at whatever is no letter or digit, and where a word in a case of its own begins. `userIDs` is `user`, `IDs`.
pub(super) fn words(name: &str) -> Vec<String> {
    // One word, whatever its case says.
    let name = name.replace("OAuth", "Oauth").replace("GitHub", "Github");
    let letters: Vec<char> = name.chars().flat_map(folded).collect();
    let mut words: Vec<String> = vec![String::new()];
    for (index, letter) in letters.iter().copied().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        if !letter.is_ascii_alphanumeric() || (letter.is_ascii_uppercase() && begins(&letters, index, before)) {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            words.last_mut().expect("never empty").push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Does a capital begin a word? Not inside of an acronym, and not before the plural of one.
fn begins(letters: &[char], index: usize, before: Option<char>) -> bool {
    let next = letters.get(index + 1).copied().unwrap_or(' ');
    let behind = letters.get(index + 2).copied().unwrap_or(' ');
    let plural = next == 's' && !behind.is_ascii_lowercase();
    match before {
        Some(before) if before.is_ascii_lowercase() || before.is_ascii_digit() => true,
        Some(before) if before.is_ascii_uppercase() => next.is_ascii_lowercase() && !plural,
        _ => false,
    }
}

/// A letter without its accents; signs that mean something, in words.
fn folded(letter: char) -> Vec<char> {
    const PLAIN: [(&str, char); 13] = [
        ("àáâãäåāăą", 'a'),
        ("çćĉċč", 'c'),
        ("ďđð", 'd'),
        ("èéêëēĕėęě", 'e'),
        ("ìíîïĩīĭįı", 'i'),
        ("ñńņňŉ", 'n'),
        ("òóôõöøōŏő", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšș", 's'),
        ("ţťŧț", 't'),
        ("ùúûüũūŭůűų", 'u'),
        ("ýÿŷ", 'y'),
        ("źżž", 'z'),
    ];
    if letter.is_ascii() {
        return vec![letter];
    }
    let lower: char = letter.to_lowercase().next().unwrap_or(letter);
    match lower {
        'æ' => return vec!['a', 'e'],
        'œ' => return vec!['o', 'e'],
        'ß' => return vec!['s', 's'],
        'ł' => return vec!['l'],
        _ => {}
    }
    let plain = PLAIN.iter().find(|(letters, _)| letters.contains(lower)).map_or(' ', |(_, plain)| *plain);
    vec![if letter.is_uppercase() { plain.to_ascii_uppercase() } else { plain }]
}

/// `planned_start`; `instead` where nothing is left, and a name that starts with a digit gets a word before it.
pub(super) fn snake(name: &str, instead: &str) -> String {
    let signed = match name.chars().next() {
        Some('+') => format!("plus {}", &name[1..]),
        Some('-') if name[1..].starts_with(|c: char| c.is_ascii_digit()) => format!("minus {}", &name[1..]),
        Some('<') => format!("less {}", &name[1..]),
        Some('>') => format!("more {}", &name[1..]),
        Some('!') => format!("not {}", &name[1..]),
        _ => name.to_owned(),
    };
    let spelled = words(&signed).iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>().join("_");
    if spelled.is_empty() {
        return instead.to_owned();
    }
    if spelled.starts_with(|c: char| c.is_ascii_digit()) { format!("{instead}_{spelled}") } else { spelled }
}

/// `PlannedStart`; a name that is spelled so already stays as it is.
pub(super) fn pascal(name: &str) -> String {
    let is_pascal = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.chars().any(|c| c.is_ascii_lowercase());
    if is_pascal {
        return name.to_owned();
    }
    let spelled: String = words(name).iter().map(|word| capitalised(&word.to_ascii_lowercase())).collect();
    if spelled.starts_with(|c: char| c.is_ascii_digit()) { format!("T{spelled}") } else { spelled }
}

pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `list_for_org` as `List for org`.
pub(super) fn title(name: &str) -> String {
    const OWN: [(&str, &str); 9] = [
        ("api", "API"),
        ("oauth", "OAuth"),
        ("oauth2", "OAuth 2.0"),
        ("jwt", "JWT"),
        ("id", "ID"),
        ("url", "URL"),
        ("http", "HTTP"),
        ("sso", "SSO"),
        ("pat", "PAT"),
    ];
    let own = |word: &str| OWN.iter().find(|(plain, _)| *plain == word).map_or_else(|| word.to_owned(), |(_, own)| (*own).to_owned());
    capitalised(&name.split('_').map(own).collect::<Vec<_>>().join(" "))
}

/// One of many: `companies` is `company`. What looks like no plural stays.
pub(super) fn singular(word: &str) -> String {
    const SAME: [&str; 10] = ["status", "address", "news", "series", "species", "access", "analysis", "basis", "process", "business"];
    let lower = word.to_ascii_lowercase();
    if SAME.iter().any(|same| lower.ends_with(same)) {
        return word.to_owned();
    }
    if lower.len() > 4 && lower.ends_with("ies") {
        return format!("{}y", &word[..word.len() - 3]);
    }
    if ["sses", "xes", "ches", "shes", "uses", "zzes"].iter().any(|end| lower.ends_with(end)) && !lower.ends_with("causes") {
        return word[..word.len() - 2].to_owned();
    }
    if lower.len() > 2 && lower.ends_with('s') && !lower.ends_with("ss") && !lower.ends_with("us") && !lower.ends_with("is") {
        return word[..word.len() - 1].to_owned();
    }
    word.to_owned()
}

/// Many of one: `company` is `companies`. What stands for many already stays.
pub(super) fn plural(word: &str) -> String {
    let vowel = |end: char| "aeiou".contains(end);
    if is_plural(word) || ["data", "info", "people", "children", "media"].iter().any(|many| word.ends_with(many)) {
        return word.to_owned();
    }
    match word.strip_suffix('y').filter(|stem| !stem.ends_with(vowel)) {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "x", "ch", "sh"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// Does a word stand for many?
pub(super) fn is_plural(word: &str) -> bool {
    singular(word) != word
}

#[cfg(test)]
mod tests {
    use super::{pascal, singular, snake, words};

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("userIDs"), ["user", "IDs"]);
        assert_eq!(words("HTMLUrl-of_x5t"), ["HTML", "Url", "of", "x5t"]);
        assert_eq!(words("oauth2Token"), ["oauth2", "Token"]);
        assert_eq!(words("@odata.nextLink"), ["odata", "next", "Link"]);
        assert_eq!(words("OAuth2Security"), ["Oauth2", "Security"]);
        assert_eq!(words("Žluťoučký"), ["Zlutoucky"]);
    }

    #[test]
    fn names_are_spelled_as_the_language_has_them() {
        assert_eq!(snake("createdAt", "field"), "created_at");
        assert_eq!(snake("+1", "field"), "plus_1");
        assert_eq!(snake("-1", "value"), "minus_1");
        assert_eq!(snake("200", "value"), "value_200");
        assert_eq!(snake("***", "field"), "field");
        assert_eq!(pascal("APIKey"), "APIKey");
        assert_eq!(pascal("simple-user"), "SimpleUser");
        assert_eq!(pascal("2fa"), "T2fa");
    }

    #[test]
    fn one_is_told_from_many() {
        let singulars = ["companies", "boxes", "status", "addresses", "pets", "news", "class", "branches", "series"].map(singular);
        assert_eq!(singulars, ["company", "box", "status", "address", "pet", "news", "class", "branch", "series"]);
    }
}
