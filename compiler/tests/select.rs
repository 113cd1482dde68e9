//! Parts of connectors: each module of each connector, and each group, can be generated without the rest.

use std::path::Path;

use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::select::{Pattern, select};
use linchpin_compiler::{build_script, check, generate};

#[test]
fn every_module_and_group_stands_by_itself() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/specs");
    let mut tried = 0;
    for entry in std::fs::read_dir(specs).expect("the connectors' specs").flatten() {
        if entry.path().extension().is_some_and(|end| end == "lock") {
            continue;
        }
        let sources = build_script::load(&entry.path()).expect("specs can be read");
        let model = check(&sources, &mut Diagnostics::default()).expect("the connectors' specs have no mistakes");
        let whole = generate(&model, &sources).text.len();
        let groups = model.groups.iter().map(|group| group.path.join("/"));
        let modules = model.modules.iter().map(|module| {
            let name = model.name(module.symbol);
            name.group.iter().chain([&name.name]).cloned().collect::<Vec<_>>().join("/")
        });
        let mut wanted: Vec<String> = groups.chain(modules).collect();
        wanted.dedup();
        for name in wanted {
            let pattern = Pattern::new(&name);
            assert!(pattern.takes_some(&model), "{name}");
            // What is named by something and not there any more would be a panic here.
            let part = select(model.clone(), &[pattern]);
            assert!(!part.modules.is_empty(), "{name}");
            let text = generate(&part, &sources).text;
            assert!(text.len() < whole || model.modules.len() == part.modules.len(), "{name} is no less than all of it");
            tried += 1;
        }
        let all = generate(&select(model.clone(), &[Pattern::new("**")]), &sources).text;
        assert!(all.len() > whole / 2, "`**` takes every module");
    }
    assert!(tried > 200, "only {tried} parts were tried");
}
