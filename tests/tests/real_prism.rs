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

/// The description has two operations at one address, and Prism plays the other.
const ONE_ADDRESS: &str = "two operations at one address";
/// A member is required of which the description does not say what it is.
const UNDECLARED: &str = "a required member that nothing declares";
/// Of what stands in a path or a query Prism cannot tell a number from a text, so that it fits two choices of which one must hold.
const BOTH: &str = "Prism takes a number in a path for a text as well";
/// Which members must stand together, or must not, is a rule that no type holds.
const TOGETHER: &str = "a rule over several members";
/// Prism does not read JSON in a part or in a parameter.
const JSON_INSIDE: &str = "Prism leaves JSON inside of a part or parameter as text";
/// Prism holds a header that OpenAPI says to ignore against its schema.
const OF_HTTP: &str = "a header that follows from the body and the answer";
/// The description has `items` where a list of types to choose from was meant, and Prism makes up a list.
const ITEMS: &str = "`items` to choose from and no `type: array`";
/// The description shows no address that its redirect leads to.
const NOWHERE: &str = "a redirect to nowhere";
/// `format: uri`, with an example that is none, so that the type is text.
const NO_URI: &str = "an example that is no URI";
/// Node refuses so long a request line.
const TOO_LONG: &str = "all parameters at once are longer than Node takes";

described! {
    github "big/github.json" [
        ("actions.get_workflow", BOTH),
        ("actions.disable_workflow", BOTH),
        ("actions.create_workflow_dispatch", BOTH),
        ("actions.enable_workflow", BOTH),
        ("actions.list_workflow_runs", BOTH),
        ("actions.get_workflow_usage", BOTH),
        ("code_scanning.create_variant_analysis", TOGETHER),
        ("issues.set_labels", TOGETHER),
        ("migrations.download_archive_for_org", NOWHERE),
        ("migrations.get_archive_for_authenticated_user", NOWHERE),
        ("orgs.create_artifact_storage_record", NO_URI),
        ("repos.get_pages_deployment", BOTH),
        ("repos.cancel_pages_deployment", BOTH),
        ("projects.add_item_for_org", TOGETHER),
        ("projects.add_item_for_user", TOGETHER),
    ]
    digitalocean "big/digitalocean.json" [
        ("apps.create", OF_HTTP),
        ("droplet_actions.post_by_tag", TOGETHER),
        ("firewalls.delete_rules", TOGETHER),
        ("firewalls.add_rules", TOGETHER),
        ("uptime.check_create", UNDECLARED),
    ]
    box_platform "big/box.json" [
        ("authorization.create_oauth2_revoke", UNDECLARED),
        ("classifications.replace_enterprise_security_classification_schema", ONE_ADDRESS),
        ("classifications.replace_metadata_template_enterprise_security_classification_schema", ONE_ADDRESS),
        ("classifications.replace_enterprise_security_classification_schema_update", ONE_ADDRESS),
        ("classifications.create_metadata_template_schema", ONE_ADDRESS),
        ("files.replace_file", UNDECLARED),
        ("invites.post_invites", UNDECLARED),
        ("search.get_search", JSON_INSIDE),
        ("uploads.create_file_content", JSON_INSIDE),
        ("uploads.content_file", JSON_INSIDE),
    ]
    slack "big/slack.json" [
        ("conversations.set_purpose", ITEMS),
        ("conversations.set_topic", ITEMS),
        ("reactions.list", ITEMS),
        ("stars.list", ITEMS),
        ("users.info", ITEMS),
        ("users.list", ITEMS),
        ("users.lookup_by_email", ITEMS),
    ]
    gsm_tasks "sample/gsmtasks.com.json" [
        ("scenes.dashboard_list", TOO_LONG),
        ("scenes.task_list_list", TOO_LONG),
        ("task_exports.list", TOO_LONG),
        ("tasks.list", TOO_LONG),
    ]
    fire "sample/fire.com.json" []
    figshare "sample/figshare.com.json" []
    netbox "sample/netboxdemo.com.json" []
    kanban_tool "swagger-2.0/kanban-tool.json" []
    hubspot_cms "swagger-2.0/hubspot-cms-v2.json" [
        ("hubdb.importdataintodrafttable", OF_HTTP),
    ]
}
