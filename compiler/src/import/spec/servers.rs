//! Where calls go: addresses as templates, and what a connection must ask for to fill their holes.

use std::collections::HashSet;

use super::connections::CREDENTIALS;
use super::literals::{quoted, template_text};
use super::maker::Maker;
use super::names::Names;
use super::notes::Subject;
use super::plan::{Bounds, Field, Server, Type, What};
use super::words::snake;
use crate::import::document::{self, Operation, Variable};
use crate::source::Span;

/// Servers, with the fields that their holes need, and the API version that stands in the address.
#[derive(Clone, Debug, Default)]
pub(super) struct Servers {
    pub(super) list: Vec<Server>,
    pub(super) fields: Vec<Field>,
    pub(super) api: Option<String>,
    by_url: Vec<(String, String)>,
}

impl<'n> Maker<'_, 'n> {
    /// The servers of the document, and those that an operation has of its own.
    pub(super) fn servers(&mut self, operations: &[&Operation<'n>]) -> Servers {
        let document = self.document;
        let mut servers = Servers::default();
        let mut names = Names::default();
        let mut field_names = Names::default();
        CREDENTIALS.iter().for_each(|name| drop(field_names.take(name, "_")));
        let known = without_twins(&document.servers);
        let first = known.iter().find(|server| is_whole(&server.url)).or(known.first()).copied();
        let chosen = self.hosts(&known);
        match first {
            Some(server) if !chosen.is_empty() => {
                let (_, path) = host_and_path(&server.url);
                let field = host_field(&chosen, server.span);
                let url = format!("https://{{connection.{}}}{path}", field_names.take(&field.name, "_"));
                servers.fields.push(field);
                let url = self.versioned(url, &mut servers);
                servers.list.push(Server { name: None, url });
            }
            Some(server) => {
                let url = self.url(server, &mut servers.fields, &mut field_names);
                let url = self.versioned(url, &mut servers);
                servers.list.push(Server { name: None, url });
            }
            None => {
                let top = self.nowhere();
                self.note(Subject::Server, top, "no server is named: a connection asks for its address");
                servers.fields.push(address_field(top));
                field_names.take("server", "_");
                servers.list.push(Server { name: None, url: "{connection.server}".to_owned() });
            }
        }
        let used = first.map(|server| server.url.as_str());
        let others: Vec<(String, Span)> = known
            .iter()
            .filter(|server| Some(server.url.as_str()) != used && chosen.is_empty())
            .map(|server| (server.url.clone(), server.span))
            .collect();
        for (url, at) in others {
            self.note(Subject::Server, at, format!("calls go to the first server; `{url}` is another one"));
        }
        for operation in operations {
            let Some(server) = operation.servers.first() else { continue };
            if Some(server.url.as_str()) == used || servers.by_url.iter().any(|(url, _)| *url == server.url) {
                continue;
            }
            let url = self.url(server, &mut servers.fields, &mut field_names);
            let name = names.take(&server_name(&server.url, server.description), "_");
            servers.by_url.push((server.url.clone(), name.clone()));
            servers.list.push(Server { name: Some(name), url });
        }
        if servers.list.len() > 1 {
            servers.list[0].name = Some(names.take("main", "_"));
        }
        servers
    }

    /// The servers of which one is chosen, each with its host: regions, a sandbox. They differ in nothing else, and somebody must say who
    /// they are anyway, so a connection has a place for it.
    fn hosts(&self, servers: &[&document::Server<'n>]) -> Vec<(String, String)> {
        let plain =
            |server: &&&document::Server<'n>| !server.url.contains(['{', '@', '?']) && is_whole(&server.url) && !is_local(&server.url);
        let paths: HashSet<String> = servers.iter().map(|server| host_and_path(&server.url).1).collect();
        let hosts: HashSet<String> = servers.iter().map(|server| host_and_path(&server.url).0).collect();
        let differ = servers.len() > 1 && paths.len() == 1 && hosts.len() == servers.len();
        if !differ || self.document.schemes.is_empty() || !servers.iter().all(|server| plain(&server)) {
            return Vec::new();
        }
        servers.iter().map(|server| (host_and_path(&server.url).0, server.description.trim().to_owned())).collect()
    }

    /// A document's address as a template.
    fn url(&mut self, server: &document::Server<'n>, fields: &mut Vec<Field>, names: &mut Names) -> String {
        let mut url = server.url.trim().trim_end_matches('/').to_owned();
        if let Some(rest) = url.strip_prefix("http://").filter(|_| !is_local(&url)) {
            self.note(Subject::Server, server.span, "the address is not encrypted: `https` stands for `http`");
            url = format!("https://{rest}");
        }
        if url.starts_with("//") {
            url = format!("https:{url}");
        }
        // A scheme that may be chosen is https.
        if let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with('{')) {
            url = format!("https://{rest}");
        }
        if !is_whole(&url) {
            if !fields.iter().any(|field| field.name == "server") {
                self.note(Subject::Server, server.span, "the address names no host: a connection asks for it");
                fields.push(address_field(server.span));
                names.take("server", "_");
            }
            let path = self.filled(&url, server, fields, names);
            let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
            return format!("{{connection.server}}{slash}{path}");
        }
        self.filled(&url, server, fields, names)
    }

    /// The variables of an address, filled in or asked for.
    fn filled(&mut self, url: &str, server: &document::Server<'n>, fields: &mut Vec<Field>, names: &mut Names) -> String {
        let mut out = String::new();
        let mut rest = url;
        let path_starts = |before: &str| before.splitn(4, '/').count() > 3 || !before.contains("://") && before.contains('/');
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = behind.split_once('}') else {
                rest = behind;
                continue;
            };
            let variable = server.variables.iter().find(|variable| variable.name == name);
            let fixed = variable.filter(|one| !one.default.is_empty() && (one.values.len() == 1 || one.values.is_empty() && is_fixed(one)));
            match fixed {
                Some(variable) => out.push_str(&template_text(variable.default)),
                None => {
                    let in_host = !path_starts(&out);
                    let whole_host = in_host && out.ends_with("://") && (after.is_empty() || after.starts_with(['/', ':']));
                    let field = variable_field(name, variable, in_host, whole_host, server.span);
                    let known =
                        fields.iter().find(|known| known.wire == field.wire && known.what == field.what).map(|known| known.name.clone());
                    let name = known.unwrap_or_else(|| {
                        let name = names.take(&field.name, "_");
                        fields.push(Field { name: name.clone(), ..field });
                        name
                    });
                    out.push_str(&format!("{{connection.{name}}}"));
                }
            }
            rest = after;
        }
        out.push_str(rest);
        // What a default brings in may end as an address does.
        out.trim_end_matches('/').to_owned()
    }

    /// A version in the path of the address is the API's.
    fn versioned(&mut self, url: String, servers: &mut Servers) -> String {
        let Some((before, version)) = url.rsplit_once('/') else { return url };
        let digits = version.strip_prefix('v').unwrap_or("");
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !before.ends_with('/') {
            servers.api = Some(version.to_owned());
            return format!("{before}/{{api}}");
        }
        url
    }
}

impl Servers {
    /// The name of the server that an operation goes to, where that is not the first.
    pub(super) fn of(&self, operation: &Operation<'_>) -> Option<String> {
        let url = &operation.servers.first()?.url;
        self.by_url.iter().find(|(known, _)| known == url).map(|(_, name)| name.clone())
    }
}

/// Servers without those that only repeat another without encryption.
fn without_twins<'s, 'n>(servers: &'s [document::Server<'n>]) -> Vec<&'s document::Server<'n>> {
    let whole = |url: &str| url.trim().trim_end_matches('/').to_owned();
    let encrypted: HashSet<String> =
        servers.iter().filter_map(|server| whole(&server.url).strip_prefix("https://").map(str::to_owned)).collect();
    let twin = |server: &&document::Server<'n>| whole(&server.url).strip_prefix("http://").is_some_and(|rest| encrypted.contains(rest));
    servers.iter().filter(|server| !twin(server)).collect()
}

/// An address in two, without its scheme.
fn host_and_path(url: &str) -> (String, String) {
    let rest = url.trim().split_once("://").map_or(url.trim(), |(_, rest)| rest).trim_start_matches("//").trim_end_matches('/');
    rest.split_once('/').map_or_else(|| (rest.to_owned(), String::new()), |(host, path)| (host.to_owned(), format!("/{path}")))
}

fn host_field(hosts: &[(String, String)], at: Span) -> Field {
    let told = hosts.iter().map(|(host, what)| {
        let what = what.trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" ");
        if what.is_empty() { format!("`{host}`") } else { format!("`{host}` ({what})") }
    });
    let docs = format!("Where calls go: {}.", told.collect::<Vec<_>>().join(", "));
    Field { default: Some(quoted(&hosts[0].0)), ..field("host", "host", Type::scalar("host"), docs, at) }
}

fn is_local(url: &str) -> bool {
    let (host, _) = host_and_path(url);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| host.starts_with(local))
}

/// Does an address name its host?
fn is_whole(url: &str) -> bool {
    url.contains("://") || url.starts_with("//")
}

/// Variables that are there to be overwritten by tools, not by people.
fn is_fixed(variable: &Variable<'_>) -> bool {
    let name = variable.name.to_lowercase();
    ["basepath", "base_path", "version", "protocol", "scheme", "port", "apiversion", "api_version"].contains(&name.as_str())
}

fn address_field(at: Span) -> Field {
    let docs = "Where the API is: its address up to the path, as in `https://api.example.com`.";
    field("server", "server", Type::scalar("url"), docs.to_owned(), at)
}

fn variable_field(name: &str, variable: Option<&Variable<'_>>, in_host: bool, whole_host: bool, at: Span) -> Field {
    let values: &[&str] = variable.map_or(&[], |variable| &variable.values);
    let ty = if whole_host {
        Type::scalar("host")
    } else if in_host {
        Type::Scalar("string", Bounds { pattern: Some("^[A-Za-z0-9.-]+$".to_owned()), ..Bounds::default() })
    } else {
        Type::scalar("string")
    };
    let choices = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let docs =
        if values.is_empty() { "A part of the API's address.".to_owned() } else { format!("A part of the API's address: {choices}.") };
    let mut field = field(&snake(name, "part"), name, ty, docs, at);
    if let Some(variable) = variable.filter(|variable| !variable.default.is_empty() && fits(variable.default, in_host)) {
        field.default = Some(quoted(variable.default));
    }
    field
}

fn fits(default: &str, in_host: bool) -> bool {
    !in_host || default.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
}

pub(super) fn field(name: &str, wire: &str, ty: Type, docs: String, at: Span) -> Field {
    Field {
        name: name.to_owned(),
        wire: wire.to_owned(),
        optional: false,
        what: What::of(ty),
        default: None,
        style: None,
        docs,
        life: None,
        rest: false,
        at,
    }
}

fn server_name(url: &str, description: &str) -> String {
    let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or(url);
    let first = host.split('.').find(|part| !["www", "api"].contains(part)).unwrap_or("other");
    let short = snake(description, "");
    if !short.is_empty() && short.split('_').count() <= 2 { short } else { snake(first, "server") }
}
