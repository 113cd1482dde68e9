//! Says what a channel is called.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::slack::{ChannelsInfo, Client};

pub async fn name(client: &Client) -> Result<Option<String>, Error> {
    Ok(ChannelsInfo::new("C024BE91L").send(client).await?.name)
}
