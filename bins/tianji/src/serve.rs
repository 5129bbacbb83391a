//! `tianji serve`

use crate::arguments::ServeArguments;
use crate::{banner, master_key};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tianji_config::{Config, Loaded, Source, load};
use tianji_core::Secret;
use tianji_gateway::{Options, ProcessSource, StartError, run as run_gateway};
use tianji_telemetry::{LogFormat, init_logs};

/// Why the gateway does not run, and with which exit code that is said.
pub(crate) enum Failure {
    /// Usage or configuration: 2.
    Refused(String),
    /// The data folder: 73.
    Data(String),
    /// Anything else: 1.
    Other(String),
}

impl Failure {
    #[expect(clippy::print_stderr, reason = "the last words of the program")]
    pub(crate) fn report(self) -> ExitCode {
        let (words, code) = match self {
            Self::Refused(words) => (words, 2),
            Self::Data(words) => (words, 73),
            Self::Other(words) => (words, 1),
        };
        eprintln!("tianji: {words}");
        ExitCode::from(code)
    }
}

impl From<StartError> for Failure {
    fn from(cause: StartError) -> Self {
        let mut words = cause.to_string();
        let mut source = std::error::Error::source(&cause);
        while let Some(inner) = source {
            words.push_str(&format!(": {inner}"));
            source = inner.source();
        }
        match cause {
            StartError::Build(_) => Self::Refused(words),
            StartError::Data { .. } => Self::Data(words),
            _ => Self::Other(words),
        }
    }
}

/// Loads, starts, serves, drains.
pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    logs(arguments)?;
    let loaded = configuration(arguments)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    for flag in arguments.ignored.given() {
        tracing::warn!("{flag} has no meaning here and is ignored");
    }
    if arguments.validate_config {
        return Ok(());
    }
    let general = &loaded.config.general_settings;
    let port = arguments.port.or(general.port).unwrap_or(4000);
    let (host, key, minted) = root_key(arguments, &loaded.config)?;
    let listen = SocketAddr::new(host, port);
    let first = loaded.config.model_list.iter().map(|entry| entry.model_name.clone()).find(|name| !name.contains('*'));
    let options = Options {
        file: arguments.config.clone(),
        listen,
        workers: arguments.workers,
        data_dir: arguments.data_dir.clone(),
        master_key: key,
        drain_grace: Duration::from_secs(arguments.drain_grace),
        shutdown_grace: general.shutdown_grace.unwrap_or(Duration::from_secs(30)),
    };
    run_gateway(loaded.config, loaded.files, options, |models| {
        banner::print(listen, models, first.as_deref(), minted.as_ref().map(Secret::expose));
    })?;
    Ok(())
}

fn logs(arguments: &ServeArguments) -> Result<(), Failure> {
    let level = match (arguments.detailed_debug, arguments.debug) {
        (true, _) => "trace,hyper=info,rustls=info",
        (_, true) => "debug,hyper=info,rustls=info",
        // The access line of every call is formatted only if it is asked for.
        _ => "info,tianji::call=warn",
    };
    let filter = arguments.log_level.clone().or_else(|| ProcessSource.env("LITELLM_LOG"));
    let format = match arguments.log_format.as_str() {
        "json" => LogFormat::Json,
        "text" => LogFormat::Text,
        _ => LogFormat::Auto,
    };
    init_logs(filter.as_deref().unwrap_or(level), format).map_err(|cause| Failure::Refused(cause.to_string()))
}

fn configuration(arguments: &ServeArguments) -> Result<Loaded, Failure> {
    let Some(file) = &arguments.config else {
        let model = arguments.model.as_deref().ok_or_else(|| {
            Failure::Refused(
                "neither --config nor --model is given; try: tianji --config examples/quickstart.yaml".into(),
            )
        })?;
        let config = Config::from_model(
            model,
            arguments.alias.as_deref(),
            arguments.api_base.as_deref(),
            arguments.api_version.as_deref(),
        );
        return Ok(Loaded { config, warnings: Vec::new(), files: Vec::new() });
    };
    let loaded = load(file, &ProcessSource)
        .and_then(|loaded| if arguments.strict_config { loaded.strict() } else { Ok(loaded) });
    loaded.map_err(|errors| {
        let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Refused(format!("the configuration cannot be used\n{}", list.join("\n")))
    })
}

/// The address, the root key, and the key again if it was made up here. Without any key the gateway serves this
/// machine only, with a key of its own.
fn root_key(
    arguments: &ServeArguments,
    config: &Config,
) -> Result<(std::net::IpAddr, Option<Secret>, Option<Secret>), Failure> {
    let from_env = || ["TIANJI_MASTER_KEY", "LITELLM_MASTER_KEY"].iter().find_map(|name| ProcessSource.env(name));
    let configured = config.general_settings.master_key.clone().or_else(|| from_env().map(Secret::new));
    if let Some(key) = configured.filter(|key| !key.is_empty()) {
        return Ok((arguments.host, Some(key), None));
    }
    let loopback = std::net::IpAddr::from([127, 0, 0, 1]);
    let host = if arguments.host.is_loopback() || arguments.host.is_unspecified() { loopback } else { arguments.host };
    if !host.is_loopback() {
        return Err(Failure::Refused(
            "no master key is set: set general_settings.master_key or TIANJI_MASTER_KEY, or listen on 127.0.0.1".into(),
        ));
    }
    let key = master_key::minted(&arguments.data_dir).map_err(|cause| Failure::Data(cause.to_string()))?;
    Ok((host, Some(key.clone()), Some(key)))
}
