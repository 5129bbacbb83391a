//! The command line: the reference proxy's flags and our own. Dashes and underscores are the same.

use clap::{Args, Parser, Subcommand};
use std::net::IpAddr;
use std::path::PathBuf;

/// An LLM gateway: one OpenAI-compatible door to every model provider.
#[derive(Debug, Parser)]
#[command(name = "tianji", version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

/// What to do; `serve` if nothing is said.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway.
    Serve(Box<ServeArguments>),
    /// Look at configuration files.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Report everything that is wrong or odd in a file. Exit code 0 or 2.
    Check {
        /// The file.
        file: Option<String>,
        /// Warnings are errors.
        #[arg(long)]
        strict_config: bool,
        /// One JSON object per finding.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArguments {
    /// Configuration file (YAML, the reference proxy's format).
    #[arg(long, short, env = "CONFIG_FILE_PATH")]
    pub(crate) config: Option<String>,
    /// Address to listen on.
    #[arg(long, env = "HOST", default_value = "0.0.0.0")]
    pub(crate) host: IpAddr,
    /// Port to listen on.
    #[arg(long, short, env = "PORT")]
    pub(crate) port: Option<u16>,
    /// Folder of the spool and the embedded database.
    #[arg(long, env = "TIANJI_DATA_DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Threads that serve; one per core unless said otherwise.
    #[arg(long, alias = "num-workers")]
    pub(crate) workers: Option<usize>,
    /// Serve one model without a configuration file.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Name of that model for clients.
    #[arg(long)]
    pub(crate) alias: Option<String>,
    /// Base address of that model's provider.
    #[arg(long)]
    pub(crate) api_base: Option<String>,
    /// API version of that model's provider.
    #[arg(long)]
    pub(crate) api_version: Option<String>,
    /// Drop parameters that a provider cannot take.
    #[arg(long)]
    pub(crate) drop_params: bool,
    /// Check the configuration and exit.
    #[arg(long)]
    pub(crate) validate_config: bool,
    /// Warnings of the configuration are errors.
    #[arg(long)]
    pub(crate) strict_config: bool,
    /// Log at level debug.
    #[arg(long)]
    pub(crate) debug: bool,
    /// Log at level trace.
    #[arg(long)]
    pub(crate) detailed_debug: bool,
    /// Levels by target, e.g. `info` or `tianji=debug,warn`.
    #[arg(long, env = "TIANJI_LOG")]
    pub(crate) log_level: Option<String>,
    /// `auto`, `json` or `text`.
    #[arg(long, default_value = "auto")]
    pub(crate) log_format: String,
    /// Seconds in which new connections are still taken after SIGTERM.
    #[arg(long, default_value_t = 5)]
    pub(crate) drain_grace: u64,
    #[command(flatten)]
    pub(crate) ignored: Ignored,
}

/// Flags of the reference proxy without meaning here: accepted, with a note.
#[derive(Clone, Debug, Args)]
pub(crate) struct Ignored {
    #[arg(long, hide = true)]
    run_gunicorn: bool,
    #[arg(long, hide = true)]
    run_hypercorn: bool,
    #[arg(long, hide = true)]
    run_granian: bool,
    #[arg(long, hide = true)]
    use_prisma_db_push: bool,
    #[arg(long, hide = true)]
    local: bool,
    #[arg(long, hide = true, num_args = 0..=1)]
    telemetry: Option<Option<String>>,
    #[arg(long, hide = true)]
    granian_threads: Option<String>,
    #[arg(long, hide = true)]
    max_requests_before_restart: Option<String>,
    #[arg(long, hide = true)]
    log_config: Option<String>,
    #[arg(long, hide = true)]
    keepalive_timeout: Option<String>,
}

impl Ignored {
    /// Names of those that were given.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let flags = [
            (self.run_gunicorn, "--run_gunicorn"),
            (self.run_hypercorn, "--run_hypercorn"),
            (self.run_granian, "--run_granian"),
            (self.use_prisma_db_push, "--use_prisma_db_push"),
            (self.local, "--local"),
            (self.telemetry.is_some(), "--telemetry"),
            (self.granian_threads.is_some(), "--granian_threads"),
            (self.max_requests_before_restart.is_some(), "--max_requests_before_restart"),
            (self.log_config.is_some(), "--log_config"),
            (self.keepalive_timeout.is_some(), "--keepalive_timeout"),
        ];
        flags.into_iter().filter(|(given, _)| *given).map(|(_, name)| name).collect()
    }
}

/// Arguments with the underscores of long flags turned into dashes.
pub(crate) fn normalised(arguments: impl Iterator<Item = String>) -> Vec<String> {
    arguments
        .map(|argument| match argument.strip_prefix("--") {
            Some(flag) => {
                let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
                let name = name.replace('_', "-");
                value.map_or_else(|| format!("--{name}"), |value| format!("--{name}={value}"))
            }
            None => argument,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_of_the_reference_are_understood() {
        for line in [
            "tianji --config proxy_config.yaml --port 4000",
            "tianji --model gpt-4o --api_base http://x --drop_params",
            "tianji --config x.yaml --detailed_debug --num_workers 8 --run_gunicorn --telemetry False",
            "tianji config check x.yaml --strict_config",
            "tianji serve --host 127.0.0.1 --data-dir /tmp/x",
        ] {
            let arguments = normalised(line.split(' ').map(str::to_owned));
            assert!(Arguments::try_parse_from(arguments).is_ok(), "{line}");
        }
        assert!(Arguments::try_parse_from(["tianji", "--nope"]).is_err());
    }
}
