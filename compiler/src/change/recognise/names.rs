//! How alike two names or two texts are, in thousandths. Case, separators and plurals weigh nothing; whole words weigh by their length.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The words of a name: `nextPageToken` and `next_page_token` have the same.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last_lower = false;
    let mut open = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            open = false;
            last_lower = false;
            continue;
        }
        if !open || (letter.is_uppercase() && last_lower) {
            words.push(String::new());
            open = true;
        }
        last_lower = letter.is_lowercase() || letter.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// A word without its plural.
pub(crate) fn singular(word: &str) -> String {
    match word {
        _ if word.len() > 4 && word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if word.len() > 4 && ["ses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end)) => word[..word.len() - 2].to_owned(),
        _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    }
}

/// How alike two names are.
pub(crate) fn name_likeness(a: &str, b: &str) -> u32 {
    let (one, two) = (stems(a), stems(b));
    if one == two {
        return 1000;
    }
    if one.concat() == two.concat() {
        return 1000;
    }
    shared(&one, &two).max(spelling(&one.concat(), &two.concat()))
}

/// Do two names differ by a plural only?
pub(crate) fn plural_of(one: &str, many: &str) -> bool {
    let (a, b) = (words(one), words(many));
    a != b && stems(one) == stems(many) && a.last().is_some_and(|last| b.last().is_some_and(|other| other.len() > last.len()))
}

/// What two names have in common that differ in case, separators and plurals only.
pub(crate) fn stem(name: &str) -> String {
    stems(name).concat()
}

fn stems(name: &str) -> Vec<String> {
    words(name).iter().map(|word| singular(word)).collect()
}

/// The letters in words that both have, of all letters.
pub(crate) fn shared(a: &[String], b: &[String]) -> u32 {
    let total: usize = a.iter().chain(b).map(String::len).sum();
    let mut rest: Vec<&String> = b.iter().collect();
    let mut common = 0;
    for word in a {
        if let Some(at) = rest.iter().position(|other| *other == word) {
            common += rest.swap_remove(at).len();
        }
    }
    (common * 2 * 1000).checked_div(total).unwrap_or_default() as u32
}

/// The longest common beginning and end, of the longer name: spelled almost the same.
fn spelling(a: &str, b: &str) -> u32 {
    let longest = a.chars().count().max(b.chars().count());
    let front = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    let back = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count().min(shorter - front);
    let same = (front + back) * 1000 / longest.max(1);
    // Half the letters in common say nothing.
    if same < 700 { 0 } else { same as u32 }
}

/// Words as numbers in order, each with its length: what is compared with thousands of others is taken apart once.
pub(crate) struct Bag(Vec<u64>);

impl Bag {
    pub(crate) fn of(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let number = |word: &str| {
            let mut hasher = DefaultHasher::new();
            word.hash(&mut hasher);
            hasher.finish() << 8 | word.len().min(255) as u64
        };
        let mut numbers: Vec<u64> = words.into_iter().map(|word| number(word.as_ref())).collect();
        numbers.sort_unstable();
        Self(numbers)
    }

    /// The words of a text that are long enough to say something.
    pub(crate) fn of_text(text: &str) -> Self {
        Self::of(words(text).into_iter().filter(|word| word.len() > 3))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many words both have.
    pub(crate) fn common(&self, other: &Bag) -> usize {
        let mut count = 0;
        self.meet(other, |_| count += 1);
        count
    }

    /// The letters in words that both have, of all letters, in thousandths; none where one has no words.
    pub(crate) fn likeness(&self, other: &Bag) -> Option<u32> {
        let letters = |bag: &Bag| bag.0.iter().map(|number| number & 255).sum::<u64>();
        let mut common = 0;
        self.meet(other, |number| common += number & 255);
        let told = !self.0.is_empty() && !other.0.is_empty();
        told.then(|| (common * 2000).checked_div(letters(self) + letters(other)).unwrap_or_default() as u32)
    }

    fn meet(&self, other: &Bag, mut found: impl FnMut(u64)) {
        let (mut one, mut two) = (0, 0);
        while let (Some(a), Some(b)) = (self.0.get(one), other.0.get(two)) {
            if a == b {
                found(*a);
            }
            one += usize::from(a <= b);
            two += usize::from(b <= a);
        }
    }
}

/// How alike two texts are; none where one is missing.
pub(crate) fn docs_likeness(a: &str, b: &str) -> Option<u32> {
    if a.trim().is_empty() || b.trim().is_empty() {
        return None;
    }
    if a == b {
        return Some(1000);
    }
    let long = |text: &str| words(text).into_iter().filter(|word| word.len() > 3).collect::<Vec<_>>();
    let (one, two) = (long(a), long(b));
    if one.is_empty() || two.is_empty() { None } else { Some(shared(&one, &two)) }
}

/// Two texts that are one, and long enough to say something: they tell more than names.
pub(crate) fn docs_same(a: &str, b: &str) -> bool {
    a == b && words(a).len() >= 4
}

#[cfg(test)]
mod tests {
    use super::{name_likeness, plural_of, words};

    #[test]
    fn names_are_alike_by_their_words() {
        assert_eq!(words("nextPageToken"), ["next", "page", "token"]);
        assert_eq!(words("X-Api-Key"), ["x", "api", "key"]);
        assert_eq!(name_likeness("user_name", "userName"), 1000);
        assert_eq!(name_likeness("username", "userName"), 1000);
        assert_eq!(name_likeness("users", "user"), 1000);
        assert!(name_likeness("grantedTo", "grantedToV2") > 800);
        assert!(name_likeness("owner", "container") < 300);
        assert!(name_likeness("role", "newRoleName") > 450);
    }

    #[test]
    fn plurals_are_seen() {
        assert!(plural_of("assignee", "assignees"));
        assert!(plural_of("category", "categories"));
        assert!(!plural_of("assignees", "assignee"));
        assert!(!plural_of("status", "statuses2"));
    }
}
