//! Crates as users have them: a spec in a folder, a build script, and one line that takes in what it makes.

use std::path::{Path, PathBuf};
use std::{env, fs};

use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import::spec::{Options, spec};
use linchpin_compiler::{build_script, import};

/// A crate with one imported connector.
pub(crate) struct Crate {
    /// The connector's name.
    pub(crate) name: String,
    /// The lines of its spec.
    pub(crate) lines: usize,
}

/// The workspace that all of them are in, below the target folder.
pub(crate) struct Workspace {
    pub(crate) folder: PathBuf,
    root: PathBuf,
}

impl Crate {
    /// The package's name, which no connector of the standard library's or a dependency's name may take.
    pub(crate) fn package(&self) -> String {
        format!("imported_{}", self.name)
    }
}

impl Workspace {
    /// A new one; what an earlier run wrote is gone, but for what cargo built.
    pub(crate) fn new(root: &Path, name: &str) -> Self {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("../target"), PathBuf::from);
        let folder = target.join(name);
        let _ = fs::remove_dir_all(folder.join("crates"));
        fs::create_dir_all(&folder).expect("a folder below target");
        Self { folder: folder.canonicalize().expect("it was made"), root: root.canonicalize().expect("it is there") }
    }

    /// Where cargo builds them.
    pub(crate) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// A crate's folder.
    pub(crate) fn of(&self, one: &Crate) -> PathBuf {
        self.folder.join("crates").join(&one.name)
    }

    /// Imports a description and writes a crate for it.
    pub(crate) fn import(&self, description: &Path) -> Crate {
        let mut diagnostics = Diagnostics::default();
        let tree = build_script::load_description(description, &mut diagnostics)
            .unwrap_or_else(|error| panic!("{}: {error}", description.display()));
        let document = import::read(&tree, &mut diagnostics).unwrap_or_else(|| panic!("{} is not read", description.display()));
        let name = name_of(description);
        let imported = spec(&document, &tree, &Options { name: Some(name.clone()), ..Options::default() });
        let lines = imported.files.iter().map(|(_, text)| text.lines().count()).sum();
        let one = Crate { name, lines };
        let folder = self.of(&one);
        for (file, text) in &imported.files {
            write(&folder.join("specs").join(&one.name).join(file), text);
        }
        write(&folder.join("build.rs"), "fn main() {\n    linchpin_compiler::Build::new().specs(\"specs\").run();\n}\n");
        write(&folder.join("src/lib.rs"), &format!("linchpin_runtime::connector!({:?});\n", one.name));
        write(&folder.join("Cargo.toml"), &self.package(&one));
        one
    }

    fn package(&self, one: &Crate) -> String {
        let path = |name: &str| format!("{{ path = {:?} }}", self.root.join("..").join(name).display().to_string());
        format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\nlinchpin-runtime = {}\n\n\
             [build-dependencies]\nlinchpin-compiler = {}\n",
            one.package(),
            path("runtime"),
            path("compiler")
        )
    }

    /// Writes the manifest of all of them.
    pub(crate) fn manifest(&self, crates: &[Crate]) {
        let members: Vec<String> = crates.iter().map(|one| format!("{:?}", format!("crates/{}", one.name))).collect();
        write(&self.folder.join("Cargo.toml"), &format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", ")));
        // The same versions of what the workspace depends on; cargo adds what is missing.
        fs::copy(self.root.join("../Cargo.lock"), self.folder.join("Cargo.lock")).expect("the workspace has a lock file");
    }
}

/// The connector's name: the file's, as far as it can be one.
fn name_of(description: &Path) -> String {
    let stem = description.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().to_lowercase());
    let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_");
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("n{name}") } else { name }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder below target");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
