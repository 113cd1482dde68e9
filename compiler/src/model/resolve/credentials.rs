//! Where credentials and constants go: `send …`, and legal names of headers.

use super::Resolver;
use super::templates::UNKNOWN_HOLE;
use super::unknown::unknown;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Send, Template};
use crate::source::Span;
use crate::syntax::ast::{self, SendPlace, SendValue, Text};

impl Resolver<'_> {
    /// Where a connection's credential goes.
    pub(super) fn credential(&mut self, send: &ast::Send, known: &[String]) -> Send {
        match &send.place {
            SendPlace::Header(name, value) => {
                self.header_is_legal(name);
                Send::Header(name.value.clone(), self.send_value(value, known))
            }
            SendPlace::Query(name, value) => Send::Query(name.value.clone(), self.send_value(value, known)),
            SendPlace::Cookie(name, value) => Send::Cookie(name.value.clone(), self.send_value(value, known)),
            SendPlace::Bearer(value) => {
                let value = self.send_value(value, known);
                Send::Header("Authorization".to_owned(), Template { text: format!("Bearer {}", value.text), ..value })
            }
            SendPlace::Basic(user, password) => Send::Basic(self.send_value(user, known), self.send_value(password, known)),
        }
    }

    /// A name as the template that holds only it, or a template.
    pub(super) fn send_value(&mut self, value: &SendValue, known: &[String]) -> Template {
        let name = match value {
            SendValue::Template(template) => return self.template(template, known),
            SendValue::Name(name) => name,
        };
        if known.contains(&name.value) {
            let hole = name.value.clone();
            return Template { text: format!("{{{hole}}}"), holes: vec![hole], span: name.span };
        }
        if name.value == "access_token" {
            self.report(
                Diagnostic::new(codes::TOKEN_FROM_NOWHERE, name.span, "this connection does not obtain an `access_token`")
                    .here("comes from nowhere")
                    .help("add `oauth2 … { … }` or `exchange … { … }`, or send one of the connection's fields"),
            );
        } else {
            self.report(unknown(codes::UNKNOWN_CREDENTIAL, name, "field or token called", known.iter().map(String::as_str)));
        }
        Template { text: String::new(), holes: vec![UNKNOWN_HOLE.to_owned()], span: name.span }
    }

    /// Header names are tokens (RFC 9110, 5.1).
    pub(super) fn header_is_legal(&mut self, name: &Text) {
        self.header_name_is_legal(&name.value, name.span);
    }

    /// The same for a name that the `names` rule gave.
    pub(super) fn header_name_is_legal(&mut self, name: &str, span: Span) {
        let legal = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if let Some(bad) = name.chars().find(|c| !legal(*c)).or((name.is_empty()).then_some(' ')) {
            self.report(
                Diagnostic::new(codes::BAD_HEADER_NAME, span, format!("`{name}` cannot be the name of a header"))
                    .here(format!("`{bad}` is not allowed"))
                    .help("a header's name is made of letters, digits and `-`"),
            );
        }
    }
}
