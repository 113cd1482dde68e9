//! Says how many can be sold.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::shopify::v2024_01::{Client, GetInventoryLevel};

pub async fn available(client: &Client) -> Result<i64, Error> {
    Ok(GetInventoryLevel::new("gid://shopify/InventoryLevel/1").send(client).await?.available)
}
