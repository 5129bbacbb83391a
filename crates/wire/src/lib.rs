//! Framing and raw JSON: SSE, NDJSON, RawObject, depth guards.
