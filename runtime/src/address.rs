//! How values are written into addresses and forms: the OpenAPI styles, and percent-encoding by place. Pure text work; which field goes where is
//! `call`'s.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::{
    error::{Error, ErrorKind},
    operation::Style,
    plain::Plain,
};

/// All that may not stand everywhere as it is: everything but the unreserved characters of RFC 3986, 2.3.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What may stand in one segment of a path as it is (RFC 3986, 3.3), less the delimiters that our styles give a meaning to.
const SEGMENT: &AsciiSet = &RESERVED.remove(b'$').remove(b'!').remove(b':').remove(b'@');
/// What may stand in a name or a value of a query as it is.
const QUERY: &AsciiSet = &SEGMENT.remove(b'/').remove(b'(').remove(b')').remove(b'*');
/// What may stand in a cookie's value as it is (RFC 6265, 4.1.1).
const COOKIE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'*')
    .remove(b'+')
    .remove(b'/')
    .remove(b':')
    .remove(b'=')
    .remove(b'@')
    .remove(b'|');

/// Where a list of pairs is written to: a query or a form. The first of them starts with no `&`.
#[derive(Debug, Default)]
pub(crate) struct Pairs(pub(crate) String);

impl Pairs {
    /// One pair, both ends still to be encoded.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.start(name);
        self.0.extend(utf8_percent_encode(value, QUERY));
    }

    /// A pair whose value has been encoded, because its delimiters must not be.
    fn push_encoded(&mut self, name: &str, value: &str) {
        self.start(name);
        self.0.push_str(value);
    }

    fn start(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.name(name);
        self.0.push('=');
    }

    /// Brackets, which the styles write themselves, stay as they are: most servers take both, some only these.
    fn name(&mut self, name: &str) {
        for piece in name.split_inclusive(['[', ']']) {
            let (text, bracket) = match piece.char_indices().next_back() {
                Some((at, '[' | ']')) => piece.split_at(at),
                _ => (piece, ""),
            };
            self.0.extend(utf8_percent_encode(text, QUERY));
            self.0.push_str(bracket);
        }
    }

    /// A value in a style. What has the style [`Style::Json`] comes as text.
    pub(crate) fn write(&mut self, name: &str, value: &Plain<'_>, style: Style) {
        match (value, style) {
            (Plain::Null, _) => self.push(name, ""),
            (Plain::Text(text) | Plain::Bare(text), _) => self.push(name, text),
            (Plain::List(items), Style::Brackets) => {
                let name = format!("{name}[]");
                items.iter().for_each(|item| self.push(&name, &item.flat()));
            }
            (Plain::List(items), Style::Form | Style::Simple | Style::SimpleExplode) => self.join(name, items, ","),
            (Plain::List(items), Style::Space) => self.join(name, items, "%20"),
            (Plain::List(items), Style::Pipe) => self.join(name, items, "|"),
            (Plain::List(items), Style::Deep) => {
                items.iter().enumerate().for_each(|(index, item)| self.write(&format!("{name}[{index}]"), item, style));
            }
            (Plain::List(items), _) => items.iter().for_each(|item| self.push(name, &item.flat())),
            (Plain::Members(members), Style::Deep | Style::Brackets) => {
                members.iter().for_each(|(key, value)| self.write(&format!("{name}[{key}]"), value, style));
            }
            (Plain::Members(members), Style::Form | Style::Simple) => {
                let flat = members.iter().flat_map(|(key, value)| [Plain::Text(key.clone()), value.clone()]).collect::<Vec<_>>();
                self.join(name, &flat, ",");
            }
            (Plain::Members(members), _) => members.iter().for_each(|(key, value)| self.push(key, &value.flat())),
        }
    }

    fn join(&mut self, name: &str, items: &[Plain<'_>], delimiter: &str) {
        self.push_encoded(name, &joined(items.iter(), delimiter, |text| utf8_percent_encode(text, QUERY).to_string()));
    }
}

fn joined<'a>(items: impl Iterator<Item = &'a Plain<'a>>, delimiter: &str, encode: impl Fn(&str) -> String) -> String {
    items.map(|item| encode(&item.flat())).collect::<Vec<_>>().join(delimiter)
}

/// A value as one path segment. What could climb or vanish is refused: empty, `.` and `..`.
pub(crate) fn segment(out: &mut String, name: &str, value: &Plain<'_>, style: Style) -> Result<(), Error> {
    let encode = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
    if let (Plain::Text(text) | Plain::Bare(text), Style::Simple | Style::SimpleExplode | Style::Form | Style::FormExplode) = (value, style)
    {
        refuse(name, text)?;
        out.extend(utf8_percent_encode(text, SEGMENT));
        return Ok(());
    }
    let written = path_style(name, value, style, encode);
    refuse(name, &written)?;
    out.push_str(&written);
    Ok(())
}

/// The path styles of OpenAPI 3: simple, label, matrix, each exploded or not.
fn path_style(name: &str, value: &Plain<'_>, style: Style, encode: impl Fn(&str) -> String + Copy) -> String {
    let (first, between, named) = match style {
        Style::Label => (".", ",", false),
        Style::LabelExplode => (".", ".", false),
        Style::Matrix => (";", ",", true),
        Style::MatrixExplode => (";", ";", true),
        _ => ("", ",", false),
    };
    let exploded = matches!(style, Style::SimpleExplode | Style::LabelExplode | Style::MatrixExplode);
    let body = match value {
        Plain::Null => String::new(),
        Plain::Text(text) | Plain::Bare(text) => encode(text),
        Plain::List(items) if style == Style::MatrixExplode => {
            return items.iter().map(|item| format!(";{}={}", encode(name), encode(&item.flat()))).collect();
        }
        Plain::List(items) => joined(items.iter(), between, encode),
        Plain::Members(members) => {
            let equals = if exploded { "=" } else { "," };
            let pairs = members.iter().map(|(key, value)| format!("{}{equals}{}", encode(key), encode(&value.flat())));
            let pairs = pairs.collect::<Vec<_>>().join(between);
            if style == Style::MatrixExplode {
                return format!(";{pairs}");
            }
            pairs
        }
    };
    if named { format!("{first}{}={body}", encode(name)) } else { format!("{first}{body}") }
}

fn refuse(name: &str, written: &str) -> Result<(), Error> {
    if matches!(written, "" | "." | "..") {
        let message = format!("`{name}` would be `{written}` in the path, which leads elsewhere");
        return Err(Error::new(ErrorKind::UnsafeAddress, message));
    }
    Ok(())
}

/// A value of a header: lists with commas, members as `k,v` or `k=v`.
pub(crate) fn header_text<'a>(value: &'a Plain<'_>, style: Style) -> Cow<'a, str> {
    match value {
        Plain::Null | Plain::Text(_) | Plain::Bare(_) => value.flat(),
        _ => Cow::Owned(path_style("", value, if style == Style::SimpleExplode { style } else { Style::Simple }, str::to_owned)),
    }
}

/// A value of a cookie, encoded.
pub(crate) fn cookie_text(value: &Plain<'_>, style: Style) -> String {
    utf8_percent_encode(&header_text(value, style), COOKIE).to_string()
}

/// A server template with `{api}` and `{connection.FIELD}` filled in. In the authority a value is a host name and nothing else; in the path
/// it is one segment. A template that starts with a hole takes a whole address from the connection.
pub(crate) fn server<'a>(template: &str, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> Result<Url, Error> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (hole, after) = after.split_once('}').ok_or_else(|| configuration("a server's template has an open brace"))?;
        let value = value(hole).ok_or_else(|| configuration(&format!("`{hole}` has no value, and the server's address needs it")))?;
        match place_in(&out) {
            Part::Whole => out.push_str(value.trim_end_matches('/')),
            Part::Authority => out.push_str(host_value(hole, &value)?),
            Part::Path => segment(&mut out, hole, &Plain::Text(value), Style::Simple)?,
        }
        rest = after;
    }
    out.push_str(rest);
    let url = Url::parse(&out).map_err(|_| configuration("the server's address is not a URL"))?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none();
    if !plain || url.query().is_some() || url.fragment().is_some() {
        return Err(configuration("the server's address must be http or https, without user, query and fragment"));
    }
    Ok(url)
}

enum Part {
    Whole,
    Authority,
    Path,
}

fn place_in(written: &str) -> Part {
    match written.split_once("://") {
        None => Part::Whole,
        Some((_, rest)) if rest.contains('/') => Part::Path,
        Some(_) => Part::Authority,
    }
}

/// A host, or a part of one: letters, digits, `-`, `_`, `.`, and nothing that could end the host or hide another.
fn host_value<'a>(name: &str, value: &'a str) -> Result<&'a str, Error> {
    let good = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if value.len() > 253 || !value.split('.').all(good) {
        return Err(Error::new(ErrorKind::UnsafeAddress, format!("`{name}` is not a host name")));
    }
    Ok(value)
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(value: serde_json::Value, style: Style) -> String {
        let mut pairs = Pairs::default();
        pairs.write("a", &Plain::from_json(&value), style);
        pairs.0
    }

    #[test]
    fn query_styles_of_openapi() {
        let (list, object) = (json!(["x,y", "z"]), json!({"k": 1, "m": "v w"}));
        for (style, list_text, object_text) in [
            (Style::FormExplode, "a=x%2Cy&a=z", "k=1&m=v%20w"),
            (Style::Form, "a=x%2Cy,z", "a=k,1,m,v%20w"),
            (Style::Space, "a=x%2Cy%20z", "k=1&m=v%20w"),
            (Style::Pipe, "a=x%2Cy|z", "k=1&m=v%20w"),
            (Style::Deep, "a[0]=x%2Cy&a[1]=z", "a[k]=1&a[m]=v%20w"),
            (Style::Brackets, "a[]=x%2Cy&a[]=z", "a[k]=1&a[m]=v%20w"),
        ] {
            assert_eq!(query(list.clone(), style), list_text, "{style:?}");
            assert_eq!(query(object.clone(), style), object_text, "{style:?}");
        }
        assert_eq!(query(json!("$&+=#ü"), Style::Form), "a=$%26%2B%3D%23%C3%BC");
    }

    #[test]
    fn path_styles_of_openapi() {
        let path = |value: serde_json::Value, style| {
            let mut out = String::new();
            segment(&mut out, "a", &Plain::from_json(&value), style).map(|()| out)
        };
        let (list, object) = (json!(["x", "y"]), json!({"k": 1, "m": 2}));
        for (style, scalar, list_text, object_text) in [
            (Style::Simple, "5", "x,y", "k,1,m,2"),
            (Style::SimpleExplode, "5", "x,y", "k=1,m=2"),
            (Style::Label, ".5", ".x,y", ".k,1,m,2"),
            (Style::LabelExplode, ".5", ".x.y", ".k=1.m=2"),
            (Style::Matrix, ";a=5", ";a=x,y", ";a=k,1,m,2"),
            (Style::MatrixExplode, ";a=5", ";a=x;a=y", ";k=1;m=2"),
        ] {
            assert_eq!(path(json!(5), style).expect("fits"), scalar, "{style:?}");
            assert_eq!(path(list.clone(), style).expect("fits"), list_text, "{style:?}");
            assert_eq!(path(object.clone(), style).expect("fits"), object_text, "{style:?}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        let path = |text: &str| {
            let mut out = "/v1/".to_owned();
            segment(&mut out, "id", &Plain::Text(text.into()), Style::Simple).map(|()| out)
        };
        assert_eq!(path("a/../../admin?x=1#f").expect("one segment"), "/v1/a%2F..%2F..%2Fadmin%3Fx%3D1%23f");
        assert_eq!(path("%2e%2e").expect("one segment"), "/v1/%252e%252e");
        assert_eq!(path("a\\b\r\n").expect("one segment"), "/v1/a%5Cb%0D%0A");
        for bad in ["", ".", ".."] {
            assert_eq!(path(bad).expect_err(bad).kind(), ErrorKind::UnsafeAddress);
        }
        let url = Url::parse(&format!("https://api.example.com{}", path("x/%2e%2e/..").expect("one segment"))).expect("a URL");
        assert_eq!(url.path(), "/v1/x%2F%252e%252e%2F..");
    }

    #[test]
    fn templated_hosts_are_hosts() {
        let server = |host: &'static str| {
            server("https://{connection.host}/attask/api/{api}", move |hole| match hole {
                "api" => Some("v22.0".into()),
                "connection.host" => Some(host.into()),
                _ => None,
            })
        };
        assert_eq!(server("acme.example.com").expect("fits").as_str(), "https://acme.example.com/attask/api/v22.0");
        for bad in
            ["evil.net/", "a@evil.net", "evil.net:8080", "evil.net?x", "evil.net#x", "a\\b", "a b", "%65vil.net", "", ".", "a..b", "é.net"]
        {
            assert_eq!(server(bad).expect_err(bad).kind(), ErrorKind::UnsafeAddress, "{bad}");
        }
    }

    #[test]
    fn a_whole_address_may_come_from_the_connection() {
        let server = |address: &'static str| server("{connection.url}/api/v4", move |_| Some(address.into()));
        assert_eq!(server("https://git.example.com:8443/sub/").expect("fits").as_str(), "https://git.example.com:8443/sub/api/v4");
        for bad in ["https://u:p@x", "ftp://x", "https://x/?q=", "https://x/#", "x"] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }
}
