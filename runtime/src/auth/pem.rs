//! PEM (RFC 7468) as people hand it over: forms and files of settings turn its line ends into `\\n` or into spaces. What it holds is rustls' to
//! read.

use crate::value::Secret;

/// The same blocks with their line ends. What is no PEM stays what it is, and is refused by whoever reads it.
pub(crate) fn tidy(text: &str) -> Secret {
    let text = Secret::new(text.replace("\\n", "\n"));
    let mut tidied = Secret::new(String::new());
    let mut parts = text.expose().split("-----");
    // Before the first block, between blocks and behind the last one stands nothing that counts.
    while let (Some(_), Some(head), Some(body), Some(tail)) = (parts.next(), parts.next(), parts.next(), parts.next()) {
        let body = Secret::new(body.split_whitespace().collect::<Vec<_>>().join("\n"));
        tidied = Secret::new(format!("{}-----{head}-----\n{}\n-----{tail}-----\n", tidied.expose(), body.expose()));
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_becomes_the_same() {
        let two = "-----BEGIN A-----\nQUJD\nREVG\n-----END A-----\n-----BEGIN B-----\nWA==\n-----END B-----\n";
        for spelled in [two.to_owned(), two.replace('\n', "\\n"), two.replace('\n', " "), format!("  {two}"), two.replace('\n', "\r\n")] {
            assert_eq!(tidy(&spelled).expose(), two, "{spelled:?}");
        }
        assert_eq!(tidy("s3cr3t").expose(), "");
        assert_eq!(tidy("-----BEGIN A-----").expose(), "");
    }
}
