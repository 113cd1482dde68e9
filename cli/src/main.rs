//! The `linchpin` command. It reads arguments and prints; no rule of the language lives here.

mod call;
mod check;
mod connection;
mod diff;
mod expand;
mod explain;
mod export;
mod files;
mod format;
mod import;
mod lock;
mod login;
mod outlook;
mod output;
mod progress;
mod serve;
mod spec;
mod today;
mod upgrade;

use clap::{Parser, Subcommand};
use linchpin_cli::tables;
use std::process::ExitCode;

/// Connector specs, checked, explained and tried out.
#[derive(Parser)]
#[command(name = "linchpin", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks specs and shows every mistake at once.
    Check(check::Arguments),
    /// Says what differs between two specs or API descriptions, and what that means.
    Diff(diff::Arguments),
    /// Rewrites specs in the canonical layout; comments stay.
    Fmt(format::Arguments),
    /// Makes a spec of an OpenAPI or Swagger description.
    Import(import::Arguments),
    /// Explains a diagnostic code, for example P0301.
    Explain(explain::Arguments),
    /// Writes a spec in another form, for other tools.
    Export(export::Arguments),
    /// Shows the end shape of one module in one API version.
    Expand(expand::Arguments),
    /// Calls a module of a spec.
    Call(call::Arguments),
    /// Logs a person in to a connection, in the browser.
    Login(login::Arguments),
    /// Serves a spec's examples and tests on loopback.
    Serve(serve::Arguments),
    /// Records the present of specs as released.
    Lock(lock::Arguments),
    /// Shows what ends when: API versions, and everything deprecated.
    Outlook(outlook::Arguments),
    /// Plans and makes the upgrade of stored scenarios.
    Upgrade(upgrade::Arguments),
}

/// What a command ends with when it did not do what was asked; the message is for people.
type Outcome = Result<ExitCode, String>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Fmt(arguments) => format::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Expand(arguments) => expand::run(&arguments),
        Command::Call(arguments) => call::run(&arguments),
        Command::Login(arguments) => login::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::Outlook(arguments) => outlook::run(&arguments),
        Command::Upgrade(arguments) => upgrade::run(&arguments),
    };
    outcome.unwrap_or_else(|message| {
        anstream::eprintln!("linchpin: {message}");
        ExitCode::from(2)
    })
}
