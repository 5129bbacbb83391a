//! One Prometheus registry per process, without any global.

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::sync::Arc;

/// Where metrics are registered and rendered.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Default for Registry {
    fn default() -> Self {
        let builder = PrometheusBuilder::new();
        // Fails only for an empty list of buckets.
        let builder = match builder.set_buckets_for_metric(Matcher::Suffix("_metric".to_owned()), BUCKETS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Self(Arc::new(Inner { recorder, handle }))
    }
}

impl Registry {
    /// The text exposition (version 0.0.4).
    pub fn render(&self) -> String {
        self.0.handle.render()
    }

    /// Folds recorded samples together; to be called every few seconds, or histograms grow without end.
    pub fn upkeep(&self) {
        self.0.handle.run_upkeep();
    }

    /// A counter.
    pub fn counter(&self, name: &'static str, labels: Vec<Label>) -> Counter {
        self.0.recorder.register_counter(&Key::from_parts(name, labels), &METADATA)
    }

    /// A gauge.
    pub fn gauge(&self, name: &'static str, labels: Vec<Label>) -> Gauge {
        self.0.recorder.register_gauge(&Key::from_parts(name, labels), &METADATA)
    }

    /// A histogram; names end in `_metric` and units are seconds.
    pub fn histogram(&self, name: &'static str, labels: Vec<Label>) -> Histogram {
        self.0.recorder.register_histogram(&Key::from_parts(name, labels), &METADATA)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registry")
    }
}

const METADATA: Metadata<'static> = Metadata::new("tianji", Level::INFO, None);

/// Seconds (callbacks sheet §5).
const BUCKETS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 420.0, 600.0];
