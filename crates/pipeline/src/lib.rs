//! admit, screen, lookup, route, dispatch, relay, settle.
