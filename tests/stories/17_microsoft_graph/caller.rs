//! Makes a plan, and says whose it is.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::microsoft_graph::{Client, CreatePlan, GetAlert, GetPermission};

pub async fn plan(client: &Client) -> Result<String, Error> {
    let alert = GetAlert::new("a1").send(client).await?;
    let permission = GetPermission::new("d1", "root", "p1").send(client).await?;
    let plan = CreatePlan::new("Launch", "g1").send(client).await?;
    Ok(format!("{:?} {:?} {:?}", alert.title, permission.granted_to, plan.owner))
}
