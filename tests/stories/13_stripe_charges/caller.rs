//! Adds up what a payment took.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::stripe::v2022_08_01::{Client, GetPayment};

pub async fn taken(client: &Client) -> Result<i64, Error> {
    let payment = GetPayment::new("pi_1").send(client).await?;
    Ok(payment.charges.data.iter().map(|charge| charge.amount).sum())
}
