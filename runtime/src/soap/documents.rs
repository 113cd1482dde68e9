//! A WSDL and what it takes in: other WSDLs, schemas. Locations are asked of whoever reads, by paths that stay in the WSDL's own folder;
//! nothing is fetched. What the documents say is for `wsdl` and `schema`.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use super::{
    name::{ENCODING, ENVELOPE11, ENVELOPE12, WSDL, XML, XSD},
    problem::{Findings, Place, Problem},
    tree::{self, Node},
};

/// The most documents that one WSDL takes in.
const DOCUMENTS: usize = 256;
/// The most bytes of one document, and of all.
pub(super) const DOCUMENT_BYTES: usize = 16 << 20;
pub(super) const ALL_BYTES: usize = 64 << 20;

/// Gives the text of what a WSDL takes in, by its location.
pub(super) type Find<'f> = dyn FnMut(&str) -> Option<String> + 'f;

/// A WSDL document.
#[derive(Debug)]
pub(super) struct Definitions {
    pub(super) file: Arc<str>,
    pub(super) root: Node,
}

/// A schema, in the namespace that it declares or that of the schema that includes it.
#[derive(Debug)]
pub(super) struct SchemaPart {
    pub(super) file: Arc<str>,
    pub(super) root: Node,
    pub(super) namespace: Arc<str>,
}

/// Everything that belongs to one WSDL.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) definitions: Vec<Definitions>,
    pub(super) schemas: Vec<SchemaPart>,
}

struct Wanted {
    location: String,
    /// The namespace of the schema that includes it.
    includer: Option<Arc<str>>,
    from: Place,
}

/// Reads a WSDL and all that it takes in.
pub(super) fn gather(file: &str, text: &str, find: &mut Find<'_>, findings: &mut Findings) -> Documents {
    let mut gathering = Gathering { documents: Documents::default(), queue: VecDeque::new(), seen: HashSet::new(), bytes: 0, findings };
    gathering.seen.insert((file.to_owned(), None));
    gathering.take(&file.into(), text, None, None);
    while let Some(wanted) = gathering.queue.pop_front() {
        gathering.follow(wanted, find);
    }
    gathering.documents
}

struct Gathering<'f> {
    documents: Documents,
    queue: VecDeque<Wanted>,
    seen: HashSet<(String, Option<Arc<str>>)>,
    bytes: usize,
    findings: &'f mut Findings,
}

impl Gathering<'_> {
    fn follow(&mut self, wanted: Wanted, find: &mut Find<'_>) {
        let Wanted { location, includer, from } = wanted;
        if !self.seen.insert((location.clone(), includer.clone())) {
            return;
        }
        if self.seen.len() > DOCUMENTS {
            return self.findings.wrong(Problem::new(format!("it takes in more than {DOCUMENTS} documents"), from));
        }
        let Some(text) = find(&location) else {
            let shown = crate::error::shorten(&location);
            let message =
                format!("`{shown}` is not there: a file must lie in the WSDL's folder, a text be given; nothing is fetched from elsewhere");
            return self.findings.wrong(Problem::new(message, from));
        };
        self.take(&location.into(), &text, includer, Some(from));
    }

    fn take(&mut self, file: &Arc<str>, text: &str, includer: Option<Arc<str>>, from: Option<Place>) {
        let place = from.unwrap_or_else(|| Place::new(file, 1));
        self.bytes = self.bytes.saturating_add(text.len());
        if text.len() > DOCUMENT_BYTES || self.bytes > ALL_BYTES {
            return self.findings.wrong(Problem::new(format!("`{file}` is too large"), place));
        }
        let root = match tree::read(text) {
            Ok(root) => root,
            Err(error) => return self.findings.wrong(Problem::new(error.message, Place::new(file, error.line))),
        };
        match (&*root.name.namespace, &*root.name.local) {
            (WSDL, "definitions") => self.definitions(file, root),
            (XSD, "schema") => self.schema(file, root, includer),
            ("http://www.w3.org/ns/wsdl", "description") => {
                self.findings.wrong(Problem::new("it is a WSDL 2.0 description; WSDL 1.1 is read", Place::new(file, root.line)));
            }
            _ => {
                let shown = crate::error::shorten(&root.name.to_string());
                let message = format!("it is neither a WSDL 1.1 nor a schema: its root is `{shown}`");
                self.findings.wrong(Problem::new(message, Place::new(file, root.line)));
            }
        }
    }

    fn definitions(&mut self, file: &Arc<str>, mut root: Node) {
        for import in root.all(WSDL, "import") {
            self.want(file, import, "location", None);
        }
        // The schemas leave their place in the WSDL, so that each has one owner; the prefixes around them go along.
        let types = root.children.iter_mut().filter(|child| child.name.is(WSDL, "types"));
        let schemas: Vec<Node> = types.flat_map(|types| std::mem::take(&mut types.children)).collect();
        for schema in schemas {
            if schema.name.is(XSD, "schema") {
                self.schema(file, schema, None);
            } else {
                let message = format!("types in `{}`, which is no XML schema", crate::error::shorten(&schema.name.to_string()));
                self.findings.unsupported(Problem::new(message, Place::new(file, schema.line)));
            }
        }
        self.documents.definitions.push(Definitions { file: file.clone(), root });
    }

    fn schema(&mut self, file: &Arc<str>, root: Node, includer: Option<Arc<str>>) {
        let own: Arc<str> = root.attribute("targetNamespace").unwrap_or_default().into();
        let namespace = if own.is_empty() { includer.unwrap_or_default() } else { own };
        for child in root.children.iter().filter(|child| &*child.name.namespace == XSD) {
            match &*child.name.local {
                "import" => self.want(file, child, "schemaLocation", None),
                "include" => self.want(file, child, "schemaLocation", Some(namespace.clone())),
                word @ ("redefine" | "override") => {
                    let place = Place::new(file, child.line);
                    self.findings.unsupported(Problem::new(format!("`xs:{word}`: the schema is taken as it was before"), place));
                    self.want(file, child, "schemaLocation", Some(namespace.clone()));
                }
                _ => {}
            }
        }
        self.documents.schemas.push(SchemaPart { file: file.clone(), root, namespace });
    }

    fn want(&mut self, file: &Arc<str>, node: &Node, attribute: &str, includer: Option<Arc<str>>) {
        // Without a location the namespace is in another schema of the WSDL, or what is not found is told where it is used.
        let Some(location) = node.attribute(attribute).filter(|location| !location.is_empty()) else { return };
        if node.attribute("namespace").is_some_and(|namespace| [XML, XSD, ENCODING, ENVELOPE11, ENVELOPE12].contains(&namespace)) {
            return;
        }
        let from = Place::new(file, node.line);
        match within(file, location) {
            Some(location) => self.queue.push_back(Wanted { location, includer, from }),
            None => {
                let shown = crate::error::shorten(location);
                self.findings.wrong(Problem::new(format!("`{shown}` leads out of the WSDL's own folder"), from));
            }
        }
    }
}

/// A location as seen from the folder of the WSDL: relative paths are put together, whole addresses stay as they are. None for what leads
/// out of the folder.
fn within(file: &str, location: &str) -> Option<String> {
    if location.contains("://") {
        return Some(location.to_owned());
    }
    if let Some((scheme, rest)) = file.split_once("://") {
        // Beside a document that has an address.
        let base = url::Url::parse(&format!("{scheme}://{rest}")).ok()?;
        return base.join(location).ok().map(String::from);
    }
    if location.starts_with(['/', '\\']) || location.contains([':', '\\', '\0']) {
        return None;
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(location.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/")).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_stay_in_the_folder() {
        for (file, location, expected) in [
            ("quote.wsdl", "types.xsd", Some("types.xsd")),
            ("quote.wsdl", "./xsd/a.xsd", Some("xsd/a.xsd")),
            ("xsd/a.xsd", "../b.xsd", Some("b.xsd")),
            ("xsd/a.xsd", "b.xsd", Some("xsd/b.xsd")),
            ("xsd/a.xsd", "../../b.xsd", None),
            ("quote.wsdl", "../b.xsd", None),
            ("quote.wsdl", "/etc/passwd", None),
            ("quote.wsdl", "file:secret", None),
            ("quote.wsdl", "..\\b.xsd", None),
            ("quote.wsdl", "http://acme.example/b.xsd", Some("http://acme.example/b.xsd")),
            ("http://acme.example/w/q.wsdl", "b.xsd", Some("http://acme.example/w/b.xsd")),
        ] {
            assert_eq!(within(file, location).as_deref(), expected, "{file} {location}");
        }
    }

    #[test]
    fn circles_of_includes_end() {
        let schema = |other: &str| format!("<xs:schema xmlns:xs='{XSD}'><xs:include schemaLocation='{other}'/></xs:schema>");
        let mut findings = Findings::default();
        let wsdl = format!("<d:definitions xmlns:d='{WSDL}'><d:import location='a.xsd'/></d:definitions>");
        let mut find = |location: &str| Some(schema(if location == "a.xsd" { "b.xsd" } else { "a.xsd" }));
        let documents = gather("wsdl", &wsdl, &mut find, &mut findings);
        assert!(documents.schemas.len() <= 4 && findings.problems.is_empty(), "{findings:?}");
    }
}
