//! What a request is for, and what of it is secret: for clients that record. What is then done about it is theirs.

use crate::{connection::Applied, operation::OperationTable};

/// What a request is for.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "cassettes read it"))]
pub(crate) enum About {
    /// A credential is obtained: all of it is secret, and all of its answer.
    Credential,
    /// An operation is called.
    Call {
        /// The operation, whose table says which inputs and outputs are secret.
        operation: &'static OperationTable,
        /// The names of the query parameters that the credential is in.
        query: Box<[String]>,
    },
}

impl About {
    /// A call that carries this credential.
    pub(crate) fn call(operation: &'static OperationTable, applied: Option<&Applied>, signed: &[&str]) -> About {
        let names = applied.into_iter().flat_map(|applied| &applied.query).map(|(name, _)| name.clone());
        let names = names.chain(signed.iter().map(|name| (*name).to_owned()));
        About::Call { operation, query: names.collect() }
    }
}
