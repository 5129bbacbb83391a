//! What a target dialect could not say. Losses are never silent: they are refused or reported.

/// What kind of thing was lost, which decides whether the call may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossClass {
    /// A request parameter the client set by name: refused unless dropping was allowed.
    Parameter,
    /// A hint without influence on meaning (cache mark, image detail, message name): reported only.
    Hint,
    /// Part of the conversation that the target cannot carry: always refused.
    Content,
}

/// One thing that the target dialect has no word for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where it stood in the client's request, e.g. `messages[2].name` or `logit_bias`.
    pub path: String,
    /// Why it could not be carried over, in a few words.
    pub reason: &'static str,
    /// How grave it is.
    pub class: LossClass,
}

/// The losses of one translation.
#[derive(Clone, Debug, Default)]
pub struct Losses(Vec<Loss>);

impl Losses {
    /// Makes hints of what was noted of some parameters: that they are lost shall stop nothing.
    pub fn soften(&mut self, paths: &[&str]) {
        let concerned = |loss: &&mut Loss| loss.class == LossClass::Parameter && paths.contains(&loss.path.as_str());
        self.0.iter_mut().filter(concerned).for_each(|loss| loss.class = LossClass::Hint);
    }

    /// Notes a loss.
    pub fn push(&mut self, class: LossClass, path: impl Into<String>, reason: &'static str) {
        self.0.push(Loss { path: path.into(), reason, class });
    }

    /// All losses in the order of notice.
    pub fn iter(&self) -> std::slice::Iter<'_, Loss> {
        self.0.iter()
    }

    /// Losses of one class.
    pub fn of(&self, class: LossClass) -> impl Iterator<Item = &Loss> {
        self.0.iter().filter(move |loss| loss.class == class)
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the `x-tianji-loss` header: `path=reason; …`, at most 1 KiB, then `…+N`.
    pub fn header(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = String::new();
        for (done, loss) in self.0.iter().enumerate() {
            let item = format!("{}={}", loss.path, loss.reason);
            if text.len() + item.len() > HEADER_BYTES {
                text.push_str(&format!("...+{}", self.0.len() - done));
                break;
            }
            if done > 0 {
                text.push_str("; ");
            }
            text.push_str(&item);
        }
        Some(text)
    }
}

/// Longest `x-tianji-loss` value in bytes before it is cut.
const HEADER_BYTES: usize = 1000;
