//! Says when a subscription renews.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::stripe::v2022_11_15::{Client, GetInvoice, GetSubscription};

pub async fn renews(client: &Client) -> Result<Option<DateTime>, Error> {
    let Some(subscription) = GetInvoice::new("in_1").send(client).await?.subscription else { return Ok(None) };
    Ok(Some(GetSubscription::new(subscription).send(client).await?.current_period_end))
}
