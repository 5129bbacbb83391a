//! Candidates, strategies, retry and fallback plans, breaker arithmetic.
