//! `tianji config check`

use std::process::ExitCode;
use tianji_config::{Diagnostic, load};
use tianji_gateway::ProcessSource;

/// Prints all findings; exit code 2 if the file cannot be used.
#[expect(clippy::print_stdout, reason = "this is the program's output")]
pub(crate) fn run(file: Option<&str>, strict: bool, json: bool) -> ExitCode {
    let Some(file) = file else {
        println!("no configuration file is named: tianji config check FILE");
        return ExitCode::from(2);
    };
    let print = |findings: &[Diagnostic]| {
        for finding in findings {
            if json { println!("{}", described(finding)) } else { println!("{finding}") }
        }
    };
    match load(file, &ProcessSource) {
        Err(errors) => {
            print(&errors);
            ExitCode::from(2)
        }
        Ok(loaded) => {
            print(&loaded.warnings);
            if strict && !loaded.warnings.is_empty() {
                return ExitCode::from(2);
            }
            println!("{file}: {} models, {} warnings", loaded.config.model_list.len(), loaded.warnings.len());
            ExitCode::SUCCESS
        }
    }
}

fn described(finding: &Diagnostic) -> serde_json::Value {
    serde_json::json!({
        "severity": format!("{:?}", finding.severity).to_lowercase(), "cause": format!("{:?}", finding.cause),
        "file": finding.file, "line": finding.line, "column": finding.column, "path": finding.path,
        "message": finding.message,
    })
}
