//! Opens an issue and says who works on it.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::github::v2022_11_28::{Client, CreateIssue, GetPull, GetRateLimit};

pub async fn report(client: &Client) -> Result<String, Error> {
    let issue = CreateIssue::new("acme", "shop", "It is broken").assignee("octocat").send(client).await?;
    let login = issue.assignee.map(|user| user.login);
    let pull = GetPull::new("acme", "shop", 7).send(client).await?;
    let left = GetRateLimit::new().send(client).await?.rate.remaining;
    Ok(format!("#{} for {login:?}, {:?}, {left} calls are left", issue.number, pull.merge_commit_sha))
}
