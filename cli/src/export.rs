//! `linchpin export`: a spec in another form, for other tools. What the form has no place for is listed on the error stream.

use crate::{Outcome, output, spec};
use linchpin_compiler::export::{self, Exported};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which form.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    form: Form,
}

#[derive(clap::Subcommand)]
enum Form {
    /// An OpenAPI 3.1 document, in JSON.
    Openapi(OpenApi),
}

#[derive(clap::Args)]
struct OpenApi {
    /// The spec: a `.pin` file or a folder of them.
    spec: PathBuf,
    /// The API version; the newest unless this says otherwise.
    #[arg(long, value_name = "V")]
    api_version: Option<String>,
    /// Where to write it, if not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.form {
        Form::Openapi(arguments) => openapi(arguments),
    }
}

fn openapi(arguments: &OpenApi) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api_version.as_deref())?;
    let Exported { text, left_out } = export::openapi(&projection);
    match &arguments.output {
        Some(file) => fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?,
        None => output::write(format_args!("{text}")),
    }
    for line in left_out {
        anstream::eprintln!("not in the document: {line}");
    }
    Ok(ExitCode::SUCCESS)
}
