//! `simple-shuffle`: one candidate at random, by weight where any has one.

/// What a deployment says about its share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weights {
    /// Explicit weight.
    pub weight: Option<f64>,
    /// Requests per minute it can take.
    pub rpm: Option<u64>,
    /// Tokens per minute it can take.
    pub tpm: Option<u64>,
}

/// Picks a candidate. `random` is uniform over all of `u64`. `None` only for no candidates.
///
/// `weight` decides if any candidate has one, else `rpm`, else `tpm`; a candidate without it then counts as 0, and if
/// all are 0 the choice is uniform.
pub fn shuffle(candidates: &[Weights], random: u64) -> Option<usize> {
    let fields: [fn(&Weights) -> Option<f64>; 3] = [
        |candidate| candidate.weight,
        |candidate| candidate.rpm.map(as_weight),
        |candidate| candidate.tpm.map(as_weight),
    ];
    let chosen = fields.iter().find(|field| candidates.iter().any(|candidate| field(candidate).is_some()));
    let weighed = chosen.and_then(|field| {
        let weights: Vec<f64> = candidates.iter().map(|candidate| field(candidate).unwrap_or(0.0).max(0.0)).collect();
        weighted(&weights, random)
    });
    weighed.or_else(|| uniform(candidates.len(), random))
}

fn weighted(weights: &[f64], random: u64) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let mut point = unit(random) * total;
    for (index, weight) in weights.iter().enumerate() {
        point -= weight;
        if point < 0.0 {
            return Some(index);
        }
    }
    weights.iter().rposition(|weight| *weight > 0.0)
}

fn uniform(count: usize, random: u64) -> Option<usize> {
    let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
    usize::try_from((u128::from(random) * u128::from(count)) >> 64).ok()
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn unit(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
const fn as_weight(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weight(weight: f64) -> Weights {
        Weights { weight: Some(weight), ..Weights::default() }
    }

    #[test]
    fn shares_follow_the_weights() {
        let candidates = [weight(1.0), weight(0.0), weight(3.0), Weights::default()];
        let mut counts = [0_u32; 4];
        for step in 0..4000_u64 {
            let pick = shuffle(&candidates, step.wrapping_mul(u64::MAX / 4000));
            counts[pick.unwrap()] += 1;
        }
        assert_eq!((counts[1], counts[3]), (0, 0));
        assert!((990..=1010).contains(&counts[0]), "{counts:?}");
    }

    proptest! {
        #[test]
        fn always_picks_a_candidate(weights in prop::collection::vec(prop::option::of(0.0f64..10.0), 1..20), random: u64) {
            let candidates: Vec<Weights> = weights.iter().map(|weight| Weights { weight: *weight, ..Weights::default() }).collect();
            prop_assert!(shuffle(&candidates, random).is_some_and(|pick| pick < candidates.len()));
        }
    }
}
