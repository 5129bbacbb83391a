//! Addresses that several kinds of one vendor share.

pub(super) mod bedrock;
pub(super) mod cohere;
pub(super) mod vertex;
pub(super) mod watsonx;
