//! Imported connectors against Prism, which plays each API by the owner's own description: every request must be one that Prism accepts, and
//! every answer that fits the description must be read.

use linchpin_tests::mocked::{self, Outcome};
use linchpin_tests::servers;

/// Modules that cannot be held to it, with the reason: the description contradicts itself, or Prism reads it otherwise than it is meant.
type Excused = (&'static str, &'static str);

async fn all_are_good(file: &str, excused: &[Excused]) {
    let Some(path) = mocked::description(file) else { return };
    let Some(server) = servers::prism(&path) else { return };
    let outcomes = mocked::call_all(&path, &server.url()).await;
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count();
    println!(
        "{file}: {} modules, {} good, {} bad, {} with an example that does not fit the description's own types, {} without an input",
        outcomes.len(),
        count(|one| *one == Outcome::Good),
        count(|one| matches!(one, Outcome::Bad(_))),
        count(|one| *one == Outcome::Misfit),
        count(|one| matches!(one, Outcome::NoInput(_))),
    );
    let is_excused = |name: &str| excused.iter().any(|(excused, _)| *excused == name);
    let mut wrong: Vec<String> = Vec::new();
    for (name, outcome) in &outcomes {
        match outcome {
            Outcome::Bad(why) | Outcome::NoInput(why) if !is_excused(name) => wrong.push(format!("{name}: {why}")),
            Outcome::Good | Outcome::Misfit if is_excused(name) => wrong.push(format!("{name}: is good, and need not be excused")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{file}: {} of {} modules:\n{}", wrong.len(), outcomes.len(), wrong.join("\n"));
}

macro_rules! described {
    ($($name:ident $file:literal [$($excused:expr),* $(,)?])*) => {$(
        #[tokio::test]
        async fn $name() {
            all_are_good($file, &[$($excused),*]).await;
        }
    )*};
}

described! {
    github "big/github.json" []
    gsm_tasks "sample/gsmtasks.com.json" []
    digitalocean "big/digitalocean.json" []
    box_platform "big/box.json" []
    slack "big/slack.json" []
    xero "sample/xero.com__xero_accounting.json" []
    figshare "sample/figshare.com.json" []
    netbox "sample/netboxdemo.com.json" []
    kanban_tool "swagger-2.0/kanban-tool.json" []
    hubspot_cms "swagger-2.0/hubspot-cms-v2.json" []
}
