//! Connects to Figma.

use super::figma::OAuth;

pub fn connection(id: &str, secret: &str) -> OAuth {
    OAuth::new(id, secret)
}
