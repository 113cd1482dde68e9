//! What generated code names, under one versioned name, and beside it the tables that the macros make of its text, for whoever writes a table by
//! hand. A change here that generated code could see needs a new version.

/// Version 1 of what generated code names.
pub mod __codegen_v1 {
    pub use std::{
        boxed::Box,
        convert::Into,
        default::Default,
        option::Option::{self, None, Some},
        string::String,
        vec::Vec,
    };

    pub use bytes::Bytes;
    pub use serde_json::Value as Json;
    pub use url::Url;
    pub use uuid::Uuid;

    #[cfg(feature = "testing")]
    pub use crate::testing::{spec_test, upgrade_test};
    pub use crate::{
        api::{Api, Connection, ConnectsTo, OfferedBy, Operation, Search, Streaming, Uploads, WatchedIn, preset},
        body::Body,
        client::Client,
        download::Download,
        operation::*,
        shape::{Link, Shape, Shaped},
        trigger::Trigger,
        upgrade::{
            Kind, Upgrade,
            table::{Coercion, ConnectionUpgradeTable, Cursor, Other, OutputStep, UpgradeStep, UpgradeTable},
        },
        value::{Date, DateTime, Decimal, Duration, Host, Id, Map, Patch, Secret, Time},
        webhook::InstantTrigger,
        {answers, closed_enum, open_enum, operation, operations, structure, tagged_union, untagged_union},
    };
}

/// What a program that calls connectors wants in scope.
pub mod prelude {
    pub use crate::{
        ErrorKind,
        api::{Operation as _, Search as _, Streaming as _, Uploads as _},
        trigger::Trigger as _,
        value::{Date, DateTime, Decimal, Duration, Host, Id, Map, Patch, Secret, Time},
        webhook::InstantTrigger as _,
    };
}

/// Takes in the module that the build script made from a spec: `linchpin_runtime::connector!("acme");`
#[macro_export]
macro_rules! connector {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
