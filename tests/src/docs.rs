//! The connectors that the documentation shows, compiled; its Rust blocks are doctests that use them.

linchpin_runtime::connector!("acme");
linchpin_runtime::connector!("books");
linchpin_runtime::connector!("exports");
linchpin_runtime::connector!("library");
linchpin_runtime::connector!("tracker");

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/first-connector.md")]
struct FirstConnector;

#[cfg(doctest)]
#[doc = include_str!("../../docs/life.md")]
struct Life;

#[cfg(doctest)]
#[doc = include_str!("../../docs/triggers.md")]
struct Triggers;

#[cfg(doctest)]
#[doc = include_str!("../../docs/long-work.md")]
struct LongWork;

#[cfg(doctest)]
#[doc = include_str!("../../docs/jobs.md")]
struct Jobs;

#[cfg(doctest)]
#[doc = include_str!("../../docs/language.md")]
struct Language;

#[cfg(doctest)]
#[doc = include_str!("../../docs/soap.md")]
struct Soap;

#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
struct Testing;

#[cfg(doctest)]
#[doc = include_str!("../../docs/universal.md")]
struct Universal;

#[cfg(doctest)]
#[doc = include_str!("../../docs/production.md")]
struct Production;

#[cfg(doctest)]
#[doc = include_str!("../../docs/upgrade.md")]
struct Upgrade;
