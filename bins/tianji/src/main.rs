//! The gateway's command: parse arguments → load configuration → serve → drain.

mod arguments;
mod banner;
mod check;
mod master_key;
mod serve;

use arguments::{Arguments, Command, ConfigCommand};
use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(arguments::normalised(std::env::args()));
    let outcome = match &arguments.command {
        Some(Command::Config { command: ConfigCommand::Check { file, strict_config, json } }) => {
            return check::run(file.as_deref().or(arguments.serve.config.as_deref()), *strict_config, *json);
        }
        Some(Command::Serve(serve)) => serve::run(serve),
        None => serve::run(&arguments.serve),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
