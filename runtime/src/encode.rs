//! Request bodies: JSON, form, multipart, XML, raw. Which fields make the body is `call`'s; reading files and streams is `body`'s.

use bytes::Bytes;
use serde_json::Value;

use crate::{
    address::Pairs,
    body::{Payload, Piece},
    call::{self, Given, Input},
    error::{Error, ErrorKind},
    operation::{ApiTable, BodyEncoding, Constant, ConstantPlace, OperationTable, Style},
    plain::Plain,
    shape::{Attrs, ErasedRef, Field, Kind, Leaf, View},
};

/// The payload of a call and its content type.
pub(crate) fn body(table: &'static OperationTable, api: &'static ApiTable, input: &Input<'_>) -> Result<(Payload, Option<String>), Error> {
    let fixed = Fixed { own: table.constants, api };
    match table.body {
        BodyEncoding::None => Ok((Payload::default(), None)),
        BodyEncoding::Json => json(input, &fixed).map(|payload| (payload, Some("application/json".to_owned()))),
        BodyEncoding::JsonAs(content_type) => json(input, &fixed).map(|payload| (payload, Some(content_type.to_owned()))),
        BodyEncoding::Form => Ok((Payload::of(form(input, &fixed)), Some("application/x-www-form-urlencoded".to_owned()))),
        BodyEncoding::Multipart => {
            let boundary = format!("linchpin-{:032x}", fastrand::u128(..));
            Ok((multipart(input, &fixed, &boundary)?, Some(format!("multipart/form-data; boundary={boundary}"))))
        }
        BodyEncoding::Xml(root) => xml(input, &fixed, root).map(|payload| (payload, Some("application/xml".to_owned()))),
        BodyEncoding::Raw(content_type) => raw(input, content_type),
        BodyEncoding::Graphql(document) => Ok((graphql(input, &fixed, document), Some("application/json".to_owned()))),
    }
}

/// What always stands in the body.
struct Fixed {
    own: &'static [Constant],
    api: &'static ApiTable,
}

impl Fixed {
    /// Names and JSON values.
    fn members(&self) -> impl Iterator<Item = (&'static str, String)> {
        let body = |constant: &&Constant| constant.place == ConstantPlace::Body;
        let shared =
            self.api.constants.iter().filter(body).map(|constant| (constant.name, constant.value.replace("{api}", self.api.wire_version)));
        shared.chain(self.own.iter().filter(body).map(|constant| (constant.name, constant.value.to_owned())))
    }
}

/// The JSON text of a value, with times as its field says.
pub(crate) fn json_text(value: ErasedRef<'_>, attrs: &Attrs) -> String {
    let mut out = Vec::new();
    write_json(&mut out, Given::Typed(value), attrs);
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn write_json(out: &mut Vec<u8>, given: Given<'_>, attrs: &Attrs) {
    match given {
        Given::Typed(value) => crate::shape::write_json(out, value, attrs),
        Given::Moved(value) => serde_json::to_writer(out, value).expect("keys are texts, and memory takes every byte"),
    }
}

fn json(input: &Input<'_>, fixed: &Fixed) -> Result<Payload, Error> {
    let mut out = Vec::with_capacity(128);
    if let Some((field, given)) = input.whole_body() {
        if is_absent(given) && !field.attrs.required {
            return Ok(Payload::default());
        }
        write_json(&mut out, given, &field.attrs);
        return Ok(Payload::of(out));
    }
    write_members(&mut out, input, fixed);
    Ok(Payload::of(out))
}

/// The document, and the members of the body as its variables.
fn graphql(input: &Input<'_>, fixed: &Fixed, document: &str) -> Payload {
    let mut out = Vec::with_capacity(document.len() + 128);
    out.push(b'{');
    write_name(&mut out, "query");
    serde_json::to_writer(&mut out, document).expect("a text is written to memory");
    write_name(&mut out, "variables");
    write_members(&mut out, input, fixed);
    out.push(b'}');
    Payload::of(out)
}

/// An object of the body's members.
fn write_members(out: &mut Vec<u8>, input: &Input<'_>, fixed: &Fixed) {
    out.push(b'{');
    for (field, given) in input.body_members() {
        match given {
            Given::Typed(value) if field.attrs.rest => write_rest(out, value, field),
            _ if is_absent(given) && !(field.attrs.required && field.attrs.nullable) => {}
            _ => {
                write_name(out, field.wire);
                write_json(out, given, &field.attrs);
            }
        }
    }
    for (name, value) in fixed.members() {
        write_name(out, name);
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b'}');
}

fn write_rest(out: &mut Vec<u8>, value: ErasedRef<'_>, field: &Field) {
    let Some(View::Map(entries)) = value.present().map(ErasedRef::view) else { return };
    for (name, entry) in entries.iter() {
        write_name(out, name);
        write_json(out, Given::Typed(entry), &field.attrs);
    }
}

fn write_name(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    serde_json::to_writer(&mut *out, name).expect("a name is written to memory");
    out.push(b':');
}

/// Not given: an option without a value, a patch that leaves. A patch that erases is given.
fn is_absent(given: Given<'_>) -> bool {
    use crate::shape::PatchView;
    match given {
        Given::Moved(_) => false,
        Given::Typed(value) => match value.view() {
            View::Optional(inner) => inner.is_none_or(|inner| is_absent(Given::Typed(inner))),
            View::Patch(PatchView::Leave) => true,
            _ => false,
        },
    }
}

/// The members of a body where there is no JSON.
fn plain_members<'a>(input: &Input<'a>, fixed: &Fixed) -> Vec<(std::borrow::Cow<'a, str>, Plain<'a>)> {
    let mut all = Vec::new();
    if let Some((field, given)) = input.whole_body()
        && let Some(Plain::Members(members)) = given.plain(&field.attrs)
    {
        all = members;
    }
    for (field, given) in input.body_members() {
        match given.plain(&field.attrs) {
            Some(Plain::Members(rest)) if field.attrs.rest => all.extend(rest),
            Some(plain) => all.push((field.wire.into(), plain)),
            None => {}
        }
    }
    for (name, value) in fixed.members() {
        let value: Value = serde_json::from_str(&value).unwrap_or(Value::String(value));
        all.push((name.into(), Plain::from_json(&value)));
    }
    all
}

/// Lists as repeated pairs, members as `a[k]=v`: what most form APIs read.
fn form(input: &Input<'_>, fixed: &Fixed) -> String {
    let mut pairs = Pairs::default();
    for (name, value) in plain_members(input, fixed) {
        let style = if matches!(value, Plain::Members(_)) { Style::Deep } else { Style::FormExplode };
        pairs.write(&name, &value, style);
    }
    pairs.0
}

/// The form of RFC 7578. Files are sent as they are read, not gathered.
fn multipart(input: &Input<'_>, fixed: &Fixed, boundary: &str) -> Result<Payload, Error> {
    let mut parts = Parts { boundary, pieces: Vec::new() };
    for (field, given) in input.body_members().chain(input.whole_body()) {
        match given {
            Given::Typed(value) => parts.field(field, value)?,
            Given::Moved(value) => parts.text(field.wire, None, &Plain::from_json(value).flat()),
        }
    }
    for (name, value) in fixed.members() {
        let value: Value = serde_json::from_str(&value).unwrap_or(Value::String(value));
        parts.text(name, None, &Plain::from_json(&value).flat());
    }
    Ok(parts.finish())
}

struct Parts<'a> {
    boundary: &'a str,
    pieces: Vec<Piece>,
}

impl Parts<'_> {
    fn field(&mut self, field: &'static Field, value: ErasedRef<'_>) -> Result<(), Error> {
        let Some(value) = value.present() else { return Ok(()) };
        if let Some(body) = call::file(Given::Typed(value)) {
            let file_name = body.stated_name().unwrap_or(field.wire);
            self.head(field.wire, Some(file_name), Some(body.stated_type().unwrap_or("application/octet-stream")))?;
            self.pieces.push(body.piece());
            self.pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
            return Ok(());
        }
        match value.view() {
            View::List(items) => items.iter().try_for_each(|item| self.field(field, item)),
            View::Map(entries) if field.attrs.rest => {
                entries.iter().filter_map(|(name, entry)| Some((name, Plain::of(entry, &field.attrs)?))).for_each(|(name, plain)| {
                    self.text(name, None, &plain.flat());
                });
                Ok(())
            }
            View::Bytes(bytes) => {
                self.head(field.wire, Some(field.wire), Some("application/octet-stream"))?;
                self.pieces.extend([Piece::Bytes(bytes.clone()), Piece::Bytes(Bytes::from_static(b"\r\n"))]);
                Ok(())
            }
            View::Structure(_) | View::Map(_) | View::Json(_) | View::Union(..) => {
                self.text(field.wire, Some("application/json"), &json_text(value, &field.attrs));
                Ok(())
            }
            _ => {
                if let Some(plain) = Plain::of(value, &field.attrs) {
                    self.text(field.wire, None, &plain.flat());
                }
                Ok(())
            }
        }
    }

    fn text(&mut self, name: &str, content_type: Option<&str>, text: &str) {
        if self.head(name, None, content_type).is_ok() {
            self.pieces.push(Piece::Bytes(Bytes::from(format!("{text}\r\n"))));
        }
    }

    fn head(&mut self, name: &str, file_name: Option<&str>, content_type: Option<&str>) -> Result<(), Error> {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, quoted(name));
        if let Some(file_name) = file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
        }
        if let Some(content_type) = content_type {
            if content_type.chars().any(char::is_control) {
                return Err(Error::new(ErrorKind::Input, "the file's content type holds a control character"));
            }
            head.push_str(&format!("\r\nContent-Type: {content_type}"));
        }
        head.push_str("\r\n\r\n");
        self.pieces.push(Piece::Bytes(head.into()));
        Ok(())
    }

    /// Pieces in memory that follow each other become one.
    fn finish(self) -> Payload {
        let end = Piece::Bytes(format!("--{}--\r\n", self.boundary).into());
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in self.pieces.into_iter().chain([end]) {
            match (pieces.last_mut(), piece) {
                (Some(Piece::Bytes(last)), Piece::Bytes(more)) if last.len() + more.len() < 64 * 1024 => {
                    *last = [last.as_ref(), more.as_ref()].concat().into();
                }
                (_, piece) => pieces.push(piece),
            }
        }
        Payload { pieces }
    }
}

/// How browsers write names in multipart forms: quotes and line ends are percent-encoded (WHATWG HTML).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn xml(input: &Input<'_>, fixed: &Fixed, root: &str) -> Result<Payload, Error> {
    let members = match input.whole_body() {
        Some((field, given)) => given.plain(&field.attrs).unwrap_or(Plain::Null),
        None => Plain::Members(plain_members(input, fixed)),
    };
    crate::xml::write(root, &members).map(Payload::of)
}

/// The field as it is.
fn raw(input: &Input<'_>, content_type: &str) -> Result<(Payload, Option<String>), Error> {
    let field = input.whole_body().or_else(|| input.body_members().next());
    let Some((field, given)) = field else { return Ok((Payload::default(), None)) };
    if let Some(body) = call::file(given) {
        let content_type = body.stated_type().unwrap_or(content_type).to_owned();
        return Ok((Payload { pieces: vec![body.piece()] }, Some(content_type)));
    }
    let payload = match given {
        Given::Typed(value) => match value.present() {
            None => return Ok((Payload::default(), None)),
            Some(value) => raw_bytes(value, &field.attrs),
        },
        Given::Moved(value) => Bytes::from(Plain::from_json(value).flat().into_owned()),
    };
    Ok((Payload::of(payload), Some(content_type.to_owned())))
}

fn raw_bytes(value: ErasedRef<'_>, attrs: &Attrs) -> Bytes {
    match (value.view(), &value.shape().kind) {
        (View::Bytes(bytes), _) => bytes.clone(),
        (View::Structure(_) | View::List(_) | View::Map(_) | View::Union(..), _) | (_, Kind::Leaf(Leaf::Json)) => {
            json_text(value, attrs).into()
        }
        _ => Plain::of(value, attrs).map(|plain| plain.flat().into_owned()).unwrap_or_default().into(),
    }
}
