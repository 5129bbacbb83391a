//! The HTTP face: listener, route table, live snapshot, drain.
