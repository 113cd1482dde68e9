//! JSON text, for the renderers: the compiler has few dependencies, and it only ever writes JSON.

use std::fmt;

/// A JSON value.
pub(crate) enum Json {
    /// A string.
    Text(String),
    /// A whole number.
    Number(usize),
    /// An array.
    List(Vec<Json>),
    /// An object; members in this order.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// A string.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Json::Text(text.into())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Text(text) => write_string(text, out),
            Json::Number(number) => write!(out, "{number}"),
            Json::List(values) => {
                out.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(out, "{}{value}", if index == 0 { "" } else { "," })?;
                }
                out.write_str("]")
            }
            Json::Object(members) => {
                out.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(out, "{}\"{name}\":{value}", if index == 0 { "" } else { "," })?;
                }
                out.write_str("}")
            }
        }
    }
}

fn write_string(text: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    out.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            // The last two end a line in JavaScript.
            '\0'..' ' | '\u{7f}' | '\u{2028}' | '\u{2029}' => write!(out, "\\u{:04x}", character as u32)?,
            _ => write!(out, "{character}")?,
        }
    }
    out.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn what_json_cannot_hold_is_escaped() {
        let value = Json::Object(vec![("a", Json::List(vec![Json::text("\"\\\n\u{1}é\u{2028}"), Json::Number(7)]))]);
        assert_eq!(value.to_string(), "{\"a\":[\"\\\"\\\\\\n\\u0001é\\u2028\",7]}");
    }
}
