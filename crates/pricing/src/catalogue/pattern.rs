//! The patterns of `fallback_generalizations`: a small backtracking matcher.
//!
//! The public price file writes them with negative look-ahead (`(?!\d)`), which the `regex` crate leaves out on purpose.
//! Names are short and a budget of steps bounds hostile patterns, so a matcher of what the file uses is enough:
//! `^ $ . \d \w \. [a-z] [^a-z] (?:…) (…) (?!…) (?=…) | ? * + {m,n}`. Anything else is an error, never a wrong match.

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Branch>);

/// Alternatives are branches, a branch is a sequence.
type Branch = Vec<Node>;

#[derive(Clone, Debug)]
enum Node {
    Start,
    End,
    One(Set),
    Group(Vec<Branch>),
    Ahead { branches: Vec<Branch>, wanted: bool },
    Repeat { node: Box<Self>, least: usize, most: usize },
}

#[derive(Clone, Debug)]
struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Pattern {
    /// Compiles; `None` if the pattern uses anything else or is nested too deep.
    pub(crate) fn compile(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.chars().collect::<Vec<_>>().into_iter().peekable(), depth: 0 };
        let branches = reader.branches()?;
        reader.rest.next().is_none().then_some(Self(branches))
    }

    /// Whether the pattern matches anywhere in the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut search = Search { text: &text, steps: MOST_STEPS };
        (0..=text.len()).any(|from| search.any(&self.0, from, &mut |_, _| true))
    }
}

struct Search<'a> {
    text: &'a [char],
    steps: u32,
}

type Then<'t> = &'t mut dyn FnMut(&mut Search<'_>, usize) -> bool;

impl Search<'_> {
    fn any(&mut self, branches: &[Branch], at: usize, then: Then<'_>) -> bool {
        branches.iter().any(|branch| self.sequence(branch, at, then))
    }

    fn sequence(&mut self, nodes: &[Node], at: usize, then: Then<'_>) -> bool {
        let Some((node, rest)) = nodes.split_first() else {
            return then(self, at);
        };
        self.node(node, at, &mut |search, at| search.sequence(rest, at, then))
    }

    fn node(&mut self, node: &Node, at: usize, then: Then<'_>) -> bool {
        let Some(steps) = self.steps.checked_sub(1) else {
            return false;
        };
        self.steps = steps;
        match node {
            Node::Start => at == 0 && then(self, at),
            Node::End => at == self.text.len() && then(self, at),
            Node::One(set) => self.text.get(at).is_some_and(|c| set.holds(*c)) && then(self, at + 1),
            Node::Group(branches) => self.any(branches, at, then),
            Node::Ahead { branches, wanted } => self.any(branches, at, &mut |_, _| true) == *wanted && then(self, at),
            Node::Repeat { node, least, most } => self.repeat(node, *least, *most, at, then),
        }
    }

    /// Greedy: one more if possible, then what follows.
    fn repeat(&mut self, node: &Node, least: usize, most: usize, at: usize, then: Then<'_>) -> bool {
        let more = most > 0
            && self.node(node, at, &mut |search, next| {
                next > at && search.repeat(node, least.saturating_sub(1), most - 1, next, then)
            });
        more || (least == 0 && then(self, at))
    }
}

impl Set {
    fn holds(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.negated
    }
}

struct Reader {
    rest: std::iter::Peekable<std::vec::IntoIter<char>>,
    depth: usize,
}

impl Reader {
    fn branches(&mut self) -> Option<Vec<Branch>> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return None;
        }
        let mut branches = vec![Vec::new()];
        while let Some(c) = self.rest.next_if(|c| *c != ')') {
            if c == '|' {
                branches.push(Vec::new());
                continue;
            }
            let node = self.node(c)?;
            let node = self.repeated(node)?;
            branches.last_mut()?.push(node);
        }
        self.depth -= 1;
        Some(branches)
    }

    fn node(&mut self, c: char) -> Option<Node> {
        let one = |ranges, negated| Node::One(Set { ranges, negated });
        Some(match c {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => one(Vec::new(), true),
            '[' => Node::One(self.set()?),
            '(' => self.group()?,
            '\\' => one(escape(self.rest.next()?)?, false),
            '?' | '*' | '+' | '{' => return None,
            c => one(vec![(c, c)], false),
        })
    }

    fn group(&mut self) -> Option<Node> {
        let mut wanted = None;
        if self.rest.next_if_eq(&'?').is_some() {
            wanted = match self.rest.next()? {
                ':' => None,
                '!' => Some(false),
                '=' => Some(true),
                _ => return None,
            };
        }
        let branches = self.branches()?;
        self.rest.next_if_eq(&')')?;
        Some(match wanted {
            Some(wanted) => Node::Ahead { branches, wanted },
            None => Node::Group(branches),
        })
    }

    fn set(&mut self) -> Option<Set> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            let from = match self.rest.next()? {
                ']' => return Some(Set { ranges, negated }),
                '\\' => {
                    ranges.extend(escape(self.rest.next()?)?);
                    continue;
                }
                c => c,
            };
            let dash = self.rest.next_if_eq(&'-').is_some();
            match (dash, self.rest.peek()?) {
                (true, ']') => ranges.extend([(from, from), ('-', '-')]),
                (true, _) => ranges.push((from, self.rest.next()?)),
                (false, _) => ranges.push((from, from)),
            }
        }
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.rest.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('{') => {
                let bounds: String = std::iter::from_fn(|| self.rest.next_if(|c| *c != '}')).skip(1).collect();
                let (least, most) = bounds.split_once(',').unwrap_or((&bounds, &bounds));
                (least.parse().ok()?, if most.is_empty() { usize::MAX } else { most.parse().ok()? })
            }
            _ => return Some(node),
        };
        self.rest.next()?;
        Some(Node::Repeat { node: Box::new(node), least, most })
    }
}

fn escape(c: char) -> Option<Vec<(char, char)>> {
    Some(match c {
        'd' => vec![('0', '9')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        c if c.is_ascii_punctuation() => vec![(c, c)],
        _ => return None,
    })
}

/// Steps that one search may take.
const MOST_STEPS: u32 = 100_000;

/// Groups within groups.
const MOST_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn matches_as_the_price_file_means_it() {
        for (pattern, text, expected) in [
            ("^(?:[a-z-]+\\.)?anthropic\\.claude-", "us-gov.anthropic.claude-x", true),
            ("^(?:[a-z-]+\\.)?anthropic\\.claude-", "bedrockz/anthropic.claude-x", false),
            ("claude-[a-z]+-4[-._]6(?!\\d)", "claude-opus-4-60", false),
            ("claude-[a-z]+-4[-._]6(?!\\d)", "x/claude-opus-4.6-v1", true),
            ("^a{1,2}$", "aa", true),
            ("^a{1,2}$", "aaa", false),
            ("^a{2}$", "aa", true),
            ("^(?!.*search-api)gpt", "gpt-5-search-api", false),
            ("^(?!.*search-api)gpt", "gpt-5", true),
            ("x|^b?c+$", "bccc", true),
            ("^[^a-c]*$", "xyz", true),
            ("^[^a-c]*$", "xbz", false),
            ("^(?:a*)*$", "aaab", false),
        ] {
            let compiled = Pattern::compile(pattern).unwrap();
            assert_eq!(compiled.matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for pattern in ["(?i)a", "\\b", "(a", "a)", "[a", "*a", "(?<=a)b", "a{x}", "\\1"] {
            assert!(Pattern::compile(pattern).is_none(), "{pattern}");
        }
        assert!(Pattern::compile(&"(".repeat(1000)).is_none());
    }

    #[test]
    fn gives_up_on_explosive_patterns() {
        let pattern = Pattern::compile("^(?:a|a|a|a)*$").unwrap();
        assert!(!pattern.matches(&format!("{}b", "a".repeat(60))));
    }
}
