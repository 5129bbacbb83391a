//! A small number per thread, so that per-thread structures can be found without locks that anyone waits for.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of the calling thread: 0, 1, 2 … in the order of first use.
pub(crate) fn thread_number() -> usize {
    NUMBER.with(|number| {
        if number.get() == usize::MAX {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
}

static NEXT: AtomicUsize = AtomicUsize::new(0);
