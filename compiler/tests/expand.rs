//! What `linchpin expand` prints is a spec of one module, and checks to the module that it was made of: a clause that is forgotten is missed here.

mod specs;

use linchpin_compiler::build_script;
use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::export::{alone, carried, expanded, same};
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;
use specs::root;

fn checked(text: &str) -> Result<Model, String> {
    let mut sources = Sources::default();
    sources.add("expanded.pin", text.to_owned());
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    model.ok_or_else(|| diagnostics.sorted(&sources).iter().map(|one| full::render(one, &sources, false)).collect())
}

/// The lines where two texts part.
fn differing(one: &str, two: &str) -> Option<String> {
    let (one, two): (Vec<&str>, Vec<&str>) = (one.lines().collect(), two.lines().collect());
    let at = (0..one.len().max(two.len())).find(|at| one.get(*at) != two.get(*at))?;
    let around = |lines: &[&str]| lines[at.saturating_sub(8).min(lines.len())..(at + 4).min(lines.len())].join("\n");
    Some(format!("{}\n--- and\n{}", around(&one), around(&two)))
}

/// Modules of large connectors are alike: of more than these, only some are tried.
const ALL_OF: usize = 60;

#[test]
fn each_module_is_the_same_by_itself() {
    let mut tried = 0;
    let more = ["feeds", "jobs", "kinto", "linear", "metered", "store", "tus", "vault"]
        .map(|name| root().join(format!("../tests/specs/{name}.pin")));
    for path in specs::specs().into_iter().chain(more) {
        let sources = build_script::load(&path).expect("specs can be read");
        let model = linchpin_compiler::check(&sources, &mut Diagnostics::default()).expect("connectors check");
        for version in 0..model.apis.len() {
            let projection = project(&model, version);
            let few = (projection.modules.len() / ALL_OF).max(1);
            for module in projection.modules.iter().map(|one| &one.item).step_by(few) {
                let name = format!("{} {}", path.display(), model.full_name(module.symbol));
                let text = expanded(&projection, module);
                let again = checked(&text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}\n{text}"));
                let (one, two) = (same(alone(&projection, module)), same(carried(&project(&again, 0))));
                let differs = differing(&format!("{one:#?}"), &format!("{two:#?}"));
                assert_eq!(differs, None, "{name} is another by itself:\n{text}");
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "only {tried} modules");
}
