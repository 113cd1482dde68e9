//! Security schemes as connections: the form that a person fills in, what is sent, and how the credential is obtained.

use super::Own;
use super::fields::block;
use super::modules::NOT_TOLD;
use super::names::Site;
use super::read::{is_word, named};
use crate::import::node::Node;
use crate::import::spec::literals::quoted;
use crate::model::{ASSERTION, CLIENT_KEY, FLOWS, Flow, SIGN_KINDS, Setter, Setting, SignKind, TLS};
use crate::syntax::METHODS;
use crate::syntax::text::{duration, wire_path};

impl<'n> Own<'n> {
    /// Which connection each scheme belongs to. One that sends several things has several schemes: `key`, `key.2`.
    pub(super) fn declare_connections(&mut self) {
        let mut last: Option<(&str, String)> = None;
        for (key, scheme) in self.schemes() {
            let told = self.object(scheme, "x-linchpin-connection");
            if let Some(told) = told {
                let name = self.word(told, "name").map_or_else(|| named(key, "connection"), str::to_owned);
                let fields = told.get("fields").and_then(|fields| fields.get("properties")).map_or(&[][..], Node::members).iter();
                let fields = fields.map(|one| one.value.get("x-linchpin-name").and_then(Node::text).unwrap_or(&one.key));
                self.tables.successors.extend(fields.map(|field| format!("{name}.{field}")));
                self.tables.successors.insert(name.clone());
                self.tables.connections.insert(key, name.clone());
                last = Some((key, name));
            } else if let Some((first, name)) = &last
                && key.strip_prefix(first).is_some_and(|rest| rest.starts_with('.'))
            {
                self.tables.connections.insert(key, name.clone());
            } else {
                self.odd(scheme, "a scheme that does not say which connection it is");
            }
        }
    }

    /// Security schemes, and connections that send nothing, which none stands for: each with its name in the document.
    fn schemes(&mut self) -> Vec<(&'n str, &'n Node)> {
        let schemes = self.root.get("components").and_then(|components| components.get("securitySchemes"));
        let schemes = schemes.map_or(&[][..], Node::members).iter().map(|member| (&*member.key, &member.value));
        let silent = self.list(self.root, "x-linchpin-connections").iter();
        schemes
            .chain(silent.map(|one| (one.get("x-linchpin-connection").and_then(|told| told.get("name")?.text()).unwrap_or_default(), one)))
            .collect()
    }

    /// All connections.
    pub(super) fn connections(&mut self) -> Vec<String> {
        let told = self.schemes().into_iter();
        let told: Vec<(&str, &Node, &Node)> = told
            .filter_map(|(key, scheme)| Some((key, scheme, scheme.get("x-linchpin-connection").filter(|told| !told.members().is_empty())?)))
            .collect();
        let mut all: Vec<Known<'n>> = Vec::new();
        for (key, scheme, told) in told {
            let name = self.tables.connections.get(key).cloned().unwrap_or_default();
            let revision = self.count(told, "revision").filter(|revision| (1..100).contains(revision)).unwrap_or(1);
            if all.iter().any(|one| one.name == name && one.revision == revision) {
                self.odd(told, format!("there is a connection `{name}` already"));
                continue;
            }
            let successor = scheme.get("x-linchpin-life").and_then(|life| life.get("use")).and_then(Node::text);
            let at = self.count(scheme, "at").and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            all.insert(at.min(all.len()), Known { scheme, told, name, revision, successor });
        }
        (0..all.len()).map(|index| self.connection(&all[index], &all)).collect()
    }

    fn connection(&mut self, known: &Known<'n>, all: &[Known<'n>]) -> String {
        let Known { scheme, told, ref name, revision, .. } = *known;
        let title = self.text(told, "title").filter(|title| !title.is_empty()).map(str::to_owned);
        let title = title.unwrap_or_else(|| crate::model::resolve::names::title(name));
        let docs = self.docs_of(scheme);
        let mut lines: Vec<String> = Vec::new();
        lines.extend(Some(self.life(scheme, &[]).trim_start().to_owned()).filter(|life| !life.is_empty()));
        let fields = self.object(told, "fields").map(|fields| self.fields(fields, &Site::of(&[], name))).unwrap_or_default();
        if !fields.is_empty() {
            lines.push(block("fields", fields));
        }
        if let Some(oauth2) = self.object(told, "oauth2") {
            lines.push(self.oauth2(scheme, oauth2));
        }
        if let Some(exchange) = self.object(told, "exchange") {
            lines.extend(self.exchange_of(exchange));
        }
        if let Some(sign) = self.object(told, "sign") {
            lines.extend(self.sign(sign));
        }
        lines.extend(self.object(told, "tls").map(|tls| self.signed(&TLS.clause(), &TLS, tls)));
        for send in self.list(told, "sends") {
            lines.extend(self.send(send));
        }
        if let Some((method, path)) =
            self.text(told, "probe").and_then(|probe| probe.split_once(' ')).filter(|(word, _)| METHODS.contains(word))
        {
            lines.push(format!("probe {method} {}", quoted(path)));
        }
        lines.extend(self.text(told, "server").map(|url| format!("server {}", quoted(url))));
        lines.extend(self.connection_left(name, revision, all));
        format!("{docs}connection {name} @{revision} {} {{\n{}\n}}", quoted(&title), lines.join("\n"))
    }

    /// How what was stored for older revisions, and for those that this one takes the place of, follows is no part of a document.
    fn connection_left(&mut self, name: &str, revision: u64, all: &[Known<'n>]) -> Vec<String> {
        if all.iter().any(|one| one.name == name && one.revision > revision) {
            return Vec::new();
        }
        let missing = (1..revision).filter(|below| !all.iter().any(|one| one.name == name && one.revision == *below));
        let mut lines: Vec<String> = missing.map(|below| format!("from @{below} use none {}", quoted(NOT_TOLD))).collect();
        let older: Vec<&Known<'n>> = all.iter().filter(|one| one.name != name && one.successor == Some(name)).collect();
        self.has_successors |= !older.is_empty();
        if self.says_what_is_left {
            lines.extend(older.iter().map(|one| format!("from {} @{} use none {}", one.name, one.revision, quoted(NOT_TOLD))));
        }
        lines
    }

    /// `send …`, of a connection.
    fn send(&mut self, send: &'n Node) -> Option<String> {
        let place = self.one_of(send, "in", &["header", "query", "cookie", "basic"])?;
        if place == "basic" {
            let (user, password) = (self.text(send, "user")?, self.text(send, "password")?);
            return Some(format!("send basic {} {}", value(user), value(password)));
        }
        let (name, text) = (self.text(send, "name")?, self.text(send, "value")?);
        let bearer = text.strip_prefix("Bearer ").filter(|rest| name == "Authorization" && hole(rest).is_some());
        Some(match bearer {
            Some(token) => format!("send bearer {}", value(token)),
            None => format!("send {place} {} = {}", quoted(name), value(text)),
        })
    }

    fn oauth2(&mut self, scheme: &'n Node, told: &'n Node) -> String {
        let usual = if told.get("authorize").is_some() { "code" } else { "client_credentials" };
        let grant = self.one_of(told, "grant", &FLOWS.map(|(name, _)| name)).unwrap_or(usual);
        let code = grant == Flow::Code.name();
        let mut lines = Vec::new();
        for (key, word) in [("authorize", "authorize"), ("device", "device"), ("token", "token"), ("refreshAt", "refresh")] {
            lines.extend(self.text(told, key).map(|url| format!("{word} {}", quoted(url))));
        }
        lines.extend(self.object(told, "assertion").map(|assertion| self.signed("assertion", &ASSERTION, assertion)));
        match self.object(told, "clientKey") {
            Some(key) => lines.push(self.signed("client private_key_jwt", &CLIENT_KEY, key)),
            None => lines.extend(self.one_of(told, "client", &["basic", "body", "none"]).map(|word| format!("client {word}"))),
        }
        lines.extend(self.one_of(told, "refresh", &["rotating", "fixed", "none"]).map(|word| format!("refresh {word}")));
        if self.one_of(told, "body", &["form", "json"]) == Some("json") {
            lines.push("body json".to_owned());
        }
        if code && told.get("pkce").and_then(Node::bool) == Some(false) {
            lines.push(format!("pkce none {}", quoted(self.text(told, "pkceReason").unwrap_or("nobody has said why"))));
        }
        lines.extend(self.scopes(scheme, told));
        if let Some(separator) = self.text(told, "separator").filter(|separator| *separator != " ") {
            lines.push(format!("separator {}", quoted(separator)));
        }
        for parameter in self.list(told, "with") {
            let to = self.one_of(parameter, "to", &["authorize", "token", "refresh"]);
            if let (Some(to), Some(name), Some(text)) = (to, self.text(parameter, "name"), self.text(parameter, "value")) {
                let own = bound_name(name);
                let wire = if own == name { String::new() } else { format!(" {} =", quoted(name)) };
                lines.push(format!("with {to} {{ {own}{wire} {} }}", quoted(text)));
            }
        }
        for member in self.object(told, "reads").map_or(&[][..], Node::members) {
            let segments: Option<Vec<&str>> = member.value.items().iter().map(Node::text).collect();
            match segments.filter(|segments| !segments.is_empty() && is_word(&member.key)) {
                Some(segments) => lines.push(format!("read {} {}", &*member.key, wire_path(&segments))),
                None => self.odd(&member.value, "a place in the token's answer that cannot be read"),
            }
        }
        block(&format!("oauth2 {grant}"), lines)
    }

    /// What is proved of each request, if it is of a kind that there is.
    fn sign(&mut self, told: &'n Node) -> Option<String> {
        let names: Vec<&'static str> = SIGN_KINDS.iter().map(|kind| kind.name).collect();
        let name = self.one_of(told, "kind", &names)?;
        let kind = SIGN_KINDS.iter().find(|kind| kind.name == name)?;
        Some(self.signed(&kind.clause(), kind, told))
    }

    /// Settings, and blocks of members that the kind has, in the order of the document.
    fn signed(&mut self, head: &str, kind: &SignKind, told: &'n Node) -> String {
        let mut lines = Vec::new();
        let mut parts: Vec<(&str, Vec<String>)> = kind.parts.iter().map(|(name, _)| (*name, Vec::new())).collect();
        for member in self.object(told, "settings").map_or(&[][..], Node::members) {
            let Some(text) = member.value.text() else {
                self.odd(&member.value, "a setting is a text");
                continue;
            };
            let setting = kind.settings.iter().find(|setting| *setting.name == *member.key);
            let part =
                member.key.split_once('.').and_then(|(part, name)| Some((parts.iter_mut().find(|(known, _)| *known == part)?, name)));
            match (setting, part) {
                (Some(setting), _) => lines.extend(self.setting(setting, &member.value, text)),
                (None, Some(((_, members), name))) => {
                    let own = bound_name(name);
                    let wire = if own == name && self.convention.wire(&own) == name { String::new() } else { format!(" {}", quoted(name)) };
                    members.push(format!("{own}{wire} = {}", value(text)));
                }
                (None, None) => self.odd(&member.value, format!("`{head}` has no setting of that name")),
            }
        }
        lines.extend(parts.into_iter().filter(|(_, members)| !members.is_empty()).map(|(name, members)| block(name, members)));
        block(head, lines)
    }

    fn setting(&mut self, setting: &Setting, node: &'n Node, text: &str) -> Option<String> {
        let said = match setting.value {
            Setter::Choice(words) => words.contains(&text).then(|| text.to_owned()),
            Setter::Time => text.parse::<u32>().ok().filter(|seconds| *seconds > 0).map(|seconds| duration(u64::from(seconds) * 1000)),
            Setter::Text | Setter::Secret | Setter::Request => Some(value(text)),
        };
        if said.is_none() {
            self.odd(node, format!("`{}` cannot be that", setting.name));
        }
        said.map(|said| format!("{} = {said}", setting.name))
    }

    /// The scopes that OpenAPI lists, with their names where all have one.
    fn scopes(&mut self, scheme: &'n Node, told: &'n Node) -> Option<String> {
        let flows = scheme.get("flows").map_or(&[][..], Node::members);
        let listed = flows.first().and_then(|flow| flow.value.get("scopes")).map_or(&[][..], Node::members);
        let mut named: Vec<(&str, &str)> = Vec::new();
        for scope in self.list(told, "scopes") {
            named.extend(self.word(scope, "name").zip(self.text(scope, "scope")));
        }
        let name = |scope: &str| named.iter().find(|(_, of)| *of == scope).map(|(name, _)| *name);
        let with_names: Option<Vec<String>> =
            listed.iter().map(|scope| name(&scope.key).map(|name| format!("{name} {}", quoted(&scope.key)))).collect();
        match with_names {
            _ if listed.is_empty() => None,
            Some(lines) => Some(block("scopes", lines)),
            None => Some(format!("scopes {}", listed.iter().map(|scope| quoted(&scope.key)).collect::<Vec<_>>().join(", "))),
        }
    }

    /// `exchange …`
    fn exchange_of(&mut self, told: &'n Node) -> Option<String> {
        let (method, address) = self.text(told, "call")?.split_once(' ').filter(|(method, _)| METHODS.contains(method))?;
        let mut places: [(&str, Vec<String>); 3] = [("query", Vec::new()), ("header", Vec::new()), ("body", Vec::new())];
        for one in self.list(told, "values") {
            let place = self.one_of(one, "in", &["query", "header", "body"]);
            if let (Some(place), Some(name), Some(text)) = (place, self.text(one, "name"), self.text(one, "value")) {
                let lines = places.iter_mut().find(|(word, _)| *word == place).map(|(_, lines)| lines);
                let own = bound_name(name);
                let usual = if place == "header" { own.clone() } else { self.convention.wire(&own) };
                let wire = if usual == name { String::new() } else { format!(" {}", quoted(name)) };
                lines.into_iter().for_each(|lines| lines.push(format!("{own}{wire} = {}", value(text))));
            }
        }
        let body = self.one_of(told, "body", &["json", "form"]);
        let [(_, query), (_, header), (_, members)] = places;
        let mut lines = Vec::new();
        for (word, values) in [("query", query), ("header", header)] {
            if !values.is_empty() {
                lines.push(block(word, values));
            }
        }
        lines.extend(body.map(|body| block(&format!("body {body}"), members)));
        for (key, word) in [("token", "token"), ("expiresIn", "expires in"), ("expiresAt", "expires at")] {
            lines.extend(self.texts(told, key).filter(|at| !at.is_empty()).map(|at| format!("{word} {}", wire_path(&at))));
        }
        Some(block(&format!("exchange {method} {}", quoted(address)), lines))
    }
}

/// A connection of the document, and what takes its place.
pub(super) struct Known<'n> {
    scheme: &'n Node,
    told: &'n Node,
    name: String,
    revision: u64,
    successor: Option<&'n str>,
}

/// A template: the name of the one thing that it holds, or text with holes.
pub(super) fn value(text: &str) -> String {
    hole(text).map_or_else(|| quoted(text), str::to_owned)
}

/// The name in a template that is nothing but a hole.
fn hole(text: &str) -> Option<&str> {
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| is_word(name))
}

/// What a parameter is called here: nothing else refers to it.
fn bound_name(wire: &str) -> String {
    named(wire, "value")
}
