//! Ready-made connectors, compiled from the specs in `specs/`. Each is a module behind a cargo feature of the same name; none is on
//! by default, so a program builds only what it names:
//!
//! ```toml
//! linchpin-connectors = { version = "0.1", features = ["workfront"] }
//! ```
//!
//! | feature | application | versions |
//! |---|---|---|
//! | `github` | GitHub's REST API | `v2022_11_28`, `v2026_03_10` |
//! | `microsoft_graph` | Microsoft Graph | `v1` |
//! | `slack` | Slack's Web API | one |
//! | `workfront` | Adobe Workfront | `v21`, `v22` |
//!
//! A connector with versions has a module for each, with a `Client` and a struct for every operation. What did not change from one
//! version to the next is the same type in both, so two versions can be used in one program. Connections stand beside the versions.
//!
//! What no operation covers is called over the same connection, with the universal `http` module; a path stands below the server of the
//! client's version:
//!
//! ```no_run
//! # #[cfg(feature = "workfront")]
//! # async fn custom_call(client: &linchpin_connectors::workfront::v22::Client) -> Result<(), linchpin_runtime::Error> {
//! use linchpin_runtime::http_module::HttpRequest;
//! let answer = HttpRequest::get("/TMPL/search").query("fields", "name,ownerID").send(client).await?;
//! println!("{}", answer.json()?["data"]);
//! # Ok(())
//! # }
//! ```
//!
//! Applications grow, and specs with them: structs and enums that may get another field or value are `#[non_exhaustive]`, so that a new
//! release breaks no build. Matching needs a `..` or a `_`; what an operation is given has `new` and setters, and so have the types in it.
#![cfg_attr(
    feature = "slack",
    doc = "```\nuse linchpin_connectors::slack::Reaction;\nfn name(Reaction { name, .. }: Reaction) -> String { name }\n```",
    doc = "```compile_fail,E0638\nuse linchpin_connectors::slack::Reaction;\nfn name(Reaction { name, count: _, users: _ }: Reaction) -> String { name }\n```"
)]
//!
//! Nothing here acts: the modules declare types and tables, which [`linchpin_runtime`] executes.

#[cfg(feature = "github")]
linchpin_runtime::connector!("github");

#[cfg(feature = "microsoft_graph")]
linchpin_runtime::connector!("microsoft_graph");

#[cfg(feature = "slack")]
linchpin_runtime::connector!("slack");

#[cfg(feature = "workfront")]
linchpin_runtime::connector!("workfront");
