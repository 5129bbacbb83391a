//! Mock upstream, open-loop load generator and process meter for reproducible measurements.
//!
//! ```text
//! tianji-bench mock --listen 127.0.0.1:9100
//! tianji-bench load --url http://127.0.0.1:9100/p/chunks=200,delay_ms=5/v1/chat/completions \
//!     --rate 50 --connections 64 --duration 10s --stream --json \
//!     --body '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'
//! tianji-bench cpu --pid 4242
//! ```
//!
//! `compare.py` next to this crate uses the three to set a gateway against nginx.

mod cpu;
mod load;
mod mock;
mod share;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "tianji-bench", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a cheap mock of OpenAI Chat Completions and Anthropic Messages.
    Mock(mock::MockArgs),
    /// Send requests at a fixed rate and measure latency from the intended send time.
    Load(load::LoadArgs),
    /// Print the CPU time and memory of a process and its descendants as JSON.
    Cpu(cpu::CpuArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Mock(args) => runtime()?.block_on(mock::serve(args)),
        Command::Load(args) => {
            let as_json = args.json;
            let report = runtime()?.block_on(load::run(args))?;
            print(&if as_json { serde_json::to_string(&report)? } else { report.to_text() });
            Ok(())
        }
        Command::Cpu(args) => {
            print(&serde_json::to_string(&cpu::measure(args.pid)?)?);
            Ok(())
        }
    }
}

/// One thread is enough for either side and keeps it on the core it was pinned to.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

#[expect(clippy::print_stdout, reason = "a report on standard output is this program's purpose")]
fn print(text: &str) {
    println!("{text}");
}
