//! `linchpin login`: a person authorises a connection in the browser or on another device, and the token is kept for `linchpin call` and for programs.

use crate::connection::{self, Choice};
use crate::output::say;
use crate::{Outcome, spec};
use linchpin_runtime::auth::{DeviceAuthorizer, Loopback};
use linchpin_runtime::{AnyClient, Error};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// What to log in to.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The spec: a `.pin` file, or a folder that holds one connector.
    spec: PathBuf,
    /// The API version; the newest where not given.
    #[arg(long)]
    api: Option<String>,
    #[command(flatten)]
    choice: Choice,
    /// The port on 127.0.0.1 to which the browser comes back, where the application is registered with one; a free one where not given.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Only prints the address, and opens no browser.
    #[arg(long)]
    no_browser: bool,
    /// How many seconds to wait for the person.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    wait: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api.as_deref())?;
    let Some(chosen) = arguments.choice.chosen(&model, &projection, &connection::logs_in)? else {
        return Err(format!(
            "`{}` has no connection that a person authorises in a browser or on another device (`oauth2 code`, `oauth2 device`)",
            model.connector.name
        ));
    };
    let title = chosen.title.clone();
    let client = arguments.choice.client(&model, &projection, &connection::logs_in)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    match runtime.block_on(login(arguments, &client)) {
        Ok(()) => {
            say!("logged in to {}, {title}, as {}", model.connector.title, arguments.choice.who());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            anstream::eprintln!("{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn login(arguments: &Arguments, client: &AnyClient) -> Result<(), String> {
    match client.device_authorizer() {
        Ok(authorizer) => on_another_device(arguments, &authorizer).await,
        Err(_) => in_a_browser(arguments, client).await.map_err(|error| error.to_string()),
    }
}

/// Shows the code, and asks the server until it was entered somewhere.
async fn on_another_device(arguments: &Arguments, authorizer: &DeviceAuthorizer) -> Result<(), String> {
    let code = authorizer.begin().await.map_err(|error| error.to_string())?;
    say!("open {} on any device", code.verification_uri());
    say!("enter {}", code.user_code());
    if let Some(complete) = code.verification_uri_complete() {
        say!("or open {complete}, which has the code in it");
    }
    let wait = Duration::from_secs(arguments.wait);
    match tokio::time::timeout(wait, authorizer.finish(code)).await {
        Ok(token) => token.map(drop).map_err(|error| error.to_string()),
        Err(_) => Err("nobody entered the code in time".to_owned()),
    }
}

async fn in_a_browser(arguments: &Arguments, client: &AnyClient) -> Result<(), Error> {
    let loopback = Loopback::bind(arguments.port).await?;
    let authorizer = client.authorizer(loopback.redirect_uri().clone())?;
    let request = authorizer.begin()?;
    say!("the browser comes back to {}", loopback.redirect_uri());
    say!("open {}", request.url());
    if !arguments.no_browser && open::that_detached(request.url().as_str()).is_err() {
        say!("no browser could be opened; open the address yourself");
    }
    let callback = loopback.answer_to(&request, Duration::from_secs(arguments.wait)).await?;
    authorizer.finish(request, &callback).await?;
    Ok(())
}
