//! Lets somebody book, and adds a version to a document.

use linchpin_runtime::Error;
use linchpin_runtime::prelude::*;

use super::workfront::v19::{Action, Client, CreateDocumentVersion, ShareProject};

pub async fn share(client: &Client) -> Result<(), Error> {
    ShareProject::new("p1", "u1", Action::AddBookings).send(client).await?;
    CreateDocumentVersion::new("d1", "h1", "2").send(client).await?;
    Ok(())
}
