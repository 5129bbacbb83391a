//! Where the outer objects and arrays of a text end, noted while it is checked.

/// Ends of the containers of a JSON text by where they begin, down to a few levels: whoever walks over members then
/// steps over their values without reading them again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// In the order in which they begin.
    pairs: Vec<(usize, usize)>,
    /// Places of the ones that are open, by level.
    open: [usize; LEVELS],
}

impl Ends {
    /// Where the container that begins at `start` ends (behind its bracket); `None` for empty ones and for those further
    /// inside.
    pub fn of(&self, start: usize) -> Option<usize> {
        let place = self.pairs.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        self.pairs.get(place).map(|(_, end)| *end)
    }

    pub(crate) fn open(&mut self, level: u32, start: usize) {
        if let Some(open) = self.open.get_mut(level as usize) {
            *open = self.pairs.len();
            self.pairs.push((start, start));
        }
    }

    pub(crate) fn close(&mut self, level: u32, end: usize) {
        let place = self.open.get(level as usize);
        if let Some(pair) = place.and_then(|place| self.pairs.get_mut(*place)) {
            pair.1 = end;
        }
    }
}

/// Levels noted: a reply, its list of choices, a choice, its message, and what stands in that.
const LEVELS: usize = 5;
