//! Development only: golden files, programmable upstream, fake clock.
