//! Says at what an assignment is billed.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::workfront::v20::{Client, ReadAssignment, ReadAssignmentBillingRole, ReadTask};

pub async fn billed(client: &Client) -> Result<usize, Error> {
    let assignment = ReadAssignment::new("a1").send(client).await?;
    let task = ReadTask::new("t1").send(client).await?;
    let role = ReadAssignmentBillingRole::new("b1").send(client).await?;
    Ok(assignment.assignment_billing_roles.map_or(0, |roles| roles.len()) + task.name.len() + role.role_id.len())
}
