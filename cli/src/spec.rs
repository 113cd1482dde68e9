//! Specs named on the command line: read, checked, and their mistakes shown.

use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::model::project::project;
use linchpin_compiler::model::{Model, Projection};
use linchpin_compiler::source::Sources;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// A spec's model; its mistakes go to the error stream.
pub(crate) fn load(path: &Path) -> Result<Model, String> {
    checked(path, &read(path)?)
}

/// The model of sources that have been read; their mistakes go to the error stream.
pub(crate) fn checked(path: &Path, sources: &Sources) -> Result<Model, String> {
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(sources, &mut diagnostics);
    for one in diagnostics.sorted(sources).into_iter().filter(|one| one.severity() == linchpin_compiler::diagnostics::Severity::Error) {
        anstream::eprintln!("{}", full::render(one, sources, std::io::stderr().is_terminal()));
    }
    model.ok_or_else(|| format!("{} has mistakes", path.display()))
}

/// The files of a connector.
pub(crate) fn read(path: &Path) -> Result<Sources, String> {
    linchpin_compiler::build_script::load(path).map_err(|error| error.to_string())
}

/// The specs among the paths of a command line: `specs/*`, as a shell spells it out, brings the locks that lie beside them.
pub(crate) fn among(paths: &[PathBuf]) -> Result<Vec<&Path>, String> {
    let is_lock = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "lock") && !path.is_dir();
    let specs: Vec<&Path> = paths.iter().filter(|path| !is_lock(path)).map(PathBuf::as_path).collect();
    match paths.iter().find(is_lock) {
        Some(lock) if specs.is_empty() => Err(format!("{}: a lock is no spec; name the spec beside it", lock.display())),
        _ => Ok(specs),
    }
}

/// One version of a connector: the newest, unless one is named.
pub(crate) fn version<'m>(model: &'m Model, api: Option<&str>) -> Result<Projection<'m>, String> {
    let index = match api {
        None => model.apis.len() - 1,
        Some(name) => model.apis.iter().position(|one| one.name == name || one.wire == name).ok_or_else(|| {
            // What says nothing of versions has one, without a name.
            let names: Vec<_> = model.apis.iter().map(|one| one.name.as_str()).filter(|name| !name.is_empty()).collect();
            let known = if names.is_empty() { "it tells of none, so name none".to_owned() } else { format!("it has {}", names.join(", ")) };
            format!("`{}` has no API version `{name}`; {known}", model.connector.name)
        })?,
    };
    Ok(project(model, index))
}

/// A module of a version by name, `group.name` and `name@2` included.
pub(crate) fn module<'p>(projection: &'p Projection<'_>, wanted: &str) -> Result<&'p linchpin_compiler::model::Module, String> {
    let (name, revision) = match wanted.split_once('@') {
        Some((name, revision)) => {
            (name, Some(revision.parse::<u32>().map_err(|_| format!("`{revision}` is not a revision; write `{name}@1`"))?))
        }
        None => (wanted, None),
    };
    let full_name = |module: &linchpin_compiler::model::Module| projection.model.full_name(module.symbol);
    let modules = || projection.modules.iter().map(|one| &one.item);
    let found = modules()
        .filter(|module| full_name(module) == name && revision.is_none_or(|revision| module.revision == revision))
        .max_by_key(|module| module.revision);
    found.ok_or_else(|| {
        let names: Vec<_> = modules().map(full_name).collect();
        match linchpin_compiler::diagnostics::nearest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("there is no module `{wanted}`; did you mean `{near}`?"),
            None => format!("there is no module `{wanted}`; {}", some_of(&names, name)),
        }
    })
}

/// How many names a message lists.
const NAMES_SHOWN: usize = 20;

/// The modules of the group that was named, or else those that come first.
fn some_of(names: &[String], wanted: &str) -> String {
    let group = wanted.rsplit_once('.').map_or("", |(group, _)| group);
    let in_group = |name: &&String| name.rsplit_once('.').is_some_and(|(other, _)| other == group);
    let mut shown: Vec<&String> = names.iter().filter(in_group).collect();
    let (what, all) = if shown.is_empty() {
        shown = names.iter().collect();
        ("there are".to_owned(), names.len())
    } else {
        (format!("`{group}` has"), shown.len())
    };
    shown.truncate(NAMES_SHOWN);
    let listed = shown.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    if all > shown.len() { format!("{what} {listed} and {} more", all - shown.len()) } else { format!("{what} {listed}") }
}
