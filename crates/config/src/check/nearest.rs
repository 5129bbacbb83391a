//! The known name that a misspelt one is closest to.

/// The nearest name within `limit` edits (insert, delete, replace, swap of neighbours); the first of equals.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>, limit: usize) -> Option<&'n str> {
    let name: Vec<char> = name.chars().collect();
    // A name of three letters is two edits away from anything.
    let limit = limit.min(name.len() / 2);
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let letters: Vec<char> = candidate.chars().collect();
        if letters.len().abs_diff(name.len()) > limit {
            continue;
        }
        let edits = distance(&name, &letters);
        if edits <= limit && best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Optimal string alignment distance, row by row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut current = Vec::with_capacity(b.len() + 1);
        current.push(row + 1);
        for (column, y) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(x != y);
            let mut least = replaced.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = row > 0 && column > 0 && a.get(row - 1) == Some(y) && b.get(column - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen_find_their_key() {
        let known = ["master_key", "timeout", "model", "mode"];
        let cases = [
            ("mastre_key", Some("master_key")),
            ("time_out", Some("timeout")),
            ("modle", Some("model")),
            ("moel", Some("model")),
            ("tpm", None),
            ("completely_different", None),
        ];
        for (name, found) in cases {
            assert_eq!(nearest(name, known.into_iter(), 2), found, "{name}");
        }
    }
}
