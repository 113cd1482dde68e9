//! The compiler in a build script: specs from a folder, Rust into `OUT_DIR`, mistakes to cargo. The only file of this crate
//! that touches disk, environment or clock. What a spec means is not decided here.
//!
//! ```no_run
//! linchpin_compiler::Build::new().specs("specs").run();
//! ```

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, io, process};

use crate::change::day::Day;
use crate::change::outlook;
use crate::diagnostics::{Diagnostics, Severity, full, short};
use crate::generate::module_name;
use crate::model::Model;
use crate::model::select::{Pattern, except, select};
use crate::source::Sources;
use crate::{Compiled, RustFiles, check, compile, generate_files};

/// Compiles a folder of specs. Each `.pin` file and each folder in it is one connector; a file or a folder that only others
/// `use` is none. Connector `acme` becomes `OUT_DIR/acme.rs`, which `linchpin_runtime::connector!("acme")` takes in.
#[derive(Clone, Debug)]
pub struct Build {
    specs: PathBuf,
    out_dir: Option<PathBuf>,
    by_feature: bool,
    only: Vec<Pattern>,
    except: Vec<Pattern>,
    warn_before_days: u32,
    today: Option<String>,
    deny_past_sunset: bool,
}

impl Default for Build {
    fn default() -> Self {
        let specs = PathBuf::from("specs");
        Self {
            specs,
            out_dir: None,
            by_feature: false,
            only: Vec::new(),
            except: Vec::new(),
            warn_before_days: 90,
            today: None,
            deny_past_sunset: false,
        }
    }
}

impl Build {
    /// Compiles `specs`, next to the `Cargo.toml`, into `OUT_DIR`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The folder with the specs, relative to the package.
    pub fn specs(mut self, folder: impl Into<PathBuf>) -> Self {
        self.specs = folder.into();
        self
    }

    /// Where the Rust goes, if not to `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Takes only the connectors whose cargo feature is on: connector `acme` has feature `acme`. A feature `acme-repos` takes its group
    /// `repos`, and what that needs, where `acme` itself is not on. So features add up, and none needs to name another.
    pub fn by_feature(mut self) -> Self {
        self.by_feature = true;
        self
    }

    /// Generates only modules that are named, and what they need: `only(["repos/*", "github/issues/get"])`. `*` stands for any letters of a
    /// name, `**` for any number of names, and a group's name takes all that is in it. A connector of which nothing is named is left out,
    /// and a name of nothing is an error.
    pub fn only<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.only.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// Leaves out modules that are named, and the types that nothing else needs: `except(["webhooks"])`. Names are written as for
    /// [`only`](Self::only), and with it `only` is read first. What another module calls stays.
    pub fn except<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.except.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// Warns this many days before something ends: a deprecation's sunset, or when an API version is no longer supported or removed. 90
    /// unless this is said; 0 warns on the day.
    pub fn warn_before_days(mut self, days: u32) -> Self {
        self.warn_before_days = days;
        self
    }

    /// The day on which this is built, `2026-11-26`, for warnings. Unless this is said it is that of `SOURCE_DATE_EPOCH` (seconds since
    /// 1970), and where that is not set the machine's. Nothing that is generated depends on it.
    pub fn today(mut self, day: impl Into<String>) -> Self {
        self.today = Some(day.into());
        self
    }

    /// Fails when something has passed its end, instead of warning; for a CI that asks for it. Without this, time alone never breaks a
    /// build.
    pub fn deny_past_sunset(mut self, deny: bool) -> Self {
        self.deny_past_sunset = deny;
        self
    }

    /// Compiles, tells cargo what to watch and what is wrong, and ends the build script when there are errors.
    pub fn run(self) {
        println!("cargo::rerun-if-changed={}", self.specs.display());
        println!("cargo::rerun-if-env-changed={SOURCE_DATE}");
        match self.compile_all() {
            Ok(true) => {}
            Ok(false) => process::exit(1),
            Err(error) => {
                println!("cargo::error={}", one_line(&error.to_string()));
                process::exit(1);
            }
        }
    }

    /// Tries every connector, so that one run shows all mistakes. False when one had errors.
    fn compile_all(&self) -> io::Result<bool> {
        let out_dir = match (&self.out_dir, env::var_os("OUT_DIR")) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => PathBuf::from(folder),
            (None, None) => return Err(io::Error::other("OUT_DIR is not set: this runs in a build script, or with `out_dir`")),
        };
        let today = self.day()?;
        let mut models: Vec<Model> = Vec::new();
        let mut good = true;
        for connector in connectors(&self.specs)? {
            if self.by_feature && !feature_is_on(&connector) && !group_feature_is_on(&connector) {
                continue;
            }
            let sources = load(&connector)?;
            let mut diagnostics = Diagnostics::default();
            let model = check(&sources, &mut diagnostics);
            report(&diagnostics, &sources);
            let Some(model) = model else {
                good = false;
                continue;
            };
            if models.iter().any(|other| module_name(other) == module_name(&model)) {
                let name = module_name(&model);
                return Err(io::Error::other(format!("{}: another spec describes connector `{name}` too", connector.display())));
            }
            if let Some(part) = self.part(&connector, &model) {
                good &= self.report_endings(&outlook::notices(&part, today, self.warn_before_days), &sources);
                write_files(&out_dir, &generate_files(&part, &sources))?;
            }
            models.push(model);
        }
        // Of specs with errors nobody knows what they hold.
        if good { self.all_name_something(&models).map(|()| true) } else { Ok(false) }
    }

    /// What is wanted of a connector; none where nothing is.
    fn part(&self, connector: &Path, model: &Model) -> Option<Model> {
        let mut part = model.clone();
        if self.by_feature && !feature_is_on(connector) {
            let name = &model.connector.name;
            let groups = model.groups.iter().filter(|group| group.path.len() == 1).map(|group| &group.path[0]);
            let on = groups.filter(|group| is_feature(&format!("{}_{group}", stem(connector))));
            let on: Vec<Pattern> = on.map(|group| Pattern::new(format!("{name}/{group}"))).collect();
            part = select(part, &on);
        }
        if !self.only.is_empty() {
            part = select(part, &self.only);
        }
        if self.except.iter().any(|pattern| pattern.takes_some(&part)) {
            part = except(part, &self.except);
        }
        let whole = self.only.is_empty() && (!self.by_feature || feature_is_on(connector));
        (whole || !part.modules.is_empty()).then_some(part)
    }

    /// A pattern that takes nothing is a mistake.
    fn all_name_something(&self, models: &[Model]) -> io::Result<()> {
        let said = self.only.iter().map(|pattern| ("only", pattern)).chain(self.except.iter().map(|pattern| ("except", pattern)));
        let nothing = said.filter(|(_, pattern)| !models.iter().any(|model| pattern.takes_some(model)));
        let mistakes = nothing.map(|(verb, pattern)| match pattern.nearest(models) {
            Some(near) => format!("`{verb}` names `{}`, which is no module; did you mean `{near}`?", pattern.text),
            None => format!("`{verb}` names `{}`, which is no module", pattern.text),
        });
        let mistakes: Vec<String> = mistakes.collect();
        if mistakes.is_empty() { Ok(()) } else { Err(io::Error::other(mistakes.join("; "))) }
    }

    /// The day that counts as today.
    fn day(&self) -> io::Result<Day> {
        let bad = |text: &str, wanted: &str| io::Error::other(format!("`{text}` is not {wanted}"));
        if let Some(today) = &self.today {
            return Day::parse(today).ok_or_else(|| bad(today, "a day such as `2026-11-26`"));
        }
        match env::var(SOURCE_DATE) {
            Ok(text) => {
                let seconds = text.trim().parse().map_err(|_| bad(&text, "a number of seconds, as SOURCE_DATE_EPOCH must be"))?;
                Ok(Day::of_seconds(seconds))
            }
            Err(_) => Ok(now()),
        }
    }

    /// A line for each thing that ends soon or has ended. False when one has, and that is denied.
    fn report_endings(&self, endings: &[outlook::Notice], sources: &Sources) -> bool {
        for one in endings {
            let denied = one.passed && self.deny_past_sunset;
            println!("cargo::{}={}", if denied { "error" } else { "warning" }, one_line(&ending(one, sources)));
        }
        !(self.deny_past_sunset && endings.iter().any(|one| one.passed))
    }
}

/// What reproducible builds set to the time that counts as now.
const SOURCE_DATE: &str = "SOURCE_DATE_EPOCH";

/// The machine's day, UTC.
pub fn now() -> Day {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Day::of_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// `specs/acme.pin:14:3: API version `v1` …`
fn ending(one: &outlook::Notice, sources: &Sources) -> String {
    let file = sources.file(one.span.file);
    let (line, column) = file.line_column(one.span.start);
    format!("{}:{line}:{column}: {}", file.name, one.message)
}

/// The connectors of a folder of specs: name and Rust of each, in the order of the names of their files.
///
/// # Errors
/// What is wrong with the specs, rendered, or what went wrong reading them.
pub fn compile_folder(specs: &Path) -> Result<Vec<(String, String)>, String> {
    let mut compiled = Vec::new();
    let mut mistakes = String::new();
    for connector in connectors(specs).map_err(|error| error.to_string())? {
        let sources = load(&connector).map_err(|error| error.to_string())?;
        let Compiled { module, diagnostics, .. } = compile(&sources);
        match module {
            Some(module) => compiled.push((module.name, module.text)),
            None => mistakes.extend(diagnostics.sorted(&sources).into_iter().map(|one| full::render(one, &sources, false))),
        }
    }
    if mistakes.is_empty() { Ok(compiled) } else { Err(mistakes) }
}

/// The files of one connector: a `.pin` file, or all of a folder, and the files that these `use`.
///
/// A file outside of the folder in which the connector lies is not read, whatever `use` says; the checker reports it as
/// missing.
///
/// # Errors
/// The path cannot be read, or holds no spec.
pub fn load(path: &Path) -> io::Result<Sources> {
    let mut open = if path.is_dir() { pin_files(path)? } else { vec![path.to_owned()] };
    if open.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("{}: the folder holds no .pin file", path.display())));
    }
    let root = root_of(path)?;
    let mut sources = Sources::default();
    let mut seen: BTreeSet<PathBuf> = open.iter().cloned().collect();
    let mut next = 0;
    while let Some(file) = open.get(next).cloned() {
        next += 1;
        let bytes = read(&file)?;
        for used in uses(&String::from_utf8_lossy(&bytes)) {
            let used = beside(&file, used);
            if lies_in(&used, &root) && seen.insert(used.clone()) {
                open.push(used);
            }
        }
        sources.add_bytes(name_of(&file), bytes);
    }
    let lock = lock_path(path);
    // What stands in its place and cannot be read is no reason to compare with nothing.
    let found = fs::symlink_metadata(&lock).is_ok();
    if found && lock.exists() && !lock.is_file() {
        return Err(named(&lock, &io::Error::new(io::ErrorKind::InvalidInput, "it is no file, and the lock must be one")));
    }
    if found {
        sources.add_lock(name_of(&lock), String::from_utf8_lossy(&read(&lock)?));
    }
    Ok(sources)
}

/// Where the lock of a spec is: `specs/acme.lock` beside `specs/acme.pin`, and `specs/acme/acme.lock` among the files of a folder.
pub fn lock_path(spec: &Path) -> PathBuf {
    if !spec.is_dir() {
        return spec.with_extension("lock");
    }
    let named = if spec.file_name().is_some() { spec.to_owned() } else { spec.canonicalize().unwrap_or_else(|_| spec.to_owned()) };
    let mut name = named.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    spec.join(name)
}

/// The folder that a connector's files may come from: the one in which the connector's file or folder lies.
fn root_of(path: &Path) -> io::Result<PathBuf> {
    let path = path.canonicalize().map_err(|error| named(path, &error))?;
    Ok(path.parent().map_or_else(|| path.clone(), Path::to_owned))
}

/// Is it a file below the root, with all links followed?
fn lies_in(file: &Path, root: &Path) -> bool {
    file.canonicalize().is_ok_and(|real| real.is_file() && real.starts_with(root))
}

/// A path written in a file, as a path from where the build was started; `..` is taken away where it can be.
fn beside(file: &Path, written: &str) -> PathBuf {
    let mut path = file.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(written).components() {
        match part {
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

/// The name of a file in messages: the same on every system.
fn name_of(file: &Path) -> String {
    file.to_string_lossy().replace('\\', "/")
}

/// The `.pin` files of a folder and of the folders in it, by name.
fn pin_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(pin_files(&path)?);
        } else if is_pin(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

/// The bytes of a file; an error names it.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file).map_err(|error| named(file, &error))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .map_err(|error| named(folder, &error))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn is_pin(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pin")
}

/// The connectors of a folder of specs, by name: its files and folders, except those that only others use.
fn connectors(specs: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<(PathBuf, Vec<PathBuf>)> = Vec::new();
    for path in entries(specs)? {
        let files = if path.is_dir() { pin_files(&path)? } else { vec![path.clone()] };
        if !files.is_empty() && (path.is_dir() || is_pin(&path)) {
            found.push((path, files));
        }
    }
    let mut used = BTreeSet::new();
    for (connector, files) in &found {
        for file in files {
            let bytes = read(file)?;
            let text = String::from_utf8_lossy(&bytes);
            used.extend(uses(&text).map(|written| beside(file, written)).filter(|path| path != connector && !files.contains(path)));
        }
    }
    let is_shared = |files: &[PathBuf]| files.iter().all(|file| used.contains(file));
    Ok(found.into_iter().filter(|(_, files)| !is_shared(files)).map(|(path, _)| path).collect())
}

/// The paths of a text's `use "…"` items. Strings and comments are stepped over; anything else that may be wrong with the text
/// is the parser's matter.
fn uses(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let mut after_use = false;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
            let first = rest.chars().next()?;
            if let Some(inner) = rest.strip_prefix('"') {
                let length = string_length(inner);
                let (content, behind) = inner.split_at(length);
                rest = behind.strip_prefix('"').unwrap_or(behind);
                if std::mem::take(&mut after_use) {
                    return Some(content);
                }
            } else if rest.starts_with("//") {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
            } else {
                let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
                after_use = &rest[..length] == "use";
                rest = &rest[length.max(if length == 0 { first.len_utf8() } else { 0 })..];
            }
        }
    })
}

/// The length of a string literal's content, up to its closing quote or the end of its line.
fn string_length(inner: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in inner.char_indices() {
        match letter {
            '\n' => return at,
            '"' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    inner.len()
}

/// Is the cargo feature on that a connector is named after?
fn feature_is_on(connector: &Path) -> bool {
    is_feature(&stem(connector))
}

/// Could the feature of one of its groups be on?
fn group_feature_is_on(connector: &Path) -> bool {
    let start = format!("{}_", variable(&stem(connector)));
    env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(&start))
}

fn is_feature(name: &str) -> bool {
    env::var_os(variable(name)).is_some()
}

/// How cargo tells of a feature.
fn variable(feature: &str) -> String {
    format!("CARGO_FEATURE_{}", feature.to_uppercase().replace(['-', '.'], "_"))
}

fn stem(connector: &Path) -> String {
    connector.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Every mistake: a line for cargo, which shows it wherever the build runs, and the whole for whoever reads the log.
fn report(diagnostics: &Diagnostics, sources: &Sources) {
    for one in diagnostics.sorted(sources) {
        let kind = match one.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        println!("cargo::{kind}={}", one_line(&short::render(one, sources)));
        eprintln!("{}", full::render(one, sources, false));
    }
}

fn one_line(text: &str) -> String {
    text.trim_end().replace(['\n', '\r'], " ")
}

/// Writes a connector's files, those that changed, and deletes those that it had before and has no longer.
fn write_files(folder: &Path, written: &RustFiles) -> io::Result<()> {
    let paths: BTreeSet<PathBuf> = written.files.iter().map(|(path, _)| folder.join(path)).collect();
    for (path, text) in &written.files {
        let path = folder.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
        }
        write_if_changed(&path, text)?;
    }
    delete_stale(&folder.join(&written.name), &paths)
}

/// Deletes what an earlier build left in a connector's own folder. What somebody else put there stays.
fn delete_stale(folder: &Path, written: &BTreeSet<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for path in entries(folder)? {
        if path.is_dir() {
            delete_stale(&path, written)?;
        } else if !written.contains(&path) && path.extension().is_some_and(|end| end == "rs") && read(&path)?.starts_with(HEADER.as_bytes())
        {
            fs::remove_file(&path).map_err(|error| named(&path, &error))?;
        }
    }
    if entries(folder)?.is_empty() {
        fs::remove_dir(folder).map_err(|error| named(folder, &error))?;
    }
    Ok(())
}

/// What every generated file begins with.
const HEADER: &str = "// Generated by linchpin from ";

/// Writes a file whole or not at all, and leaves one alone that has these bytes already: cargo would build it again.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let unfinished = path.with_extension(format!("rs.{}", process::id()));
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, path).inspect_err(|_| {
        // The old file stands; what cannot be moved is of no use.
        let _ = fs::remove_file(&unfinished);
    })
}

/// Reads an API description and the files of its folder that it refers to. What leads out of the folder, by a link too, is not read.
#[cfg(feature = "import")]
pub fn load_description(path: &Path, diagnostics: &mut Diagnostics) -> io::Result<crate::import::Tree> {
    let text = fs::read_to_string(path)?;
    let whole = fs::canonicalize(path)?;
    let folder = whole.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut read = |name: &str| {
        let file = fs::canonicalize(folder.join(name)).ok().filter(|file| file.starts_with(&folder))?;
        fs::read_to_string(file).ok()
    };
    Ok(crate::import::parse(&name_of(path), text, &mut read, diagnostics))
}

#[cfg(test)]
mod tests;
