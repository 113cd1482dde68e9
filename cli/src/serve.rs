//! `linchpin serve`: a stand-in server on loopback that answers from a spec's examples and tests.

use crate::output::say;
use crate::{Outcome, spec, tables};
use linchpin_runtime::testing::StandIn;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to serve.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The spec: a `.pin` file, or a folder that holds one connector.
    spec: PathBuf,
    /// The API version; the newest where not given.
    #[arg(long)]
    api: Option<String>,
    /// The port on 127.0.0.1; a free one where not given.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api.as_deref())?;
    let table = tables::api(&projection);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let stand_in =
            StandIn::from_table_on(table, arguments.port).await.map_err(|error| format!("127.0.0.1:{}: {error}", arguments.port))?;
        let examples = table.operations.iter().map(|operation| operation.examples.len()).sum::<usize>();
        say!("{} answers {examples} examples at {}", table.title, stand_in.url());
        say!("stop it with Ctrl-C");
        tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
        for request in stand_in.received() {
            say!("{} {}", request.method, request.target);
        }
        Ok(ExitCode::SUCCESS)
    })
}
