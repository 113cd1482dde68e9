//! Reads an account.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::salesforce::v30::{Client, GetRecord, Record};

pub async fn account(client: &Client) -> Result<Record, Error> {
    GetRecord::new("Account", "001x").send(client).await
}
