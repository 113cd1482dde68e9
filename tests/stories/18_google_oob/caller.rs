//! Connects to Google.

use super::google_sheets::Installed;

pub fn connection(id: &str, secret: &str) -> Installed {
    Installed::new(id, secret)
}
