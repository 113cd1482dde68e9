//! What a universal call sends after its head: bytes as they are, JSON, a form, or a multipart form (RFC 7578).

use bytes::Bytes;
use serde_json::Value as Json;
use url::form_urlencoded;

use crate::body::{Body, Payload, Piece};
use crate::error::{Error, ErrorKind};

/// The body of a universal call.
#[derive(Clone, Debug, Default)]
pub enum HttpBody {
    /// None.
    #[default]
    Empty,
    /// Bytes from memory, a file or a stream, with the content type that the [`Body`] states (`application/octet-stream` if none).
    Raw(Body),
    /// `application/json`
    Json(Json),
    /// `application/x-www-form-urlencoded`; a name may come several times.
    Form(Vec<(String, String)>),
    /// `multipart/form-data`
    Multipart(Vec<Part>),
}

/// A part of a multipart form.
#[derive(Clone, Debug)]
pub struct Part {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    File(Body),
}

impl Part {
    /// A text field.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), content: Content::Text(value.into()) }
    }

    /// A file, with the name and the content type that the [`Body`] states.
    pub fn file(name: impl Into<String>, body: impl Into<Body>) -> Self {
        Self { name: name.into(), content: Content::File(body.into()) }
    }
}

impl HttpBody {
    /// The content type and what is sent. `boundary` separates the parts of a multipart form and must not occur in them.
    pub(crate) fn encode(&self, boundary: &str) -> Result<Option<(String, Payload)>, Error> {
        Ok(match self {
            Self::Empty => None,
            Self::Raw(body) => {
                let kind = body.stated_type().unwrap_or("application/octet-stream").to_owned();
                Some((kind, Payload { pieces: vec![body.piece()] }))
            }
            Self::Json(json) => Some(("application/json".to_owned(), Payload::of(json.to_string()))),
            Self::Form(pairs) => {
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                Some(("application/x-www-form-urlencoded".to_owned(), Payload::of(form)))
            }
            Self::Multipart(parts) => Some((format!("multipart/form-data; boundary={boundary}"), multipart(parts, boundary)?)),
        })
    }
}

fn multipart(parts: &[Part], boundary: &str) -> Result<Payload, Error> {
    let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
    let mut text = String::new();
    for part in parts {
        text.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.name)));
        match &part.content {
            Content::Text(value) => {
                text.push_str("\r\n\r\n");
                text.push_str(value);
            }
            Content::File(body) => {
                // Servers tell a file from a text by the file name alone, so there always is one.
                text.push_str(&format!("; filename=\"{}\"", quoted(body.stated_name().unwrap_or(&part.name))));
                text.push_str(&format!("\r\nContent-Type: {}\r\n\r\n", content_type(body)?));
                pieces.push(Piece::Bytes(Bytes::from(std::mem::take(&mut text))));
                pieces.push(body.piece());
            }
        }
        text.push_str("\r\n");
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    pieces.push(Piece::Bytes(Bytes::from(text)));
    Ok(Payload { pieces })
}

fn content_type(body: &Body) -> Result<&str, Error> {
    let kind = body.stated_type().unwrap_or("application/octet-stream");
    match http::HeaderValue::from_str(kind) {
        Ok(_) => Ok(kind),
        Err(_) => Err(Error::new(ErrorKind::Input, "a file's content type has a character that may not stand in a header")),
    }
}

/// A name inside quotes, as browsers write it: the three characters that could end it are percent-encoded.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(payload: &Payload) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            _ => "<file>".to_owned(),
        };
        payload.pieces.iter().map(piece).collect()
    }

    #[test]
    fn each_encoding_states_its_type() {
        let encode = |body: HttpBody| {
            let (kind, payload) = body.encode("B").unwrap().unwrap();
            (kind, text(&payload))
        };
        assert_eq!(encode(HttpBody::Json(serde_json::json!({"a": 1}))), ("application/json".into(), r#"{"a":1}"#.into()));
        let form = HttpBody::Form(vec![("a".into(), "1 & 2".into()), ("a".into(), "é".into())]);
        assert_eq!(encode(form), ("application/x-www-form-urlencoded".into(), "a=1+%26+2&a=%C3%A9".into()));
        let raw = HttpBody::Raw(Body::from("<a/>").content_type("application/xml"));
        assert_eq!(encode(raw), ("application/xml".into(), "<a/>".into()));
        assert!(HttpBody::Empty.encode("B").unwrap().is_none());
    }

    #[test]
    fn a_multipart_form_has_texts_and_files() {
        let parts =
            vec![Part::text("title", "Plan"), Part::file("file", Body::from("x,y").content_type("text/csv").file_name("a\"b\r\n.csv"))];
        let (kind, payload) = HttpBody::Multipart(parts).encode("B").unwrap().unwrap();
        assert_eq!(kind, "multipart/form-data; boundary=B");
        assert_eq!(
            text(&payload),
            "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nPlan\r\n\
             --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0A.csv\"\r\nContent-Type: text/csv\r\n\r\nx,y\r\n\
             --B--\r\n"
        );
        let evil = Part::file("f", Body::from("x").content_type("text/csv\r\nX-Evil: 1"));
        assert!(HttpBody::Multipart(vec![evil]).encode("B").is_err());
    }
}
