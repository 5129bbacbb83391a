//! Rate windows, parallel permits, budget reservations: arithmetic without storage.
