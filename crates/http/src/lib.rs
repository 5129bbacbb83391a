//! Outbound HTTP: pools, TLS, deadlines; the driver of exchanges.
