//! The connector itself, its API version, and its groups.

use super::Own;
use super::fields::block;
use super::names::{Site, docs};
use super::read::is_word;
use crate::import::node::Node;
use crate::import::spec::literals::quoted;
use crate::import::spec::{Options, connector_name};
use crate::model::resolve::names::Convention;

impl<'n> Own<'n> {
    /// What holds for everything that is read after it.
    pub(super) fn head(&mut self, options: &Options) {
        let told = self.word(self.origin, "connector");
        self.name = match (&options.name, told) {
            (Some(_), _) => connector_name("", options),
            (None, Some(name)) => name.to_owned(),
            (None, None) => {
                connector_name(self.root.get("info").and_then(|info| info.get("title")).and_then(Node::text).unwrap_or_default(), options)
            }
        };
        if let Some(word) = self.text(self.origin, "names") {
            match Convention::of(word) {
                Some(convention) => self.convention = convention,
                None => self.odd(self.origin, format!("`{word}` is no rule for names")),
            }
        }
        self.tables.servers = self
            .list(self.root, "x-linchpin-servers")
            .iter()
            .filter_map(|server| server.get("name")?.text())
            .filter(|name| is_word(name))
            .collect();
        if let Some(api) = self.origin.get("api").and_then(|api| api.get("name")).and_then(Node::text) {
            self.tables.successors.insert(api.to_owned());
        }
    }

    /// What the file says it is for, the connector and its version.
    pub(super) fn connector(&mut self) -> String {
        let root = self.root;
        let info = self.object(root, "info").unwrap_or(root);
        let title = self.text(info, "title").filter(|title| !title.is_empty()).unwrap_or("API");
        let mut lines: Vec<String> = Vec::new();
        let docs_url = self.object(root, "externalDocs").and_then(|docs| self.text(docs, "url"));
        lines.extend(docs_url.map(|url| format!("docs {}", quoted(url))));
        lines.extend(self.servers());
        if self.convention != Convention::AsWritten {
            lines.push(format!("names {}", self.convention.word()));
        }
        lines.extend(self.sent());
        lines.extend(self.limits(root));
        lines.extend(self.retry());
        let site = Site::of(&[], &self.name.clone());
        lines.extend(self.fails(root, &site));
        lines.extend(self.header_name(root, "x-linchpin-served").map(|header| format!("served header {}", quoted(header))));
        let about = docs(self.text(info, "description").unwrap_or_default(), "//!");
        let about = if about.is_empty() { String::new() } else { format!("{about}\n") };
        let api = self.api().map(|api| format!("\n\n{api}")).unwrap_or_default();
        format!("{about}connector {} {} {{\n{}\n}}{api}", self.name, quoted(title), lines.join("\n"))
    }

    fn servers(&mut self) -> Vec<String> {
        let told = self.list(self.root, "x-linchpin-servers");
        let mut lines = Vec::new();
        for server in told {
            let name = server.get("name").and_then(Node::text).filter(|name| self.tables.servers.contains(name));
            if told.len() > 1 && name.is_none() {
                self.odd(server, "each of several servers needs a name");
                continue;
            }
            let name = name.map(|name| format!("{name} ")).unwrap_or_default();
            lines.extend(self.text(server, "url").map(|url| format!("server {name}{}", quoted(url))));
        }
        if told.is_empty()
            && let Some(server) = self.list(self.root, "servers").first()
        {
            lines.extend(self.server_url(server).map(|url| format!("server {url}")));
        }
        lines
    }

    /// The address of a server as a template.
    pub(super) fn server_url(&mut self, server: &'n Node) -> Option<String> {
        let url = self.text(server, "x-linchpin-template").or_else(|| self.text(server, "url"))?;
        Some(quoted(url))
    }

    /// `send …`: parameters that go with every request, as long as anything refers to them.
    fn sent(&mut self) -> Vec<String> {
        let parameters = self.root.get("components").and_then(|components| components.get("parameters")).map_or(&[][..], Node::members);
        let mut lines = Vec::new();
        for parameter in parameters.iter().map(|member| &member.value) {
            let Some(template) = self.text(parameter, "x-linchpin-send") else { continue };
            let place = self.one_of(parameter, "in", &["header", "query", "cookie"]);
            if let (Some(place), Some(name)) = (place, self.text(parameter, "name")) {
                lines.push(format!("send {place} {} = {}", quoted(name), quoted(template)));
            }
        }
        lines
    }

    /// `retry 429, 5xx honour "Retry-After"`
    fn retry(&mut self) -> Option<String> {
        let retry = self.object(self.root, "x-linchpin-retry")?;
        let statuses = self.statuses(retry);
        let honour = self.header_name(retry, "honour").map(|header| format!(" honour {}", quoted(header))).unwrap_or_default();
        if statuses.is_empty() { None } else { Some(format!("retry {}{honour}", statuses.join(", "))) }
    }

    /// `api v2 at "v2.0" { … }`
    fn api(&mut self) -> Option<String> {
        let api = self.object(self.origin, "api")?;
        let name = self.text(api, "name")?;
        let good = name.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        if !good {
            self.odd(api, format!("`{name}` is no name of an API version"));
            return None;
        }
        let wire = self.text(api, "wire").filter(|wire| *wire != name).map(|wire| format!(" at {}", quoted(wire))).unwrap_or_default();
        let mut lines = Vec::new();
        for word in ["released", "unsupported", "removed"] {
            lines.extend(self.date(api, word).map(|date| format!("{word} {date}")));
        }
        if let Some(life) = self.object(api, "life") {
            lines.push(self.life_in(life, &[]).trim_start().to_owned());
        }
        let docs = self.docs_of(api);
        Some(format!("{docs}{}", block(&format!("api {name}{wire}"), lines)))
    }

    /// Items in their groups: a text for each of the outermost.
    pub(super) fn groups(&mut self, items: &[(Vec<String>, String)]) -> Vec<(String, String)> {
        let mut paths: Vec<Vec<String>> = Vec::new();
        let mut add = |path: &[String]| {
            for depth in 1..=path.len() {
                if !paths.iter().any(|known| *known == path[..depth]) {
                    paths.push(path[..depth].to_vec());
                }
            }
        };
        for tag in self.root.get("tags").map_or(&[][..], Node::items) {
            let path: Vec<&str> = tag.get("name").and_then(Node::text).unwrap_or_default().split('.').collect();
            if path.iter().all(|part| is_word(part)) {
                let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
                if items.iter().any(|(group, _)| group.starts_with(&path)) {
                    add(&path);
                }
            }
        }
        items.iter().for_each(|(group, _)| add(group));
        let outer: Vec<Vec<String>> = paths.iter().filter(|path| path.len() == 1).cloned().collect();
        outer.into_iter().map(|path| (path[0].clone(), self.group(&path, &paths, items))).collect()
    }

    fn group(&mut self, path: &[String], paths: &[Vec<String>], items: &[(Vec<String>, String)]) -> String {
        let name = path.join(".");
        let tags = self.root.get("tags").map_or(&[][..], Node::items);
        let tag = tags.iter().find(|tag| tag.get("name").and_then(Node::text) == Some(name.as_str()));
        let title = tag.and_then(|tag| self.text(tag, "x-linchpin-title")).map(str::to_owned);
        let title = title.unwrap_or_else(|| crate::model::resolve::names::title(&path[path.len() - 1]));
        let docs = tag.map(|tag| self.docs_of(tag)).unwrap_or_default();
        let mut texts: Vec<String> = items.iter().filter(|(group, _)| group == path).map(|(_, text)| text.clone()).collect();
        let inner = paths.iter().filter(|other| other.len() == path.len() + 1 && other.starts_with(path));
        texts.extend(inner.map(|inner| self.group(inner, paths, items)).collect::<Vec<_>>());
        format!("{docs}group {} {} {{\n{}\n}}\n", path[path.len() - 1], quoted(&title), texts.join("\n\n"))
    }
}
