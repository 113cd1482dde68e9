//! The name somebody probably meant. Knows nothing of what the names stand for.

/// The candidate that `name` is most likely a misspelling of, if any is close enough.
///
/// Letter case and word separators weigh nothing, so `plannedStart` finds `planned_start`. Two letters swapped count as
/// one slip. Short names allow fewer slips than long ones. Of equally near candidates the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(name);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let letters = letters(candidate);
        let allowed = slips_allowed(wanted.len().max(letters.len()));
        let bound = best.map_or(allowed, |(distance, _)| allowed.min(distance.saturating_sub(1)));
        if best.is_some_and(|(distance, _)| distance == 0) || wanted.len().abs_diff(letters.len()) > bound {
            continue;
        }
        let slips = distance(&wanted, &letters);
        if slips <= bound {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many slips a name of this length may have: none for one or two letters, one in three for longer ones, at most three.
fn slips_allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// What is compared: the letters and digits in lower case. A name of nothing else is compared as it is.
fn letters(name: &str) -> Vec<char> {
    let kept: Vec<char> = name.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if kept.is_empty() { name.chars().collect() } else { kept }
}

/// Damerau and Levenshtein's distance in its restricted form: insert, delete, replace, or swap two neighbours.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replace = last[column] + usize::from(a != b);
            let mut least = replace.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                least = least.min(before_last[column - 1] + 1);
            }
            current.push(least);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_swaps_and_other_cases() {
        let keywords = ["action", "search", "trigger", "type", "test"];
        assert_eq!(nearest("serach", keywords), Some("search"));
        assert_eq!(nearest("Search", keywords), Some("search"));
        assert_eq!(nearest("tpye", keywords), Some("type"));
        assert_eq!(nearest("triger", keywords), Some("trigger"));
        assert_eq!(nearest("plannedStart", ["start", "planned_start"]), Some("planned_start"));
    }

    #[test]
    fn far_and_short_names_are_left_alone() {
        assert_eq!(nearest("query", ["action", "search"]), None);
        assert_eq!(nearest("id", ["is", "ok"]), None);
        assert_eq!(nearest("same", ["same"]), None);
        assert_eq!(nearest("", ["a"]), None);
    }

    #[test]
    fn the_nearest_wins_and_among_equals_the_first() {
        assert_eq!(nearest("colr", ["colour", "color"]), Some("color"));
        assert_eq!(nearest("name_1", ["name_2", "name_3"]), Some("name_2"));
    }
}
