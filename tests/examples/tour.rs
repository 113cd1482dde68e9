//! The whole thing in one run, against a stand-in Workfront on loopback: specs compiled, typed calls, a paged stream, a retried fault, a
//! typed error, a deprecation, a call by name, and a stored scenario that follows a change. `cargo run --example tour`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linchpin_compiler::diagnostics::Diagnostics;
#[allow(deprecated, reason = "the tour shows what using it says")]
use linchpin_connectors::workfront::ApiKey;
use linchpin_connectors::workfront::{v21, v22};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_runtime::{Notice, Observer, RetrySettings};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    compile()?;
    let workfront = stand_in().await?;
    let client = v22::Client::builder(connection()?)
        .base_url(workfront.url())
        .retry(RetrySettings { first: Duration::from_millis(5), ..RetrySettings::default() })
        .observer(Arc::new(Printing))
        .build()?;
    call(&client).await?;
    stream(&client).await?;
    fail(&client).await;
    two_versions(&workfront, &client).await?;
    by_name(&client).await?;
    stored(&client)?;
    title("what the stand-in was asked");
    for request in workfront.received() {
        println!("  {:<6} {}", request.method, request.target);
    }
    Ok(())
}

fn title(text: &str) {
    println!("\n\x1b[1m{text}\x1b[0m");
}

/// The same that a build script does, and what it says of a mistake.
fn compile() -> Result<(), Box<dyn Error>> {
    title("specs compile to Rust");
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/specs");
    for connector in ["github", "microsoft_graph", "slack", "workfront"] {
        let started = Instant::now();
        let sources = linchpin_compiler::build_script::load(&specs.join(connector))?;
        let lines: usize = sources.iter().map(|(_, file)| file.text.lines().count()).sum();
        let compiled = linchpin_compiler::compile(&sources);
        let module = compiled.module.ok_or("the specs of the connectors compile")?;
        let (rust, time) = (module.text.lines().count(), started.elapsed().as_millis());
        println!("  {connector:<16} {lines:>5} lines of spec, {rust:>6} lines of Rust, {time:>4} ms");
    }
    title("a mistake is shown at its place, with what to write instead");
    let mut sources = linchpin_compiler::source::Sources::default();
    sources.add("acme.pin", MISSPELLED);
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(&sources, &mut diagnostics);
    for one in diagnostics.sorted(&sources) {
        println!("{}", linchpin_compiler::diagnostics::full::render(one, &sources, true));
    }
    Ok(())
}

const MISSPELLED: &str = "connector acme \"Acme\" { server \"https://api.acme.example\" }

type Project { name: strng }

action get_project @1 \"Get a project\" {
  GET \"/projects/{project}\" -> Project
  path { projct: string }
}
";

#[allow(deprecated, reason = "the tour shows what using it says")]
fn connection() -> Result<ApiKey, Box<dyn Error>> {
    Ok(ApiKey::new("example.my.workfront.com".parse::<Host>()?, "a key that no log ever shows"))
}

/// Typed input, typed output; the connection breaks once and the read is tried again.
async fn call(client: &v22::Client) -> Result<(), Box<dyn Error>> {
    title("typed calls");
    let project = v22::CreateProject::new("Alpha").send(client).await?;
    println!("  created {} with id {}", project.name.as_deref().unwrap_or("?"), project.id);
    let project = v22::ReadProject::new(project.id).send(client).await?;
    println!("  read it again, although the connection broke: {:?}, status {:?}", project.name, project.status);
    Ok(())
}

/// A stream over all pages; the next page is fetched while this one is read.
async fn stream(client: &v22::Client) -> Result<(), Box<dyn Error>> {
    title("a paged search as a stream");
    let mut found = v22::SearchProjects::new().limit(2).items(client);
    while let Some(project) = found.try_next().await? {
        println!("  {:<8} {:?}", project.name.unwrap_or_default(), project.status);
    }
    Ok(())
}

/// The API's own error, typed.
async fn fail(client: &v22::Client) {
    title("a typed error");
    let error = match v22::DeleteProject::new("p0").send(client).await {
        Ok(_) => return println!("  the stand-in deleted a project that it does not have"),
        Err(error) => error,
    };
    println!("  {error}");
    println!("  kind {:?}, code {:?}", error.kind(), error.code());
    println!("  body {:?}", error.body::<v22::WorkfrontError>());
}

/// Two versions in one program: what did not change is one type.
async fn two_versions(workfront: &StandIn, new: &v22::Client) -> Result<(), Box<dyn Error>> {
    title("two versions of the API in one program");
    let old = v21::Client::builder(connection()?).base_url(workfront.url()).build()?;
    let program = v21::CreateProgram::new("Offices").send(&old).await?;
    println!("  v21 makes a program without a portfolio: {:?}", program.name);
    let program = v22::CreateProgram::new("Offices", "f1").send(new).await?;
    println!("  v22 asks for one, at compile time:       {:?} in {:?}", program.name, program.portfolio_id);
    let status: v21::ProjectStatus = v22::ProjectStatus::Current;
    println!("  v22::ProjectStatus is v21::ProjectStatus: {status:?}");
    Ok(())
}

/// The dynamic door, for hosts that store what a person configured.
async fn by_name(client: &v22::Client) -> Result<(), Box<dyn Error>> {
    title("the same by name, with JSON");
    let output = client.call("read_project", json!({ "id": "p1" })).await?;
    println!("  read_project gives {{ name: {}, status: {} }}", output["name"], output["status"]);
    if let Err(error) = client.call("raed_project", json!({})).await {
        println!("  {error}");
    }
    Ok(())
}

/// What somebody configured for v21 follows to v22: what can be carried over is, and what only a person knows is asked for.
fn stored(client: &v22::Client) -> Result<(), Box<dyn Error>> {
    title("a stored scenario follows to the new version");
    let upgraded = client.catalog().upgrade(SCENARIO)?;
    for step in &upgraded.plan.steps {
        let (Some(from), Some(to)) = (&step.from, &step.to) else { continue };
        println!("  step {}: {from} becomes {to}: {}", step.id, step.verdict);
        for finding in step.findings.iter().filter(|finding| finding.verdict > linchpin_runtime::upgrade::Verdict::Upgraded) {
            println!("    {:<14} {}", finding.field, finding.reason);
        }
    }
    println!("  stored as {}", upgraded.text.as_deref().unwrap_or(SCENARIO).trim());
    Ok(())
}

/// As integration platforms export it: a program is made with the name that step 1 gives.
const SCENARIO: &str = r#"{ "name": "Intake", "flow": [
    { "id": 2, "module": "workfront@v21:create_program", "version": 1, "mapper": { "name": "{{1.title}}" } },
    { "id": 3, "module": "workfront@v21:read_program", "version": 1, "mapper": { "id": "{{2.id}}" } } ] }"#;

/// Tells what a program would want to know.
#[derive(Debug)]
struct Printing;

impl Observer for Printing {
    fn noticed(&self, notice: &Notice) {
        if let Notice::DeprecatedByServer { operation, sunset, .. } = notice {
            println!(
                "  \x1b[33mdeprecated\x1b[0m the server says that {operation} ends on {}",
                sunset.as_deref().unwrap_or("a day not known yet")
            );
        }
    }
}

async fn stand_in() -> Result<StandIn, Box<dyn Error>> {
    let workfront = StandIn::start().await?;
    let data = |value: serde_json::Value| Reply::json(200, &json!({ "data": value }));
    let api = "/attask/api/v22.0";
    workfront.on("POST", &format!("{api}/project"), data(json!({ "ID": "p1", "name": "Alpha", "status": "CUR" })));
    workfront.on("GET", &format!("{api}/project/p1"), Reply::reset());
    let read = data(json!({ "ID": "p1", "name": "Alpha", "status": "CUR" }));
    workfront.on(
        "GET",
        &format!("{api}/project/p1"),
        read.header("deprecation", "@1767225600").header("sunset", "Sat, 01 Jan 2028 00:00:00 GMT"),
    );
    let pages = [
        json!([{ "ID": "p1", "name": "Alpha", "status": "CUR" }, { "ID": "p2", "name": "Beta", "status": "PLN" }]),
        json!([{ "ID": "p3", "name": "Gamma", "status": "a status of their own" }]),
    ];
    for (index, page) in pages.into_iter().enumerate() {
        workfront.on("GET", &format!("{api}/project/search?$$FIRST={}", index * 2), data(page));
    }
    let missing = json!({ "error": { "class": "com.attask.common.ObjectNotFoundException", "message": "there is no project p0" } });
    workfront.on("DELETE", &format!("{api}/project/p0"), Reply::json(404, &missing));
    workfront.on("POST", "/attask/api/v21.0/program", data(json!({ "ID": "g1", "name": "Offices" })));
    workfront.on("POST", &format!("{api}/program"), data(json!({ "ID": "g2", "name": "Offices", "portfolioID": "f1" })));
    Ok(workfront)
}
