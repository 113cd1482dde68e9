//! Makes a picture smaller and blurs what is far away.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::photoshop::v1::{Client, ExecuteDepthBlur, ResizeImage};

pub async fn prepare(client: &Client, input: Url, output: Url) -> Result<(), Error> {
    ResizeImage::new(input.clone(), output.clone(), 800).send(client).await?;
    ExecuteDepthBlur::new(input, output).send(client).await?;
    Ok(())
}
