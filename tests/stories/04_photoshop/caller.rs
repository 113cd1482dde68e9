//! Makes a picture smaller and blurs what is far away.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::photoshop::v1::{Client, ExecuteDepthBlur, ResizeImage};

pub async fn prepare(client: &Client, input: &str, output: &str) -> Result<(), Error> {
    ResizeImage::new(input, output, 800).send(client).await?;
    ExecuteDepthBlur::new(input, output).send(client).await?;
    Ok(())
}
