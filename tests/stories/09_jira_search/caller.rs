//! Counts stale issues, and reads the first.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::jira::v3::{Client, FindFirstIssues};

pub async fn stale(client: &Client) -> Result<String, Error> {
    let found = FindFirstIssues::new().jql("updated < -30d").start_at(0).max_results(1).send(client).await?;
    Ok(format!("{} of {}", found.issues.len(), found.total))
}
