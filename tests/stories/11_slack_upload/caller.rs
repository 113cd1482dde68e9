//! Posts a report.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::slack::{Client, File, UploadFile};

pub async fn post(client: &Client, report: Vec<u8>) -> Result<File, Error> {
    UploadFile::new(report).filename("week.pdf").channel("C0REPORTS").send(client).await
}
