//! What the compiler costs as specs grow: made-up specs of 10, 100 and 1,000 operations, the CPU per operation of each stage. Build
//! scripts run unoptimised, so the figure that users feel is that of `cargo run -p linchpin-compiler --example scale`. It ends with an
//! error when the whole takes more than 1.3 times as much per operation at 1,000 as at 10.

#[path = "../benches/cpu/mod.rs"]
mod cpu;

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use cpu::cpu;
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::project::project_all;
use linchpin_compiler::model::{check, resolve};
use linchpin_compiler::source::Sources;
use linchpin_compiler::{change, generate, syntax, upgrade};

const SIZES: [usize; 3] = [10, 100, 1000];
const STAGES: [&str; 8] = ["parse", "resolve", "check", "upgrade", "lock", "project", "generate", "print"];
/// How many operations are compiled at each size.
const OPERATIONS: usize = 3000;
/// The most that an operation may cost in the largest spec, against the smallest.
const MOST: f64 = 1.3;

fn main() -> ExitCode {
    let profile = if cfg!(debug_assertions) { "unoptimised" } else { "optimised" };
    println!("CPU microseconds per operation, {profile}, over {OPERATIONS} operations in all");
    print!("{:10}", "operations");
    STAGES.iter().for_each(|stage| print!(" {stage:>9}"));
    println!(" {:>9} {:>9}", "all", "spec kB");
    let mut all = Vec::new();
    for size in SIZES {
        let text = spec(size);
        // The clock of CPU time is coarse: small specs are compiled often, and the sum counts.
        let runs = OPERATIONS / size;
        let mut times = [Duration::ZERO; STAGES.len()];
        for _ in 0..runs {
            times.iter_mut().zip(compile(&text)).for_each(|(sum, time)| *sum += time);
        }
        let each: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e6 / (size * runs) as f64).collect();
        let sum: f64 = each.iter().sum();
        print!("{size:10}");
        each.iter().for_each(|time| print!(" {time:9.1}"));
        println!(" {sum:9.1} {:9}", text.len() / 1000);
        all.push(sum);
    }
    let grows = all[all.len() - 1] / all[0];
    println!("an operation costs {grows:.2} times as much at {} as at {}", SIZES[SIZES.len() - 1], SIZES[0]);
    if grows > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A spec with so many modules: two API versions, groups of ten, types of their own and shared ones, pages, changes, revisions,
/// deprecations, examples and tests, in the proportions of the connectors of this repository.
fn spec(operations: usize) -> String {
    let mut text = String::from(
        "connector big \"Big\" {\n  server \"https://api.big.example/{api}\"\n  names camelCase\n  fails Problem code code message message\n}\n\
         api v1 { released 2025-01-01 }\napi v2 { released 2026-01-01 }\n\
         connection key @1 \"Key\" { fields { key: secret } send bearer key }\n\
         type Problem { code: string message?: string }\ntype Owner { id: id<Owner> name: string mail?: string }\nenum Level { low middle high }\n",
    );
    let mut changes = String::new();
    for group in 0..operations.div_ceil(10) {
        let _ = writeln!(text, "group g{group} \"Group {group}\" {{");
        for at in (group * 10)..(group * 10 + 10).min(operations) {
            module(&mut text, &mut changes, group, at);
        }
        text.push_str("}\n");
    }
    let _ = writeln!(text, "change v2 \"More\" {{\n{changes}}}");
    text
}

fn module(text: &mut String, changes: &mut String, group: usize, at: usize) {
    let _ = writeln!(
        text,
        "/// Thing number {at}.\ntype Thing{at} {{\n  id: id<Thing{at}>\n  /// What it is called.\n  name: string(1..255)\n  level: Level\n  \
         owner?: Owner | null\n  created_at: datetime\n  amount?: decimal\n  state: State{at} = \"a\"\n  parts: [{{ name: string size: int }}]\n  ...: json\n}}\n\
         enum State{at} {{ open = \"a\" shut = \"b\" gone = \"c\" }}"
    );
    match at % 5 {
        0 => {
            let _ = writeln!(
                text,
                "search list_{at} @1 \"List {at}\" {{\n  GET \"/things{at}\" -> [Thing{at}] at data\n  query {{ name?: string offset: int = 0 limit: int(1..200) = 100 }}\n  \
                 page offset {{ advance offset size limit stop short }}\n  order id\n}}"
            );
        }
        1 => {
            let _ = writeln!(
                text,
                "action create_{at} @2 \"Create {at}\" {{\n  POST \"/things{at}\" -> Thing{at}\n  body {{ name: string(1..255) level: Level owner_id: string amount?: decimal }}\n  \
                 from @1 {{ was owner: string rename owner -> owner_id }}\n  example {{\n    given {{ name: \"a\" level: low owner_id: \"u\" }}\n    \
                 reply 200 {{ id: \"t\", name: \"a\", level: \"low\", createdAt: \"2026-01-02T03:04:05Z\", state: \"a\", parts: [] }}\n    gives {{ name: \"a\" }}\n  }}\n}}"
            );
        }
        2 => {
            let _ = writeln!(
                text,
                "action get_{at} @1 \"Get {at}\" {{\n  GET \"/things{at}/{{id}}\" -> Thing{at}\n  path {{ id: id<Thing{at}> }}\n}}"
            );
            let _ = writeln!(changes, "  add g{group}.Thing{at}.amount\n  rename g{group}.Thing{at}.title -> name");
        }
        3 => {
            let _ = writeln!(
                text,
                "action update_{at} @1 \"Update {at}\" {{\n  PATCH \"/things{at}/{{id}}\" -> Thing{at}\n  path {{ id: id<Thing{at}> }}\n  body {{ name?: string level?: Level amount?: decimal | null }}\n}}"
            );
            let _ = writeln!(changes, "  add g{group}.update_{at}.amount");
        }
        _ => {
            let _ = writeln!(
                text,
                "action delete_{at} @1 \"Delete {at}\" {{\n  deprecated since 2026-01-01 use retire_{at}\n  DELETE \"/things{at}/{{id}}\" -> Thing{at}\n  path {{ id: id<Thing{at}> }}\n}}\n\
                 action retire_{at} @1 \"Retire {at}\" {{\n  POST \"/things{at}/{{id}}/retire\" -> Thing{at}\n  path {{ id: id<Thing{at}> }}\n}}"
            );
        }
    }
}

/// The CPU of each stage.
fn compile(text: &str) -> Vec<Duration> {
    let mut sources = Sources::default();
    sources.add("big.pin", text);
    let mut spent = Vec::new();
    let mut diagnostics = Diagnostics::default();
    let files = timed(&mut spent, || syntax::parse_all(&sources, &mut diagnostics));
    let mut model = timed(&mut spent, || resolve::resolve(&files, &sources, &mut diagnostics));
    timed(&mut spent, || check::check(&model, &sources, &mut diagnostics));
    timed(&mut spent, || upgrade::derive(&mut model, &mut diagnostics));
    timed(&mut spent, || change::lock::check(&model, &sources, &mut diagnostics));
    if diagnostics.gate().is_err() {
        let mistakes = diagnostics.sorted(&sources).into_iter().take(5);
        panic!("{}", mistakes.map(|one| linchpin_compiler::diagnostics::full::render(one, &sources, false)).collect::<String>());
    }
    let projections = timed(&mut spent, || project_all(&model));
    let tokens = timed(&mut spent, || generate::generate(&model, &projections));
    timed(&mut spent, || generate::file("big.pin", tokens));
    spent
}

fn timed<T>(spent: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let before = cpu();
    let result = work();
    spent.push(cpu().saturating_sub(before));
    result
}
