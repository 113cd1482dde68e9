//! Signatures: a kind, and its settings. What settings a kind has is the model's matter.

use super::block::SIGN;
use super::connection::{binds, send_value};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule};
use crate::source::Span;
use crate::syntax::ast;

/// `sign aws4 { service = "s3"  region = region  … }`
pub(super) fn sign(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Sign> {
    let span = reader.span(&pair);
    let mut header = Header::read(reader, pair, ast::Head::default());
    let kind = header.name.take()?;
    Some(settings(reader, header.rest, kind, span))
}

/// The statements between the braces, of signatures and of tokens that a grant signs.
pub(super) fn settings<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>, kind: ast::Ident, span: Span) -> ast::Sign {
    let mut sign = ast::Sign { kind, settings: Vec::new(), parts: Vec::new(), span };
    reader.block(pairs, &SIGN, &mut |reader, pair| {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let Some(name) = inner.next().map(|word| reader.ident(&word)) else { return };
        match rule {
            Rule::setting => {
                let value = inner.find(|pair| pair.as_rule() == Rule::setting_value);
                sign.settings.extend(value.and_then(|value| send_value(reader, value)).map(|value| (name, value)));
            }
            _ => {
                let members = binds(reader, inner);
                sign.parts.push((name, members));
            }
        }
    });
    sign
}
