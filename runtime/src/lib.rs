//! Linchpin's runtime: executes what modules compiled from connector specs declare.
#![deny(unsafe_code)]
#![allow(clippy::macro_metavars_in_unsafe, reason = "the macros write type and table from the same tokens, and say why that is sound")]

mod address;
mod answer;
pub mod api;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod body;
mod budget;
mod cache;
mod call;
mod catalog;
mod checkpoint;
mod client;
pub mod clock;
mod codegen;
pub mod connection;
#[cfg(feature = "cookies")]
mod cookies;
mod download;
mod dynamic;
mod encode;
mod engine;
mod error;
mod events;
mod form;
#[cfg(test)]
mod fuzz;
mod gate;
pub mod graphql_module;
mod head;
pub mod http_module;
pub mod life;
pub mod limit;
mod observe;
pub mod operation;
mod page;
mod plain;
mod random;
mod retry;
pub mod shape;
#[cfg(feature = "soap")]
pub mod soap;
mod steps;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod transfer;
mod transport;
pub mod trigger;
pub mod upgrade;
mod upload;
pub mod value;
pub mod webhook;
pub mod webhook_module;
mod whole_file;
mod xml;

pub use body::{Body, OpenPayload};
pub use catalog::{Catalog, Module};
pub use client::{AnyClient, Client, ClientBuilder, Sending};
pub use codegen::{__codegen_v1, prelude};
pub use download::{Download, DownloadCheckpoint};
pub use error::{Error, ErrorKind};
pub use events::{AnyEvents, Events};
pub use gate::RedirectPolicy;
pub use head::{Answer, AnswerFuture, ETag};
pub use observe::{Attempt, Held, Notice, Observer, Unknown, Waiting};
pub use page::{Checkpoint, Items, Pages};
pub use retry::RetrySettings;
pub use steps::{Advanced, AnyJob, FailedStep, Job, JobCheckpoint};
pub use transfer::Progress;
pub use transport::{HttpClient, Incoming, IncomingBody, Outgoing, SendFailure};
pub use upload::{Upload, UploadCheckpoint};
/// The URL that [`Client::authorizer`] takes and fields of the type `url` hold, so that a program needs no crate of its own for it.
///
/// ```
/// let back: linchpin_runtime::Url = "https://program.example/back".parse()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use url::Url;
pub use value::{Date, DateTime, Decimal, Duration, Host, Id, Map, Patch, Secret, Time};
