//! Signatures: a kind, and its settings. What settings a kind has is the model's matter.

use super::block::SIGN;
use super::connection::binds;
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule};
use crate::syntax::ast;

/// `sign aws4 { service = "s3"  region = region  … }`
pub(super) fn sign(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Sign> {
    let span = reader.span(&pair);
    let mut header = Header::read(reader, pair, ast::Head::default());
    let mut sign = ast::Sign { kind: header.name.take()?, settings: Vec::new(), parts: Vec::new(), span };
    reader.block(header.rest, &SIGN, &mut |reader, pair| {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let Some(name) = inner.next().map(|word| reader.ident(&word)) else { return };
        match rule {
            Rule::setting => sign.settings.extend(inner.find_map(|value| setting_value(reader, value)).map(|value| (name, value))),
            _ => {
                let members = binds(reader, inner);
                sign.parts.push((name, members));
            }
        }
    });
    Some(sign)
}

fn setting_value(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::SendValue> {
    if pair.as_rule() != Rule::setting_value {
        return None;
    }
    let value = pair.into_inner().next()?;
    Some(match value.as_rule() {
        Rule::string => ast::SendValue::Template(reader.template(&value)),
        _ => ast::SendValue::Name(reader.ident(&value)),
    })
}
