//! `linchpin expand`: one module in one version, as a spec of its own. Mixins are taken in, only what this version has is left, and what the
//! module needs stands beside it.

use crate::{Outcome, spec};
use linchpin_compiler::export::expanded;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which module, in which version.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The spec: a `.pin` file, or a folder that holds one connector.
    spec: PathBuf,
    /// The module, for example `repos.list_for_org` or `create_program@2`.
    module: String,
    /// The API version; the newest where not given.
    #[arg(long)]
    api: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api.as_deref())?;
    let module = spec::module(&projection, &arguments.module)?;
    crate::output::write(format_args!("{}", expanded(&projection, module)));
    Ok(ExitCode::SUCCESS)
}
