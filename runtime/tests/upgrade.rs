//! Upgrading stored steps, scenarios, connections and typed values.

#[path = "support/upgrades.rs"]
mod upgrades;

use linchpin_runtime::upgrade::{Action, Plan, StepPlan, Upgrade, UpgradedStep, Upgrader, Verdict, upgrade_connection};
use upgrades::{CreateProgramR1, CreateProgramR2, LineR1, User, V21, V22, V23};

fn upgrader() -> Upgrader {
    Upgrader::new(&V22)
}

fn step(mapper: &str) -> String {
    format!(r#"{{"id":3,"module":"acme:create_program","version":1,"parameters":{{"__IMTCONN__":77}},"mapper":{mapper}}}"#)
}

/// A step's mapper after its upgrade, and what was found.
fn upgraded(mapper: &str) -> (String, StepPlan) {
    let UpgradedStep { text, plan, problem } = upgrader().upgrade_step(&step(mapper)).unwrap();
    assert_eq!(problem, None, "{mapper}");
    let text = text.unwrap();
    let head = r#"{"id":3,"module":"acme:create_program","version":2,"parameters":{"__IMTCONN__":77},"mapper":"#;
    let mapper = text.strip_prefix(head).unwrap_or_else(|| panic!("{text}"));
    (mapper[..mapper.len() - 1].to_owned(), plan)
}

/// `verdict field -> to: reason`
fn lines(plan: &StepPlan) -> Vec<String> {
    let line = |finding: &linchpin_runtime::upgrade::Finding| {
        let to = finding.to.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
        format!("{} {} {}{to}: {}", finding.verdict, finding.action.name(), finding.field, finding.reason)
    };
    plan.findings.iter().map(line).collect()
}

/// Without what is always the same: the default and the question.
fn own_lines(plan: &StepPlan) -> Vec<String> {
    let always = [
        "upgraded filled in visibility: nothing was given, so it is \"private\"",
        "asks asked portfolio_id: Since v22 every program needs a portfolio",
    ];
    let (common, own): (Vec<_>, Vec<_>) = lines(plan).into_iter().partition(|line| always.contains(&line.as_str()));
    assert_eq!(common, always);
    own
}

#[test]
fn nulls_that_can_be_no_longer_are_left_out() {
    let (mapper, plan) = upgraded(r#"{"title":null,"access":null,"budget":null,"visibility":null}"#);
    assert_eq!(mapper, r#"{"name":null,"budget":null,"visibility":null}"#.replace(r#""visibility":null"#, VISIBILITY));
    let left_out = "upgraded dropped access: it can be null no longer, so the null is left out";
    assert!(own_lines(&plan).iter().any(|line| line == left_out), "{:?}", lines(&plan));

    let upgraded = Upgrader::new(&V23).upgrade_step(&step(r#"{"owner":{"id":null},"access":"{{1.a}}"}"#)).unwrap();
    assert!(upgraded.text.unwrap().contains(r#""mapper":{"owner":{"ref":{}}}"#));
    let left_out = "upgraded dropped owner.ref.id: it can be null no longer, so the null is left out";
    assert!(lines(&upgraded.plan).iter().any(|line| line == left_out), "{:?}", lines(&upgraded.plan));
}

const VISIBILITY: &str = r#""visibility":"private""#;

#[test]
fn literal_values() {
    let (mapper, plan) = upgraded(
        r#"{"title":"Alpha","owner":{"id":"u1","name":"Ann"},"priority":"3","language":"typescript","legacy":true,"lines":[{"code":"a","note":"n"},{"code":"b"}],"access":"hush"}"#,
    );
    assert_eq!(
        mapper,
        r#"{"name":"Alpha","owner_id":"u1","priority":3,"language":"javascript_typescript","items":[{"sku":"a"},{"sku":"b"}],"access":"hush","visibility":"private"}"#
    );
    assert_eq!(
        own_lines(&plan),
        [
            "upgraded moved title -> name: ",
            "upgraded moved owner.id -> owner_id: ",
            "upgraded dropped owner.name: the API never read it",
            "upgraded converted priority: it is a number now",
            "upgraded remapped language: \"typescript\" is \"javascript_typescript\" now",
            "upgraded dropped legacy: it did nothing",
            "upgraded moved lines[].code -> items[].sku: ",
            "upgraded dropped lines[].note: lines have no notes any more",
        ]
    );
    assert_eq!(plan.verdict, Verdict::Asks);
    assert!(!format!("{plan:?}").contains("hush"));
}

#[test]
fn mapped_values() {
    for (mapper, after, said) in [
        (r#"{"title":"{{1.name}}"}"#, r#"{"name":"{{1.name}}","#, &["upgraded moved title -> name: "][..]),
        (
            r#"{"owner":"{{2.owner}}"}"#,
            r#"{"owner_id":"{{2.owner.id}}","#,
            &[
                "upgraded moved owner.id -> owner_id: `{{2.owner}}` becomes `{{2.owner.id}}`",
                "upgraded dropped owner.name: the API never read it",
            ],
        ),
        (
            r#"{"owner":"{{first(2.owners)}}"}"#,
            r#"{"owner_id":"{{get(first(2.owners); id)}}","#,
            &[
                "upgraded moved owner.id -> owner_id: `{{first(2.owners)}}` becomes `{{get(first(2.owners); id)}}`",
                "upgraded dropped owner.name: the API never read it",
            ],
        ),
        (
            r#"{"owner":"by {{2.owner}}"}"#,
            r#"{"owner":"by {{2.owner}}","#,
            &[
                "review to be reviewed owner.id: it is text with expressions in it, so `id` cannot be taken out of it",
                "review to be reviewed owner.name: it is text with expressions in it, so `name` cannot be taken out of it",
            ],
        ),
        (
            r#"{"priority":"{{2.p}}"}"#,
            r#"{"priority":"{{2.p}}","#,
            &["review to be reviewed priority: it is mapped, and what it gives must be a number now; some values are refused"],
        ),
        (
            r#"{"language":"{{2.l}}"}"#,
            r#"{"language":"{{2.l}}","#,
            &["review to be reviewed language: it is mapped, so its values cannot be renamed here: \"javascript\" is \
                 \"javascript_typescript\", \"typescript\" is \"javascript_typescript\" now"],
        ),
        (
            r#"{"lines":"{{2.lines}}"}"#,
            r#"{"lines":"{{2.lines}}","#,
            &[
                "review to be reviewed lines[].code: the list is mapped as a whole, so `[].code` of its items cannot be moved",
                "review to be reviewed lines[].note: the list is mapped as a whole, so `[].note` of its items cannot be moved",
            ],
        ),
        (r#"{"budget":"{{2.b}}"}"#, r#"{"budget":"{{2.b}}","#, &["review to be reviewed budget: it is in thousands now"]),
        (r#"{"owner":null,"title":""}"#, r#"{"name":"","#, &["upgraded moved title -> name: "]),
    ] {
        let (now, plan) = upgraded(mapper);
        assert_eq!(now, format!("{after}{VISIBILITY}}}"), "{mapper}");
        assert_eq!(own_lines(&plan), said, "{mapper}");
    }
}

#[test]
fn nothing_is_lost_in_silence() {
    for (mapper, after, said) in [
        (
            r#"{"owner":{"id":"u1","email":"a@b"}}"#,
            r#"{"owner_id":"u1","owner":{"email":"a@b"},"#,
            &[
                "upgraded moved owner.id -> owner_id: ",
                "review to be reviewed owner: there is more in it than create_program@2 takes; that stays where it is",
            ][..],
        ),
        (r#"{"other":[1, 2]}"#, r#"{"other":[1, 2],"#, &["upgraded kept other: it is no input of create_program@1, and stays as it is"]),
        (
            r#"{"name":"stray","title":"Alpha"}"#,
            r#"{"name":"Alpha","#,
            &["review to be reviewed name: it gives way to another value of this name, and is lost", "upgraded moved title -> name: "],
        ),
        (
            r#"{"priority":"soon"}"#,
            r#"{"priority":"soon","#,
            &["review to be reviewed priority: what is given is not a number, which is needed now"],
        ),
        (
            r#"{"owner":"u1"}"#,
            r#"{"owner":"u1","#,
            &[
                "review to be reviewed owner.id: it is text, so `id` cannot be taken out of it",
                "review to be reviewed owner.name: it is text, so `name` cannot be taken out of it",
            ],
        ),
    ] {
        let (now, plan) = upgraded(mapper);
        assert_eq!(now, format!("{after}{VISIBILITY}}}"), "{mapper}");
        assert_eq!(own_lines(&plan), said, "{mapper}");
    }
}

#[test]
fn what_is_given_is_neither_filled_in_nor_asked_for() {
    let (mapper, plan) = upgraded(r#"{"title":"Alpha","visibility":"{{1.v}}","portfolio_id":"p1"}"#);
    assert_eq!(mapper, r#"{"name":"Alpha","visibility":"{{1.v}}","portfolio_id":"p1"}"#);
    assert_eq!(plan.verdict, Verdict::Upgraded);
    let (_, plan) = upgraded(r#"{"portfolio_id":"{{emptystring}}"}"#);
    assert_eq!(plan.verdict, Verdict::Asks);
}

#[test]
fn upgrades_one_after_the_other_speak_of_the_last_names() {
    let upgrader = Upgrader::new(&V23);
    let upgraded = upgrader.upgrade_step(&step(r#"{"title":"Alpha","owner":"{{2.owner}}"}"#)).unwrap();
    assert_eq!(
        upgraded.text.unwrap(),
        r#"{"id":3,"module":"acme:create_program","version":3,"parameters":{"__IMTCONN__":77},"mapper":{"name":"Alpha","owner":{"ref":{"id":"{{2.owner.id}}"}}}}"#
    );
    assert_eq!(
        lines(&upgraded.plan),
        [
            "upgraded moved title -> name: ",
            "upgraded moved owner.id -> owner.ref.id: `{{2.owner}}` becomes `{{2.owner.id}}`",
            "upgraded dropped owner.name: the API never read it",
            "asks asked portfolio: Since v22 every program needs a portfolio",
        ]
    );
    let plan = upgrader.plan_step(&step(r#"{"priority":"3","lines":[{"code":"a"}],"portfolio_id":"{{1.p}}"}"#)).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "upgraded dropped priority: programs have none",
            "upgraded dropped lines[].code: programs have none",
            "upgraded moved portfolio_id -> portfolio: ",
        ]
    );
}

fn plan_of(module: &str, rest: &str) -> StepPlan {
    upgrader().plan_step(&format!(r#"{{"id":1,"module":"{module}"{rest}}}"#)).unwrap()
}

#[test]
fn verdicts_and_dates() {
    let ends = |plan: &StepPlan| plan.deadline.as_ref().map(|deadline| (deadline.date, deadline.what.to_string()));

    let plan = plan_of("other:thing", r#","version":9"#);
    assert_eq!((plan.verdict, plan.from), (Verdict::Untouched, None));

    let plan = plan_of("acme@v22:create_program", r#","version":2,"mapper":{"portfolio_id":"p"}"#);
    assert_eq!((plan.verdict, ends(&plan)), (Verdict::Untouched, None));

    let plan = plan_of("acme@v21:watch_programs", "");
    assert_eq!(lines(&plan), ["review step : the trigger starts anew: items have other ids"]);
    assert_eq!(ends(&plan), Some(("2028-10", "v21 is no longer supported".into())));
    assert_eq!(plan.to.unwrap().to_string(), "watch_programs@2 (v22)");

    let plan = plan_of("acme:depth_blur", "");
    assert_eq!(lines(&plan), ["no successor step : the service ended, and nothing does the same"]);

    let plan = plan_of("acme:find_old", r#","mapper":{"q":"x"}"#);
    assert_eq!(plan.to.as_ref().unwrap().to_string(), "find@1");
    assert_eq!(lines(&plan), ["upgraded step : deprecated since 2025-01: it was slow", "upgraded moved q -> text: "]);
    assert_eq!(ends(&plan), Some(("2026-06-30", "find_old@1 stops working".into())));

    let plan = plan_of("acme:ending", "");
    assert_eq!((plan.verdict, ends(&plan)), (Verdict::NoSuccessor, Some(("2027-01", "ending@1 stops working".into()))));

    let plan = plan_of("acme:by_hand", "");
    assert_eq!(lines(&plan), ["review step : deprecated: it answers less. Use `find` instead; a person must set it up"]);

    let plan = plan_of("acme:create_progran", "");
    assert_eq!(
        lines(&plan),
        ["no successor step : `acme` has no module `create_progran`; near it: `create_program`, and no upgrade from it is known"]
    );
    let plan = plan_of("acme:create_program", r#","version":7"#);
    assert_eq!(
        lines(&plan),
        ["no successor step : `create_program` has no revision 7; there is `create_program@2`, and no upgrade from it is known"]
    );

    let plan = plan_of("acme@v30:find", "");
    assert_eq!(lines(&plan), ["review step : acme has no version v30; it stays as it is"]);
    let down = Upgrader::new(&V21);
    let plan = down.plan_step(r#"{"module":"acme@v22:find"}"#).unwrap();
    assert_eq!(lines(&plan), ["review step : it was stored for v22, which is newer than acme v21; it stays as it is"]);
}

#[test]
fn a_step_that_only_moves_to_another_version() {
    let upgraded = upgrader().upgrade_step(r#"{"module":"acme@v21:find", "mapper": {"text": 1.50}}"#).unwrap();
    assert_eq!(upgraded.text.unwrap(), r#"{"module":"acme@v22:find", "mapper": {"text": 1.50}}"#);
    assert_eq!(upgraded.plan.verdict, Verdict::Upgraded);
}

#[test]
fn connections_of_steps() {
    let plan = plan_of(
        "acme:find",
        r#","parameters":{"__IMTCONN__":7},"metadata":{"parameters":[{"name":"__IMTCONN__","type":"account:acme-key"}]}"#,
    );
    assert_eq!(
        lines(&plan),
        ["reconnect step connection: key becomes OAuth 2.0: authorise it again. Create an OAuth2 application in Setup"]
    );
}

#[test]
fn stored_connections() {
    let upgraded = upgrade_connection(&V22, "key", 1, r#"{"host":"a.example","key":"hush"}"#).unwrap();
    assert_eq!((upgraded.connection, upgraded.revision, upgraded.verdict), ("oauth", 1, Verdict::Reconnect));
    assert_eq!(upgraded.expose_fields(), r#"{"host":"a.example"}"#);
    let actions: Vec<_> = upgraded.findings.iter().map(|finding| (finding.action, finding.field.as_str())).collect();
    assert_eq!(actions, [(Action::Dropped, "key"), (Action::Asked, "client_id"), (Action::Asked, "client_secret"), (Action::Step, "")]);
    assert!(!format!("{upgraded:?}").contains("a.example"), "no value is printed");
    assert_eq!(upgrade_connection(&V22, "oauth", 1, "{}").unwrap().verdict, Verdict::Untouched);
    assert!(upgrade_connection(&V22, "none", 1, "{}").is_err());
    let error = upgrade_connection(&V22, "key", 1, "{hush").unwrap_err();
    assert!(!error.to_string().contains("hush"));
}

const SCENARIO: &str = r#"{
  "name": "Intake",
  "flow": [
    { "id": 1, "module": "gateway:CustomWebHook", "version": 1, "parameters": { "hook": 501 }, "mapper": {}, "extra": 1.0e+2 },
    { "id": 3, "module": "acme@v21:create_program", "version": 1,
      "parameters": { "__IMTCONN__": 77 },
      "mapper": {
        "title": "PROJ {{1.name}}",
        "owner": "{{1.owner}}",
        "portfolio_id": "{{1.portfolio}}"
      },
      "metadata": {
        "designer": { "x": 0, "y": 0, "name": "Make it" },
        "restore": { "parameters": { "__IMTCONN__": { "label": "Mine" } }, "expect": { "title": { "label": "T" } } },
        "expect": [ { "name": "title", "type": "text", "required": true }, { "name": "owner", "type": "collection" } ]
      } },
    { "id": 4, "module": "builtin:BasicRouter", "version": 1, "mapper": null, "routes": [
      { "flow": [
        { "id": 5, "module": "mail:send", "version": 4,
          "filter": { "name": "{{3.portfolio.id}}", "conditions": [[ { "a": "{{3.language}}", "o": "text:equal", "b": "javascript" }, { "a": "{{3.portfolio.id}}", "o": "exist" } ]] },
          "parameters": {},
          "mapper": { "to": "x@example.com", "text": "Made \"{{3.portfolio.id}}\" for {{1.portfolio.id}}", "deep": [ { "{{3.portfolio.id}}": "{{get(3; portfolio.id)}}" } ] },
          "onerror": [ { "id": 6, "module": "builtin:Break", "version": 1, "mapper": { "count": "{{3.portfolio.id}}" } } ] }
      ] } ] }
  ],
  "metadata": { "instant": true, "designer": { "orphans": [] }, "note": "{{3.portfolio.id}}" }
}
"#;

#[test]
fn a_scenario() {
    let upgraded = upgrader().upgrade(SCENARIO).unwrap();
    let text = upgraded.text.unwrap();
    let expected = SCENARIO
        .replace("acme@v21:create_program\", \"version\": 1", "acme@v22:create_program\", \"version\": 2")
        .replace("\"title\": \"PROJ", "\"name\": \"PROJ")
        .replace("\"owner\": \"{{1.owner}}\"", "\"owner_id\": \"{{1.owner.id}}\"")
        .replace("\"portfolio_id\": \"{{1.portfolio}}\"\n", "\"portfolio_id\": \"{{1.portfolio}}\",\n        \"visibility\": \"private\"\n")
        .replace("\"title\": { \"label\"", "\"name\": { \"label\"")
        .replace("{ \"name\": \"title\", \"type\"", "{ \"name\": \"name\", \"type\"")
        .replace("\"b\": \"javascript\"", "\"b\": \"javascript_typescript\"")
        .replace("{ \"a\": \"{{3.portfolio.id}}\"", "{ \"a\": \"{{3.portfolio_id}}\"")
        .replace("\\\"{{3.portfolio.id}}\\\"", "\\\"{{3.portfolio_id}}\\\"")
        .replace("{{get(3; portfolio.id)}}", "{{get(3; portfolio_id)}}")
        .replace("\"count\": \"{{3.portfolio.id}}\"", "\"count\": \"{{3.portfolio_id}}\"");
    assert_eq!(text, expected);
    let verdicts: Vec<_> = upgraded.plan.steps.iter().map(|step| (step.id.as_str(), step.verdict)).collect();
    use Verdict::{Untouched, Upgraded};
    assert_eq!(verdicts, [("1", Untouched), ("3", Upgraded), ("4", Untouched), ("5", Upgraded), ("6", Upgraded)]);
    assert_eq!((upgraded.plan.name.as_str(), upgraded.plan.steps[1].name.as_str()), ("Intake", "Make it"));
    assert!(!upgraded.plan.needs_a_person());

    let again = upgrader().upgrade(&text).unwrap();
    assert_eq!((again.text, again.plan.verdict()), (None, Untouched), "what is upgraded stays as it is");

    let wrapped = upgrader().upgrade(&format!("\u{feff}{{\"blueprint\":{SCENARIO}}}")).unwrap();
    assert_eq!(wrapped.text.unwrap(), format!("\u{feff}{{\"blueprint\":{expected}}}"));
}

#[test]
fn questions_stay_until_they_are_answered() {
    let scenario = format!(r#"{{"flow":[{}]}}"#, step(r#"{"title":"Alpha"}"#));
    let first = upgrader().upgrade(&scenario).unwrap();
    let text = first.text.unwrap();
    let second = upgrader().upgrade(&text).unwrap();
    assert_eq!(second.text, None);
    assert_eq!(lines(&second.plan.steps[0]), ["asks asked portfolio_id: Since v22 every program needs a portfolio"]);
    let answered = text.replace("\"visibility\"", "\"portfolio_id\":\"p1\",\"visibility\"");
    assert_eq!(upgrader().plan(&answered).unwrap().verdict(), Verdict::Untouched);
}

#[test]
fn outputs_that_are_gone_or_used_as_a_whole_are_for_a_person() {
    let later = |text: &str| {
        let scenario = format!(r#"{{"flow":[{},{{"id":4,"module":"a:b","mapper":{{"x":"{text}"}}}}]}}"#, step(r#"{"portfolio_id":1}"#));
        lines(&upgrader().plan(&scenario).unwrap().steps[1])
    };
    assert_eq!(
        later("{{3.secret_code}}"),
        ["review to be reviewed x: `3.secret_code`: `secret_code` is not given any more: read it with get_code"]
    );
    assert_eq!(later("{{3.portfolio}}").len(), 1);
    assert_eq!(later("{{3.language}}").len(), 1);
    assert_eq!(later("{{4.portfolio.id}} 3.portfolio.id").len(), 0);
}

fn problem(scenario: &str) -> (Option<String>, Plan) {
    let upgraded = upgrader().upgrade(scenario).unwrap();
    (upgraded.text, upgraded.plan)
}

#[test]
fn what_is_not_wholly_understood_is_left_alone() {
    let flow = |steps: &str| format!(r#"{{"flow":[{steps}]}}"#);
    let fine = step(r#"{"title":"Alpha"}"#);
    for (scenario, message) in [
        (flow(&step(r#"{"title":"{{1.a"}"#)), "step 3, title: an expression cannot be read: expected `}}` or an operator at character 6"),
        (
            flow(&format!(r#"{fine},{{"id":4,"module":"a:b","mapper":{{"x":"{{{{3.portfolio.id"}}}}"#)),
            "step 4, x: an expression cannot be read: expected `}}` or an operator at character 17",
        ),
        (flow(&fine.replace("\"version\":1", "\"version\":\"one\"")), "step 3, version: it is no revision: a whole number from 1"),
        (flow(&step("[]")), "step 3, mapper: it is no object"),
        (flow(&step(r#"{"title":"a","title":"b"}"#)), "step 3, title: it stands there twice"),
        (flow(&format!("{fine},{fine}")), "step 3, id: two steps have this id, so it is not clear whose output is used"),
    ] {
        let (text, plan) = problem(&scenario);
        assert_eq!(text, None, "{scenario}");
        assert_eq!(plan.problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [message]);
        assert!(plan.needs_a_person());
    }
    let (text, plan) = problem(&flow(&format!(r#"{fine},{{"id":4,"module":"a:b","mapper":{{"x":"{{{{ and 4"}}}}"#)));
    assert!(text.is_some() && plan.problems.is_empty(), "what need not change need not be understood");
}

#[test]
fn steps_without_mapper_or_version_get_what_they_need() {
    let upgraded = upgrader().upgrade_step(r#"{ "module": "acme:create_program", "parameters": { "title": "{{1.a}}" } }"#).unwrap();
    assert_eq!(
        upgraded.text.unwrap(),
        r#"{ "module": "acme:create_program", "version": 2, "mapper": {"visibility":"private"}, "parameters": { "name": "{{1.a}}" } }"#
    );
    let upgraded = upgrader().upgrade_step(r#"{"module":"acme:create_program","mapper":null}"#).unwrap();
    assert_eq!(upgraded.text.unwrap(), r#"{"module":"acme:create_program","version":2,"mapper":{"visibility":"private"}}"#);
}

#[test]
fn another_name_for_the_application() {
    let upgrader = upgrader().with_app("acme-legacy", "acme");
    let upgraded = upgrader.upgrade_step(r#"{"module":"acme-legacy:find_old","version":1}"#).unwrap();
    assert_eq!(upgraded.text.unwrap(), r#"{"module":"acme-legacy:find","version":1}"#);
}

fn first_revision() -> CreateProgramR1 {
    CreateProgramR1 {
        title: "Alpha".into(),
        owner: Some(User { id: Some("u1".into()), name: None }),
        priority: Some("3".into()),
        language: None,
        lines: Some(vec![LineR1 { code: Some("{{1.a}}".into()), note: None }]),
        legacy: None,
        access: Some("hush".into()),
        budget: None,
    }
}

#[test]
fn typed_values() {
    let unfinished = first_revision().upgrade().unwrap_err();
    assert_eq!(unfinished.to_string(), "the input cannot be upgraded by itself; portfolio_id: Since v22 every program needs a portfolio");

    let second = CreateProgramR2 {
        name: "Alpha".into(),
        owner_id: Some("u1".into()),
        priority: None,
        language: None,
        items: None,
        visibility: "private".into(),
        portfolio_id: "p1".into(),
        access: None,
        budget: None,
    };
    let third = second.upgrade().unwrap();
    assert_eq!(third.value.portfolio, "p1");
    assert_eq!(third.value.owner.unwrap()["ref"]["id"], "u1");
    assert!(third.findings.iter().any(|finding| finding.action == Action::Dropped && finding.field == "visibility"));
}

#[test]
fn secrets_and_control_characters_do_not_reach_reports() {
    let owner = r#"{"title":"hush {{3.a","owner":"{{parse(\"hush\")}}","language":"hush {{1.a}}","portfolio_id":"hush","lines":"hush"}"#;
    let hush = step(owner);
    let later = r#"{"id":4,"module":"a:b","mapper":{"x":"hush {{3.portfolio.id + \"hush\"}}","y":"hush {{3.secret_code}} {{3"}}"#;
    let plan = upgrader().plan(&format!(r#"{{"flow":[{hush},{later}]}}"#)).unwrap();
    assert!(!format!("{plan:?}").contains("hush") && plan.problems.len() == 2, "{plan:?}");
    let (_, plan) = upgraded(r#"{"access":"{{upper(\"hush\")}}","owner":"{{1.a\u001b[31m}}"}"#.replace("\\u001b[31m", "").as_str());
    assert!(!format!("{plan:?}").contains("hush"));
    let long = "x".repeat(5_000);
    let plan = plan_of(&format!("acme:{long}\\u001b[31m"), "");
    let text = plan.to_json().to_string();
    assert!(text.len() < 1_500 && !text.contains("u001b"), "{text}");
}
