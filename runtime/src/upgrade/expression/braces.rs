//! The `{{…}}` form of exported scenarios, as far as upgrades must know it: what a text is, and a member of what it gives.

use super::{
    Access, Expressions, Followed, Outputs, TextKind, Unreadable,
    parse::{self, Operand, OperandKind, Template},
    rewrite,
};

/// The `{{…}}` form of exported scenarios.
#[derive(Clone, Copy, Debug, Default)]
pub struct Braces;

impl Expressions for Braces {
    fn kind(&self, text: &str) -> Result<TextKind, Unreadable> {
        if self.is_nothing(text) {
            return Ok(TextKind::Nothing);
        }
        if !text.contains("{{") {
            return Ok(TextKind::Literal);
        }
        Ok(match parse::template(text)? {
            Template { blocks, has_text: false } if blocks.len() == 1 => TextKind::Mapped,
            _ => TextKind::Mixed,
        })
    }

    fn is_nothing(&self, text: &str) -> bool {
        let inner = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
        text.is_empty() || inner.is_some_and(|inner| matches!(inner.trim(), "" | "emptystring" | "null"))
    }

    fn member(&self, text: &str, path: &[&str]) -> Option<String> {
        let template = text.starts_with("{{").then(|| parse::template(text))?.ok()?;
        let [block] = template.blocks.as_slice() else { return None };
        if template.has_text || block.sum.is_empty() {
            return None;
        }
        let inner = text.get(2..text.len() - 2)?.trim();
        let below: Vec<Access> = path.iter().map(|name| Access::Name((*name).to_owned())).collect();
        Some(match block.sum.as_slice() {
            [operand] if is_path(text, operand) => format!("{{{{{inner}{}}}}}", rewrite::written(&below, true)),
            _ => format!("{{{{get({inner}; {})}}}}", rewrite::written(&below, false)),
        })
    }

    fn follow(&self, text: &str, outputs: &dyn Outputs) -> Result<Followed, Unreadable> {
        if !text.contains("{{") {
            return Ok(Followed::default());
        }
        Ok(rewrite::follow(text, &parse::template(text)?, outputs))
    }

    fn output(&self, text: &str) -> Option<(String, Vec<Access>)> {
        let mut template = parse::template(text).ok()?;
        let block = template.blocks.pop()?;
        match <[Operand; 1]>::try_from(block.sum).ok()? {
            [Operand { kind: OperandKind::Output { step, path }, .. }] if !template.has_text && template.blocks.is_empty() => {
                Some((step, path))
            }
            _ => None,
        }
    }
}

/// Can `.name` be written behind it?
fn is_path(text: &str, operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Output { .. } | OperandKind::Name(_) => true,
        // A whole number is the whole output of a step.
        OperandKind::Number => !text[operand.span.clone()].contains('.'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_is() {
        for (text, kind) in [
            ("", TextKind::Nothing),
            ("{{emptystring}}", TextKind::Nothing),
            ("Alpha", TextKind::Literal),
            ("{{2.owner}}", TextKind::Mapped),
            ("{{upper(2.name)}}", TextKind::Mapped),
            ("{{2.a}} {{2.b}}", TextKind::Mixed),
            ("a{{2.a}}", TextKind::Mixed),
        ] {
            assert_eq!(Braces.kind(text), Ok(kind), "{text}");
        }
        assert!(Braces.kind("{{2.a").is_err());
    }

    #[test]
    fn members_of_what_is_mapped() {
        for (text, path, expected) in [
            ("{{2.owner}}", &["id"][..], Some("{{2.owner.id}}")),
            ("{{ 2.owner }}", &["id"], Some("{{2.owner.id}}")),
            ("{{2}}", &["owner", "id"], Some("{{2.owner.id}}")),
            ("{{2.owners[1]}}", &["DE:id"], Some("{{2.owners[1].DE:id}}")),
            ("{{2.owner}}", &["the id"], Some("{{2.owner.`the id`}}")),
            ("{{first(2.owners)}}", &["home", "id"], Some("{{get(first(2.owners); home.id)}}")),
            ("{{if(1.a; 2.owner; 3.owner)}}", &["id"], Some("{{get(if(1.a; 2.owner; 3.owner); id)}}")),
            ("by {{2.owner}}", &["id"], None),
            ("{{2.a}}{{2.b}}", &["id"], None),
            ("plain", &["id"], None),
        ] {
            assert_eq!(Braces.member(text, path).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_output_by_itself() {
        let (step, path) = Braces.output("{{3.status}}").unwrap();
        assert_eq!((step.as_str(), path), ("3", vec![Access::Name("status".into())]));
        for text in ["{{upper(3.status)}}", "x{{3.status}}", "{{3.a + 3.b}}", "{{3.a}}{{3.b}}", "3"] {
            assert_eq!(Braces.output(text), None, "{text}");
        }
    }
}
