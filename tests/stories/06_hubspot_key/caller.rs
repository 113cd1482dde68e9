//! Connects with a key.

use linchpin_runtime::Error;

use super::hubspot::{ApiKey, Client};

pub fn connect(key: &str) -> Result<Client, Error> {
    Client::builder(ApiKey::new(key)).build()
}
