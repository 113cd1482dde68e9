//! Connects to Figma.

use super::figma::Oauth;

pub fn connection(id: &str, secret: &str) -> Oauth {
    Oauth::new(id, secret)
}
