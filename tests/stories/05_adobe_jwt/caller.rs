//! Connects as a technical account.

use linchpin_runtime::Error;

use super::target::{Client, ServiceAccount};

pub fn connect(jwt: &str, secret: &str) -> Result<Client, Error> {
    Client::builder(ServiceAccount::new("acme", "ORG@AdobeOrg", "T@techacct.adobe.com", "id", secret, jwt)).build()
}
