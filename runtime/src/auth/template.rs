//! Templates: text with `{name}` holes. `{{` and `}}` write braces.
//!
//! A value is encoded, or refused, according to the place it lands in. No value can leave its place: a host stays a host, a
//! path segment stays one segment, a query value stays one value.

use percent_encoding::utf8_percent_encode;
use url::Url;

use super::error::AuthError;
use super::values::Values;
use crate::address::RESERVED;
use crate::value::{Host, Secret};

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    Hole(&'t str),
}

/// The pieces in order. A brace without its partner is an error of the table, not of the input.
pub(crate) fn pieces(template: &str) -> Result<Vec<Piece<'_>>, AuthError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, tail) = rest.split_at(at);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        if tail.starts_with("{{") || tail.starts_with("}}") {
            pieces.push(Piece::Text(&tail[..1]));
            rest = &tail[2..];
            continue;
        }
        let end = tail.find('}').filter(|end| *end > 1);
        let end = end.ok_or_else(|| AuthError::table("a template has a brace without its partner"))?;
        pieces.push(Piece::Hole(&tail[1..end]));
        rest = &tail[end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// The text with every hole filled, unencoded. For places whose writer encodes: query pairs, form and JSON members.
pub(crate) fn expand(template: &str, values: &Values<'_>) -> Result<Secret, AuthError> {
    let mut text = String::new();
    for piece in pieces(template)? {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Hole(name) => text.push_str(values.resolve(name)?),
        }
    }
    Ok(Secret::new(text))
}

/// The text of a header value. Nothing is encoded; a value with a control character is refused by its name.
pub(crate) fn expand_header(template: &str, values: &Values<'_>) -> Result<Secret, AuthError> {
    expand_checked(template, values, |value| {
        let forbidden = |character: char| character.is_control() || !character.is_ascii();
        value.contains(forbidden).then_some("has a character that may not stand in a header")
    })
}

/// The text of a cookie value (RFC 6265, 4.1.1).
pub(crate) fn expand_cookie(template: &str, values: &Values<'_>) -> Result<Secret, AuthError> {
    expand_checked(template, values, |value| {
        let forbidden = |character: char| !character.is_ascii_graphic() || "\",;\\".contains(character);
        value.contains(forbidden).then_some("has a character that may not stand in a cookie")
    })
}

fn expand_checked(template: &str, values: &Values<'_>, problem: impl Fn(&str) -> Option<&'static str>) -> Result<Secret, AuthError> {
    for piece in pieces(template)? {
        if let Piece::Hole(name) = piece
            && let Some(problem) = problem(values.resolve(name)?)
        {
            return Err(invalid(name, problem));
        }
    }
    expand(template, values)
}

/// A whole URL: `https://{host}/oauth/{tenant}?x={y}`, or one that begins with an address of the person's: `{url}/oauth/token`.
///
/// Plain `http` is accepted for loopback only: everything expanded here receives a credential.
pub(crate) fn expand_url(template: &str, values: &Values<'_>) -> Result<Url, AuthError> {
    let mut writer = UrlWriter::at_start();
    writer.write(template, values)?;
    let url = Url::parse(&writer.text).map_err(|error| unsafe_address(format!("not a URL: {error}")))?;
    require_host(&url, &writer.host)?;
    require_tls(&url)?;
    Ok(url)
}

/// A path and query below a server: `/login/{tenant}`. The result keeps the server's origin.
pub(crate) fn expand_below(server: &Url, template: &str, values: &Values<'_>) -> Result<Url, AuthError> {
    if !template.starts_with('/') || template.starts_with("//") {
        return Err(AuthError::table("a path below the server must start with one `/`"));
    }
    let mut writer = UrlWriter::in_path();
    writer.write(template, values)?;
    let base = server.as_str().split(['?', '#']).next().unwrap_or_default();
    let url = Url::parse(&format!("{}{}", base.trim_end_matches('/'), writer.text))
        .map_err(|error| unsafe_address(format!("not a URL: {error}")))?;
    if url.origin() != server.origin() {
        return Err(unsafe_address("the path leaves the server".to_owned()));
    }
    require_tls(&url)?;
    Ok(url)
}

/// Where in a URL the writer stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    Scheme,
    Authority,
    Path,
    Query,
    Fragment,
}

struct UrlWriter {
    text: String,
    host: String,
    region: Region,
}

impl UrlWriter {
    fn at_start() -> Self {
        Self { text: String::new(), host: String::new(), region: Region::Scheme }
    }

    fn in_path() -> Self {
        Self { text: String::new(), host: String::new(), region: Region::Path }
    }

    fn write(&mut self, template: &str, values: &Values<'_>) -> Result<(), AuthError> {
        let pieces = pieces(template)?;
        for piece in &pieces {
            match *piece {
                Piece::Text(text) => self.write_text(text),
                Piece::Hole(name) if self.region == Region::Scheme && self.text.is_empty() => {
                    self.write_start(name, values.resolve(name)?, pieces.len() == 1)?;
                }
                Piece::Hole(name) => self.write_value(name, values.resolve(name)?)?,
            }
        }
        Ok(())
    }

    /// An address that the rest stands below. One that is all there is may have a query.
    fn write_start(&mut self, name: &str, value: &str, alone: bool) -> Result<(), AuthError> {
        match Url::parse(value) {
            Ok(url) if !url.has_host() || url.fragment().is_some() => return Err(invalid(name, "is not an address without a fragment")),
            Ok(url) if !alone && url.query().is_some() => return Err(invalid(name, "has a query, and more is to follow")),
            Ok(_) => self.write_text(if alone { value } else { value.trim_end_matches('/') }),
            Err(_) => return Err(invalid(name, "is not a whole address, with `https://` before it")),
        }
        Ok(())
    }

    fn write_text(&mut self, text: &str) {
        for character in text.chars() {
            self.text.push(character);
            self.region = match (self.region, character) {
                (Region::Scheme, '/') if self.text.ends_with("://") => Region::Authority,
                (Region::Authority, '/') => Region::Path,
                (Region::Authority | Region::Path, '?') => Region::Query,
                (Region::Authority | Region::Path | Region::Query, '#') => Region::Fragment,
                (region, _) => region,
            };
            if self.region == Region::Authority && character != '/' {
                self.host.push(character);
            }
        }
    }

    fn write_value(&mut self, name: &str, value: &str) -> Result<(), AuthError> {
        match self.region {
            Region::Authority => {
                if let Some(problem) = host_problem(value) {
                    return Err(invalid(name, problem));
                }
                self.host.push_str(value);
                self.text.push_str(value);
            }
            Region::Path => {
                if matches!(value, "" | "." | "..") {
                    return Err(invalid(name, "is empty, `.` or `..` and may not be part of a path"));
                }
                self.text.extend(utf8_percent_encode(value, RESERVED));
            }
            Region::Query => self.text.extend(utf8_percent_encode(value, RESERVED)),
            Region::Scheme | Region::Fragment => {
                return Err(AuthError::table("a hole may stand in the host, the path or the query of a URL only"));
            }
        }
        Ok(())
    }
}

/// Why a value may not be a host or labels of one; `None` when it may. International names are written in their ASCII form.
pub(crate) fn host_problem(value: &str) -> Option<&'static str> {
    value.parse::<Host>().is_err().then_some("is not a host: letters, digits, `-`, `_` and `.` only, without scheme, port, path or user")
}

/// The parser must have read the host that we wrote: `127.1` or `0x7f000001` would become another.
fn require_host(url: &Url, written: &str) -> Result<(), AuthError> {
    let written = match written.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => written,
    };
    let same = url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(written));
    if !same || !url.username().is_empty() || url.password().is_some() {
        return Err(unsafe_address("the host is not read back as it was written".to_owned()));
    }
    Ok(())
}

/// Credentials go over TLS, except to this machine.
pub(crate) fn require_tls(url: &Url) -> Result<(), AuthError> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        scheme => Err(unsafe_address(format!("a credential does not travel over `{scheme}`"))),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn invalid(field: &str, problem: &'static str) -> AuthError {
    AuthError::InvalidValue { field: field.to_owned(), problem }
}

fn unsafe_address(problem: String) -> AuthError {
    AuthError::UnsafeAddress { problem }
}

#[cfg(test)]
mod tests {
    use super::super::values::fields;
    use super::*;
    use crate::connection::FieldValues;

    fn one(value: &str) -> FieldValues {
        fields(&[("v", value)])
    }

    #[test]
    fn braces_are_written_doubled_and_must_match() {
        let fields = one("x");
        let values = Values::of(&fields);
        assert_eq!(expand("{{{v}}} {v}", &values).unwrap().expose(), "{x} x");
        for wrong in ["{v", "v}", "{}", "a{b{v}"] {
            assert!(expand(wrong, &values).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hostile_hosts_are_refused() {
        for hostile in [
            "evil.example/",
            "evil.example#",
            "evil.example?",
            "user@evil.example",
            "evil.example:80",
            "evil\\example",
            "a b",
            "%65vil.example",
            "",
            ".",
            "a..b",
            "-a.example",
            "a-.example",
            "127.1",
            "0x7f000001",
            "2130706433",
            "[::1]",
            "evil.example\n",
            "évil.example",
            "1.2.3.4.5",
        ] {
            let fields = one(hostile);
            let outcome = expand_url("https://{v}/token", &Values::of(&fields));
            assert!(outcome.is_err(), "{hostile:?} gave {outcome:?}");
        }
        for good in ["acme.example", "Acme-1.example", "my_shop.example", "127.0.0.1"] {
            let fields = one(good);
            assert!(expand_url("https://{v}/token", &Values::of(&fields)).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_label_stays_below_its_domain() {
        let fields = one("shop");
        let url = expand_url("https://{v}.acme.example:8443/x", &Values::of(&fields)).unwrap();
        assert_eq!(url.as_str(), "https://shop.acme.example:8443/x");
        let fields = one("evil.example/");
        assert!(expand_url("https://{v}.acme.example/x", &Values::of(&fields)).is_err());
    }

    #[test]
    fn path_and_query_values_stay_in_their_place() {
        let fields = one("a/../b?c#d&e=f%2e é");
        let url = expand_url("https://acme.example/x/{v}/y?q={v}", &Values::of(&fields)).unwrap();
        let encoded = "a%2F..%2Fb%3Fc%23d%26e%3Df%252e%20%C3%A9";
        assert_eq!(url.as_str(), format!("https://acme.example/x/{encoded}/y?q={encoded}"));
        for hostile in ["", ".", ".."] {
            let fields = one(hostile);
            assert!(expand_url("https://acme.example/x/{v}", &Values::of(&fields)).is_err());
        }
    }

    #[test]
    fn plain_http_is_for_loopback() {
        let fields = one("acme.example");
        let values = Values::of(&fields);
        assert!(expand_url("http://{v}/token", &values).is_err());
        assert!(expand_url("http://127.0.0.1:9/token", &values).is_ok());
        assert!(expand_url("http://localhost:9/token", &values).is_ok());
        assert!(expand_url("ftp://localhost/token", &values).is_err());
        assert!(expand_url("{v}/token", &values).is_err());
    }

    #[test]
    fn an_address_may_begin_with_one_of_the_persons() {
        for (value, template, expected) in [
            (
                "https://git.example/sub/",
                "{v}/oauth/token?x={v}",
                "https://git.example/sub/oauth/token?x=https%3A%2F%2Fgit.example%2Fsub%2F",
            ),
            ("https://git.example:8443", "{v}/token", "https://git.example:8443/token"),
            ("http://[::1]:9", "{v}/token", "http://[::1]:9/token"),
            ("https://login.example/token?tenant={x}", "{v}", "https://login.example/token?tenant={x}"),
        ] {
            let fields = one(value);
            assert_eq!(expand_url(template, &Values::of(&fields)).unwrap().as_str(), expected);
        }
        for hostile in [
            "https://git.example/?x=",
            "https://git.example/#x",
            "https://git.example?",
            "https://u:p@git.example",
            "https://u@git.example",
            "https://git.example\\@evil.example",
            "https://git.exa\tmple",
            "https://127.1",
            "http://git.example",
            "ftp://git.example",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "git.example",
            "//git.example",
            "",
        ] {
            let fields = one(hostile);
            let outcome = expand_url("{v}/token", &Values::of(&fields));
            assert!(outcome.is_err(), "{hostile:?} gave {outcome:?}");
        }
        let fields = one("example");
        assert!(expand_url("https{v}://x", &Values::of(&fields)).is_err());
    }

    #[test]
    fn a_path_below_keeps_the_servers_prefix_and_origin() {
        let server = Url::parse("https://acme.example/api/v1/").unwrap();
        let fields = one("x y");
        let url = expand_below(&server, "/login/{v}?a=1", &Values::of(&fields)).unwrap();
        assert_eq!(url.as_str(), "https://acme.example/api/v1/login/x%20y?a=1");
        for wrong in ["//evil.example/x", "https://evil.example/x", "@evil.example"] {
            assert!(expand_below(&server, wrong, &Values::of(&fields)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn header_and_cookie_values_are_checked_by_name() {
        let fields = one("a\r\nX-Evil: 1");
        let error = expand_header("Token {v}", &Values::of(&fields)).unwrap_err();
        assert_eq!(error.to_string(), "the connection's field `v` has a character that may not stand in a header");
        let fields = one("a; admin=1");
        assert!(expand_cookie("{v}", &Values::of(&fields)).is_err());
        assert!(expand_header("{v}", &Values::of(&fields)).is_ok());
    }
}
