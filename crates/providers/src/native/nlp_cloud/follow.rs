//! The reply is whole, also where a client wants a stream: the vendor's own clients know no streams.

use crate::follow::{Followed, Following, Taken};
use bytes::Bytes;
use tianji_core::{Exchange, Reply, Step};

pub(super) fn follow(taken: Taken<'_>) -> Following {
    Following { exchange: Box::new(Whole(taken.reply.body)), cancel: None }
}

struct Whole(Bytes);

impl Exchange for Whole {
    type Output = Followed;

    fn next(&mut self, _: Option<Reply>) -> Step<Followed> {
        Step::Done(Followed::Whole(self.0.clone()))
    }
}
