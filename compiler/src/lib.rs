//! Linchpin's compiler: connector specs in, typed Rust out.
//!
//! ```text
//! sources ─▶ syntax ─▶ model: resolve (changes undone), check ─▶ upgrade: derive, prove ─▶ project ─▶ generate ─▶ text
//! ```
//! Every stage takes what the stage before gives. Where a connector has a lock, its model is compared with that before it is projected. All mistakes of a spec are found in one run, and a spec with an error gives no Rust.

pub mod build_script;
pub mod change;
pub mod diagnostics;
#[cfg(feature = "export")]
pub mod export;
pub mod generate;
#[cfg(feature = "import")]
pub mod import;
pub mod model;
pub mod source;
pub mod syntax;
pub mod upgrade;

pub use build_script::Build;

use diagnostics::Diagnostics;
use model::Model;
use source::Sources;

/// What became of one connector.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Its Rust; none when there are errors.
    pub module: Option<RustModule>,
    /// What it was made from.
    pub model: Option<Model>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// A connector in Rust.
#[derive(Clone, Debug)]
pub struct RustModule {
    /// The name of the module, and of its file.
    pub name: String,
    /// One `pub mod`, formatted.
    pub text: String,
}

/// A connector in Rust, in as many files as are good for it.
#[derive(Clone, Debug)]
pub struct RustFiles {
    /// The name of the module, and of the folder that holds its parts.
    pub name: String,
    /// Paths from the folder where they go, with `/`, and texts; first the connector's own.
    pub files: Vec<(String, String)>,
}

/// Compiles the spec of one connector.
pub fn compile(sources: &Sources) -> Compiled {
    let mut diagnostics = Diagnostics::default();
    let model = check(sources, &mut diagnostics);
    let module = model.as_ref().map(|model| generate(model, sources));
    Compiled { module, model, diagnostics }
}

/// Reads and checks the spec of one connector; gives no model when there are errors.
pub fn check(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Model> {
    if sources.iter().filter(|(_, file)| !syntax::is_text(file, diagnostics)).count() > 0 {
        return None;
    }
    let files = syntax::parse_all(sources, diagnostics);
    let mut model = model::resolve::resolve(&files, sources, diagnostics);
    model::check::check(&model, sources, diagnostics);
    if diagnostics.gate().is_ok() {
        upgrade::derive(&mut model, diagnostics);
    }
    if diagnostics.gate().is_ok() {
        change::lock::check(&model, sources, diagnostics);
    }
    diagnostics.gate().ok().map(|()| model)
}

/// The spec without what its upgrades and its lock say: what only a person can answer there is no mistake of its own.
#[cfg(feature = "diff")]
pub(crate) fn check_alone(sources: &Sources) -> Option<Model> {
    let mut diagnostics = Diagnostics::default();
    let files = syntax::parse_all(sources, &mut diagnostics);
    let model = model::resolve::resolve(&files, sources, &mut diagnostics);
    model::check::check(&model, sources, &mut diagnostics);
    diagnostics.gate().ok().map(|()| model)
}

/// The Rust of a checked connector.
pub fn generate(model: &Model, sources: &Sources) -> RustModule {
    let projections = model::project::project_all(model);
    let tokens = generate::generate(model, &projections);
    RustModule { name: generate::module_name(model), text: generate::file(origin(model, sources), tokens) }
}

/// The Rust of a checked connector, the groups of a large one in files of their own.
pub fn generate_files(model: &Model, sources: &Sources) -> RustFiles {
    let projections = model::project::project_all(model);
    let (own, parts) = generate::in_parts(model, generate::generate(model, &projections));
    let (name, origin) = (generate::module_name(model), origin(model, sources));
    let mut files = vec![(format!("{}.rs", generate::file_stem(model)), generate::file(origin, own))];
    files.extend(parts.into_iter().map(|part| (format!("{}.rs", part.path.join("/")), generate::file(origin, part.tokens))));
    RustFiles { name, files }
}

fn origin<'s>(model: &Model, sources: &'s Sources) -> &'s str {
    &sources.file(model.connector.span.file).name
}
