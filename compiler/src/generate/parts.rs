//! A large connector in several files: each group of a version goes to a file of its own, which a `mod` without a body takes in.
//!
//! Rust looks for such a file by the modules that it stands in, so `acme/v2/repos.rs` beside `acme.rs` needs no path to be written.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

/// A module that stands in a file of its own.
#[derive(Clone, Debug)]
pub struct Part {
    /// The modules it stands in, its own name last; the connector's first.
    pub path: Vec<String>,
    /// What is in it.
    pub tokens: TokenStream,
}

/// Takes the groups out of a connector's module. `depth` is how many modules stand around a group: the connector's, and that of its
/// version if it has some.
pub(super) fn parted(tokens: TokenStream, depth: usize, is_group: &dyn Fn(&str) -> bool) -> (TokenStream, Vec<Part>) {
    let mut parts = Vec::new();
    let tokens = outside(tokens, depth, &mut Vec::new(), is_group, &mut parts);
    (tokens, parts)
}

/// How many tokens there are, those inside of others included.
pub(super) fn count(tokens: &TokenStream) -> usize {
    let one = |token: TokenTree| match token {
        TokenTree::Group(group) => 2 + count(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(one).sum()
}

fn outside(
    tokens: TokenStream,
    depth: usize,
    path: &mut Vec<String>,
    is_group: &dyn Fn(&str) -> bool,
    parts: &mut Vec<Part>,
) -> TokenStream {
    // The last two tokens: `mod name`, before a body.
    let mut before: [Option<String>; 2] = [None, None];
    let mut out = Vec::new();
    for token in tokens {
        let name = before[1].clone().filter(|_| before[0].as_deref() == Some("mod"));
        match (token, name) {
            (TokenTree::Group(body), Some(name)) if body.delimiter() == Delimiter::Brace => {
                path.push(name.clone());
                if path.len() <= depth {
                    let inner = outside(body.stream(), depth, path, is_group, parts);
                    out.push(TokenTree::Group(Group::new(Delimiter::Brace, inner)));
                } else if is_group(&name) {
                    parts.push(Part { path: path.clone(), tokens: body.stream() });
                    out.push(TokenTree::Punct(Punct::new(';', Spacing::Alone)));
                } else {
                    out.push(TokenTree::Group(body));
                }
                path.pop();
                before = [None, None];
            }
            (token, _) => {
                let [_, last] = before;
                let word = if let TokenTree::Ident(word) = &token { Some(word.to_string()) } else { None };
                before = [last, word];
                out.push(token);
            }
        }
    }
    out.into_iter().collect()
}
