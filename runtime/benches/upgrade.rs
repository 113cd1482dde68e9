//! How long it takes to upgrade a million stored steps, one by one as a host does that keeps them in a database, and how much memory that
//! takes: `cargo bench -p linchpin-runtime --bench upgrade`. `UPGRADE_STEPS` sets another number of steps.
#![allow(missing_docs, unreachable_pub, dead_code, reason = "the types are only for the bench")]

#[path = "../tests/support/upgrades.rs"]
mod upgrades;

use linchpin_runtime::upgrade::{Upgrader, Verdict};
use upgrades::V22;

fn main() {
    let steps: usize = std::env::var("UPGRADE_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(1_000_000);
    let upgrader = Upgrader::new(&V22);
    let kinds: Vec<(&str, String)> = stored();
    for (name, step) in &kinds {
        let upgraded = upgrader.upgrade_step(step).expect("it is a step");
        let bytes = upgraded.text.as_ref().map_or(0, String::len);
        println!("{name}: {} bytes, {}, {bytes} bytes written", step.len(), upgraded.plan.verdict);
    }

    // Each step is another text, as from a database.
    let mut texts: Vec<(String, usize)> =
        kinds.into_iter().map(|(_, step)| (step.find("ALPHA").unwrap_or_default(), step)).map(|(at, step)| (step, at)).collect();
    let (start, memory) = (cpu_seconds(), peak_mebibytes());
    let mut written = 0;
    let mut verdicts = [0_usize; 6];
    for index in 0..steps {
        let count = texts.len();
        let (step, at) = &mut texts[index % count];
        step.replace_range(*at..*at + 5, &format!("{:05}", index % 100_000));
        let upgraded = upgrader.upgrade_step(step).expect("it is a step");
        written += upgraded.text.as_ref().map_or(0, String::len);
        verdicts[upgraded.plan.verdict as usize] += 1;
    }
    let seconds = cpu_seconds() - start;
    println!("\n{steps} steps in {seconds:.2} s CPU: {:.2} µs each, {} MB written", seconds * 1e6 / steps as f64, written / 1_000_000);
    println!("peak memory {:.1} MiB before, {:.1} MiB after", memory, peak_mebibytes());
    let names = [Verdict::Untouched, Verdict::Upgraded, Verdict::Review, Verdict::Asks, Verdict::Reconnect, Verdict::NoSuccessor];
    println!("{}", names.map(|verdict| format!("{verdict} {}", verdicts[verdict as usize])).join(", "));
}

/// Steps as they are stored: most of their values are mapped, and each carries the editor's descriptions and labels.
fn stored() -> Vec<(&'static str, String)> {
    let metadata = r#"{"designer":{"x":300,"y":-150,"name":"Make the program"},"restore":{"parameters":{"__IMTCONN__":{"label":"My connection (a.person@example.com)","data":{"scoped":"true","connection":"acme"}}},"expect":{"owner":{"label":"Owner","mode":"edit"},"lines":{"mode":"chose","items":[null,null]}}},"parameters":[{"name":"__IMTCONN__","type":"account:acme-oauth","label":"Connection","required":true}],"expect":[{"name":"title","type":"text","label":"Title","required":true},{"name":"owner","type":"collection","label":"Owner","spec":[{"name":"id","type":"text"},{"name":"name","type":"text"}]},{"name":"priority","type":"text","label":"Priority"},{"name":"language","type":"select","label":"Language","validate":{"enum":["javascript","typescript","rust"]}}]}"#;
    let create = |mapper: &str| {
        format!(
            r#"{{"id":17,"module":"acme@v21:create_program","version":1,"parameters":{{"__IMTCONN__":77}},"mapper":{mapper},"metadata":{metadata}}}"#
        )
    };
    vec![
        (
            "mapped",
            create(
                r#"{"title":"{{1.newState.name}} ALPHA","owner":"{{2.body.data.owner}}","priority":"3","language":"{{if(1.newState.kind = \"JS\"; \"javascript\"; lower(1.newState.kind))}}","budget":"{{2.body.data.`DE:Budget` * 1000}}","portfolio_id":"{{get(2.body.data.portfolios; 1)}}"}"#,
            ),
        ),
        (
            "literal",
            create(
                r#"{"title":"Program ALPHA","owner":{"id":"u-ALPHA","name":"Ann"},"priority":"12","language":"typescript","legacy":false,"lines":[{"code":"a-1","note":"first"},{"code":"{{3.items[2].code}}","note":""}],"portfolio_id":"p-1"}"#,
            ),
        ),
        ("asks", create(r#"{"title":"{{1.name}} ALPHA","owner":"{{first(2.owners)}}","priority":"{{1.priority}}"}"#)),
        (
            "another module",
            format!(
                r#"{{"id":9,"module":"acme:find_old","version":1,"parameters":{{"__IMTCONN__":77}},"mapper":{{"q":"ALPHA {{{{1.name}}}}"}},"metadata":{metadata}}}"#
            ),
        ),
        (
            "up to date",
            create(r#"{"name":"{{1.newState.name}} ALPHA","owner_id":"{{2.owner.id}}","portfolio_id":"p"}"#)
                .replace("\"version\":1", "\"version\":2")
                .replace("v21", "v22"),
        ),
        (
            "not ours",
            format!(
                r#"{{"id":5,"module":"mail:send","version":4,"parameters":{{}},"mapper":{{"to":"{{{{1.mail}}}}","text":"ALPHA"}},"metadata":{metadata}}}"#
            ),
        ),
    ]
}

fn cpu_seconds() -> f64 {
    // SAFETY: the struct is plain data, filled by the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The most memory that the process has had, as Linux counts it.
fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    peak.unwrap_or(0.0) / 1024.0
}
