//! The headers that every answered call has, as a form that is copied and filled in: to put two dozen names into a map
//! one by one takes longer than all else that is done about headers.

use super::names::{
    CALL_ID, COST, COST_DISCOUNT, COST_INPUT, COST_MARGIN, COST_ORIGINAL, COST_OUTPUT, COST_TOOLS, DURATION, FALLBACKS,
    KEY_SPEND, MARGIN, MODEL_API_BASE, MODEL_GROUP, MODEL_ID, Names, OVERHEAD, RETRIES, VERSION,
};
use super::values::NOTHING;
use crate::settings::HeaderPrefix;
use http::header::{HeaderName, IterMut};
use http::{HeaderMap, HeaderValue};
use std::sync::LazyLock;

/// A form being filled in, name by name in the order in which they stand there.
pub(super) struct Form<'a> {
    prefix: HeaderPrefix,
    blanks: IterMut<'a, HeaderValue>,
    /// Names of values that are none: they are taken out at the end.
    illegal: Vec<Names>,
}

impl<'a> Form<'a> {
    /// An empty form for a stream, or for a whole reply, which tells the cost as well.
    pub(super) fn blank(prefix: HeaderPrefix, stream: bool) -> HeaderMap {
        static FORMS: LazyLock<[[HeaderMap; 2]; 4]> =
            LazyLock::new(|| PREFIXES.map(|prefix| [false, true].map(|stream| made(prefix, stream))));
        let place = PREFIXES.iter().position(|one| *one == prefix).unwrap_or_default();
        FORMS.get(place).and_then(|forms| forms.get(usize::from(stream))).cloned().unwrap_or_default()
    }

    pub(super) fn fill(prefix: HeaderPrefix, map: &'a mut HeaderMap) -> Self {
        Self { prefix, blanks: map.iter_mut(), illegal: Vec::new() }
    }

    /// Fills in the next name, which must be this one.
    pub(super) fn put(&mut self, names: Names, value: Option<HeaderValue>) {
        let value = value.unwrap_or_else(|| {
            self.illegal.push(names.clone());
            NOTHING
        });
        let mut blank = |value| {
            let next: Option<(&HeaderName, &mut HeaderValue)> = self.blanks.next();
            debug_assert!(next.as_ref().is_some_and(|(name, _)| names.holds(name)), "{names:?} is not next");
            if let Some((_, blank)) = next {
                *blank = value;
            }
        };
        match self.prefix {
            HeaderPrefix::Both => {
                blank(value.clone());
                blank(value);
            }
            HeaderPrefix::Litellm | HeaderPrefix::Tianji => blank(value),
            HeaderPrefix::None => {}
        }
    }

    /// Names that could not be filled in.
    pub(super) fn illegal(self) -> Vec<Names> {
        self.illegal
    }
}

fn made(prefix: HeaderPrefix, stream: bool) -> HeaderMap {
    let costs = |names: &'static [Names; 4]| names.iter().filter(move |_| !stream);
    let blanks = BLANKS.iter().chain(costs(&COST_BLANKS)).cloned().map(|names| (names, NOTHING));
    let version = (VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    let all = blanks.chain([version]).chain(costs(&UNLESS_SAID).cloned().map(|names| (names, NOTHING)));
    let mut map = HeaderMap::with_capacity(ROOM);
    for (names, value) in all {
        names.of(prefix).for_each(|name| drop(map.insert(name, value.clone())));
    }
    map
}

const PREFIXES: [HeaderPrefix; 4] =
    [HeaderPrefix::Litellm, HeaderPrefix::Tianji, HeaderPrefix::Both, HeaderPrefix::None];
/// To be filled in, in this order.
static BLANKS: [Names; 9] =
    [CALL_ID, KEY_SPEND, MODEL_ID, MODEL_GROUP, MODEL_API_BASE, RETRIES, FALLBACKS, DURATION, OVERHEAD];
/// Then, in whole replies.
static COST_BLANKS: [Names; 4] = [COST, COST_ORIGINAL, COST_INPUT, COST_OUTPUT];
/// Dashboards read these whether they say something or not.
static UNLESS_SAID: [Names; 4] = [COST_TOOLS, COST_DISCOUNT, COST_MARGIN, MARGIN];
/// Headers of a reply, those of the provider and the server among them.
const ROOM: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_filled_in_and_illegal_values_go() {
        for (prefix, each) in PREFIXES.into_iter().zip([1, 1, 2, 0]) {
            let mut map = Form::blank(prefix, true);
            assert_eq!(map.len(), (BLANKS.len() + 1) * each);
            let mut form = Form::fill(prefix, &mut map);
            for (number, names) in BLANKS.iter().enumerate() {
                form.put(names.clone(), HeaderValue::try_from(number.to_string()).ok().filter(|_| number != 3));
            }
            assert_eq!(form.illegal(), [MODEL_GROUP]);
            for name in OVERHEAD.of(prefix) {
                assert_eq!(map.get(name).unwrap(), "8");
            }
            assert_eq!(Form::blank(prefix, false).len(), (BLANKS.len() + 1 + 8) * each);
        }
    }
}
