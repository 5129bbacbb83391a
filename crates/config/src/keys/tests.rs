//! The tables themselves: sorted, without doubles.

use super::sections;

#[test]
fn every_list_is_sorted_and_no_key_stands_twice() {
    for section in sections() {
        for keys in section.keys {
            for pair in keys.windows(2) {
                assert!(pair[0].name < pair[1].name, "{}: {} before {}", section.name, pair[0].name, pair[1].name);
            }
        }
        let mut names: Vec<&str> = section.all().map(|key| key.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}: a key stands in two lists", section.name);
    }
}
