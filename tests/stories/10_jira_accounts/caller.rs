//! Hands an issue over.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::jira::v2::{AssignIssue, Client, GetIssue, User};

pub async fn hand_over(client: &Client, from: &str, to: &str) -> Result<(), Error> {
    if let Some(User { name, email_address, .. }) = GetIssue::new(from).send(client).await?.assignee {
        println!("{name} <{}>", email_address.to_lowercase());
    }
    AssignIssue::new(from, to).send(client).await?;
    Ok(())
}
