//! `linchpin explain`: the page of a diagnostic code.

use crate::Outcome;
use crate::output::say;
use linchpin_compiler::diagnostics::nearest::nearest;
use linchpin_compiler::diagnostics::{Code, codes};
use linchpin_compiler::import;
use std::process::ExitCode;

/// Which code.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A code such as P0301; without one, all codes are listed.
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let Some(wanted) = &arguments.code else {
        for code in all() {
            say!("{}  {}", code.id, code.title);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let wanted = wanted.to_uppercase();
    match all().find(|code| code.id == wanted) {
        Some(code) => {
            say!("{}", code.page.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        None => Err(match nearest(&wanted, all().map(|code| code.id)) {
            Some(near) => format!("there is no code `{wanted}`; did you mean `{near}`? `linchpin explain` lists all"),
            None => format!("there is no code `{wanted}`; `linchpin explain` lists all"),
        }),
    }
}

/// Those of specs, then those of API descriptions.
fn all() -> impl Iterator<Item = &'static Code> {
    codes::ALL.iter().chain(import::codes::ALL)
}
