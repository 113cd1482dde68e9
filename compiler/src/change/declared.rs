//! Changes that the owner tells of and no comparing can find: the same shape with another meaning, a version that is gone, a rollout in
//! stages. Whoever reads them, from a spec's history for instance, hands them over in this form.
//!
//! A declared change joins the differ in two ways: what nobody could have found becomes a finding of its own, and what was found and is
//! declared is no longer a guess: it is confirmed, or takes the place of what looked like gone and new.

mod about;

use super::findings::{Both, Evidence, Finding, Kind, Part, Report, Side, registry};
use crate::source::{Sources, Span};

/// One change as its owner tells it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The version that brings it.
    pub version: String,
    /// In words.
    pub title: String,
    /// What it is about: `Issue.assignee`, `create_program`, `POST /pets`, `oauth`; empty for the whole API.
    pub subject: String,
    /// Other names of it, likewise: what it was called, what it was made of or became.
    pub also: Vec<String>,
    /// The calls of the module that it belongs to, `GET /pets`; empty for what belongs to none.
    pub exchanges: Vec<String>,
    /// What became of it.
    pub verb: Verb,
    /// Why, where that is told.
    pub reason: String,
    /// Where it is written.
    pub place: Span,
}

/// What became of a subject. Names are those of the spec or of the wire; either matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It is new.
    Add,
    /// It is gone; what to use in its place.
    Remove(Option<String>),
    /// It is called otherwise.
    Rename(String),
    /// It is elsewhere.
    Move(String),
    /// It must be given.
    Require,
    /// It need not be given.
    Relax,
    /// Its type was and is.
    Retype(String, String),
    /// Its default was and is.
    Default(String, String),
    /// A value of it is new.
    EnumAdd(String),
    /// A value of it is gone.
    EnumRemove(String),
    /// A value of it is called otherwise.
    EnumRename(String, String),
    /// Values of it became one.
    EnumMerge(Vec<String>, String),
    /// It became several.
    Split(Vec<String>),
    /// It and others became one.
    Merge(Vec<String>, String),
    /// Its success is another status.
    Status(String, String),
    /// It pages otherwise.
    Page(String, String),
    /// Callers authenticate otherwise.
    Auth(String, String),
    /// Calls go elsewhere.
    Server(String, String),
    /// It does something else though it looks the same.
    Meaning(String),
    /// It is no longer consistent at once, or is again.
    Consistency(String),
    /// The limit on calls was and is.
    RateLimit(String, String),
    /// A version is supported until then.
    VersionEnds(String),
    /// A version no longer answers.
    VersionRetired,
    /// Calls that name no version get another: it was and is.
    VersionDefault(String, String),
    /// Calls for a version are answered by another.
    VersionFallsForward(String, String),
    /// The version is named elsewhere.
    VersionSelector(String, String),
    /// An event's payload has another version: it was and is.
    EventVersion(String, String),
    /// Calls that the API makes are signed now, in this header.
    EventSignature(String),
    /// It comes in stages.
    Staged(String),
}

/// Joins what is declared to what was found. Gives what is declared and shows nowhere: claims about shapes that no operation has, or
/// that something else undid.
pub fn join<'d>(report: &mut Report, declared: &'d [Declared], sources: &Sources) -> Vec<&'d Declared> {
    let mut unseen = Vec::new();
    // What became another thing first: it takes the place of what looked like gone and new.
    let reshapes = |one: &Declared| !recognised(&one.verb).is_empty();
    for one in declared.iter().filter(|one| reshapes(one)).chain(declared.iter().filter(|one| !reshapes(one))) {
        if confirm(report, one, sources) {
            continue;
        }
        match own(one) {
            Some(finding) => report.findings.push(finding),
            None => unseen.push(one),
        }
    }
    super::differ::sort(report);
    unseen
}

/// Findings about this subject are there already: they are told, not guessed.
fn confirm(report: &mut Report, declared: &Declared, sources: &Sources) -> bool {
    let kinds = kinds(&declared.verb);
    let mut found = false;
    for finding in report.findings.iter_mut().filter(|finding| kinds.contains(&finding.kind.id)) {
        if about::subject(finding, declared) || is_of_whole_body(finding) && about::operation(finding, declared) {
            found = true;
            finding.evidence = Some(evidence(declared, sources));
        }
    }
    found |= replace(report, declared, sources);
    // What is within what came, went or has another type shows as differences of its own.
    let passes = matches!(declared.verb, Verb::Retype(..) | Verb::Add | Verb::Remove(_) | Verb::Rename(_) | Verb::Move(_));
    if passes && !(found && matches!(declared.verb, Verb::Rename(_))) {
        for finding in report.findings.iter_mut().filter(|finding| about::inside(finding, declared)) {
            found = true;
            finding.evidence.get_or_insert_with(|| evidence(declared, sources));
        }
    }
    // What has another name, and looked like gone and new, tells with its name of all else that is other about it.
    let is_facet = matches!(declared.verb, Verb::Require | Verb::Relax | Verb::Default(..));
    found || (passes || is_facet) && report.findings.iter().any(|finding| holds(finding, declared))
}

/// A body must be sent while something in it must.
fn is_of_whole_body(finding: &Finding) -> bool {
    ["request-body-became-optional", "request-body-became-required"].contains(&finding.kind.id)
}

/// Another call, another way of paging and another name each tell of inputs and types that go with them.
fn holds(finding: &Finding, declared: &Declared) -> bool {
    match finding.kind.id {
        "page-scheme-changed" | "operation-rekeyed" | "operation-method-changed" => about::operation(finding, declared),
        "request-field-renamed" | "response-field-renamed" | "request-parameter-renamed" => about::subject(finding, declared),
        // Something else has the older name now: what bears another shows as new, and told.
        id => kinds(&Verb::Add).contains(&id) && is_told(finding) && about::subject(finding, declared),
    }
}

/// What looked like gone and new is one thing under another name, in another place, or in other parts.
fn replace(report: &mut Report, declared: &Declared, sources: &Sources) -> bool {
    let mut found = false;
    for kind in recognised(&declared.verb) {
        let is_part = |finding: &Finding| kind.covers.contains(&finding.kind.id) && !is_told(finding) && about::subject(finding, declared);
        let (parts, others): (Vec<Finding>, Vec<Finding>) = std::mem::take(&mut report.findings).into_iter().partition(is_part);
        report.findings = others;
        let gone = parts.iter().find(|one| one.new == Side::default());
        let fresh = parts.iter().find(|one| one.old == Side::default());
        let (Some(gone), Some(fresh)) = (gone, fresh) else {
            report.findings.extend(parts);
            continue;
        };
        let joined = |pick: &dyn Fn(&Finding) -> &Side| {
            let texts: Vec<&str> = parts.iter().map(|one| pick(one).text.as_str()).filter(|text| !text.is_empty()).collect();
            texts.join(", ")
        };
        let (old, new) =
            (Side { text: joined(&|one| &one.old), ..gone.old.clone() }, Side { text: joined(&|one| &one.new), ..fresh.new.clone() });
        let mut finding = Finding::new(kind, fresh.name.clone(), old, new).because(evidence(declared, sources));
        finding.sites = parts.iter().flat_map(|one| one.sites.iter().cloned()).collect();
        report.findings.push(finding);
        found = true;
    }
    found
}

fn is_told(finding: &Finding) -> bool {
    finding.evidence.as_ref().is_some_and(|one| one.confidence == 100)
}

/// The kinds that a verb makes of what looks like several.
fn recognised(verb: &Verb) -> Vec<&'static Kind> {
    let both = |both: &'static Both| vec![&both.request, &both.response];
    match verb {
        Verb::Rename(_) => [both(&registry::FIELD_RENAMED), vec![&registry::PARAMETER_RENAMED]].concat(),
        Verb::Move(_) => [both(&registry::FIELD_MOVED), vec![&registry::PARAMETER_MOVED]].concat(),
        Verb::Split(_) => [both(&registry::FIELD_SPLIT), vec![&registry::OPERATION_SPLIT]].concat(),
        Verb::Merge(..) => [both(&registry::FIELD_MERGED), vec![&registry::OPERATION_MERGED]].concat(),
        Verb::EnumRename(..) => both(&registry::VALUE_RENAMED),
        Verb::EnumMerge(..) => both(&registry::VALUES_MERGED),
        _ => Vec::new(),
    }
}

fn evidence(declared: &Declared, sources: &Sources) -> Evidence {
    let known = sources.iter().any(|(id, _)| id == declared.place.file);
    let place = known.then(|| {
        let file = sources.file(declared.place.file);
        format!(" at {}:{}", file.name, file.line_column(declared.place.start).0)
    });
    told(declared, &place.unwrap_or_default())
}

/// What was announced, and why.
fn told(declared: &Declared, place: &str) -> Evidence {
    let announced = format!("declared for {}: {}{place}", declared.version, declared.title);
    let why = declared.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    Evidence { confidence: 100, reasons: [announced, why].into_iter().filter(|reason| !reason.is_empty()).collect() }
}

/// The kinds that a verb tells of.
fn kinds(verb: &Verb) -> &'static [&'static str] {
    match verb {
        Verb::Add => &[
            "operation-added",
            "request-field-added",
            "request-field-required-added",
            "request-field-required-added-with-default",
            "response-field-added",
            "response-field-required-added",
            "response-field-required-added-with-default",
            "request-parameter-added",
            "request-parameter-required-added",
            "request-parameter-required-added-with-default",
            "request-body-added",
            "request-body-required-added",
            "request-one-of-added",
            "response-one-of-added",
            "request-tag-value-added",
            "response-tag-value-added",
            "request-body-became-optional",
            "request-body-became-required",
            "scheme-added",
            "global-security-way-added",
            "security-way-added",
        ],
        Verb::Remove(_) => &[
            "operation-removed",
            "request-field-removed",
            "response-field-removed",
            "request-field-required-removed",
            "response-field-required-removed",
            "request-parameter-removed",
            "request-body-removed",
            "operation-removed-as-announced",
            "operation-removed-before-sunset",
            "request-one-of-removed",
            "response-one-of-removed",
            "request-tag-value-removed",
            "response-tag-value-removed",
            "request-body-became-optional",
            "request-body-became-required",
        ],
        Verb::Rename(_) => &[
            "request-field-renamed",
            "response-field-renamed",
            "request-parameter-renamed",
            "path-parameter-renamed",
            "operation-renamed",
            "credential-field-renamed",
            "request-tag-value-added",
            "response-tag-value-added",
            "request-tag-value-removed",
            "response-tag-value-removed",
        ],
        Verb::Move(_) => &[
            "operation-rekeyed",
            "operation-method-changed",
            "path-parameter-renamed",
            "request-field-moved",
            "response-field-moved",
            "request-parameter-moved",
        ],
        Verb::Require => &[
            "request-field-became-required",
            "request-parameter-became-required",
            "request-field-became-required-with-default",
            "response-field-became-required",
            "response-field-became-required-with-default",
            "request-body-became-required",
        ],
        Verb::Relax => &[
            "request-field-became-optional",
            "request-parameter-became-optional",
            "response-field-became-optional",
            "request-body-became-optional",
        ],
        Verb::Retype(..) => &[
            "request-type-changed",
            "response-type-changed",
            "request-type-widened",
            "response-type-widened",
            "request-type-narrowed",
            "response-type-narrowed",
            "request-became-list",
            "response-became-list",
            "request-became-single",
            "response-became-single",
        ],
        Verb::Default(..) => &[
            "request-default-changed",
            "request-default-added",
            "request-default-removed",
            "response-default-changed",
            "response-default-added",
            "response-default-removed",
            "request-body-became-optional",
            "request-body-became-required",
        ],
        Verb::EnumAdd(_) => &[
            "request-value-added",
            "response-value-added",
            "request-value-added-to-closed",
            "response-value-added-to-closed",
            "request-extensible-value-added",
            "response-extensible-value-added",
        ],
        Verb::EnumRemove(_) => {
            &["request-value-removed", "response-value-removed", "request-extensible-value-removed", "response-extensible-value-removed"]
        }
        Verb::EnumRename(..) => &["request-value-renamed", "response-value-renamed"],
        Verb::EnumMerge(..) => &["request-values-merged", "response-values-merged"],
        Verb::Split(_) => &["operation-split", "request-field-split", "response-field-split"],
        Verb::Merge(..) => &["operation-merged", "request-field-merged", "response-field-merged"],
        Verb::Status(..) => &[
            "response-success-status-changed",
            "response-success-status-added",
            "response-success-status-removed",
            "response-error-status-changed",
            "response-media-type-added",
            "response-media-type-removed",
            "response-media-type-changed",
        ],
        Verb::Page(..) => &["page-scheme-changed", "page-total-removed", "paging-added", "paging-removed"],
        Verb::Auth(..) => &[
            "security-replaced",
            "global-security-replaced",
            "scheme-replaced",
            "scheme-type-changed",
            "credential-moved",
            "scheme-added",
            "scheme-removed",
            "security-way-added",
            "security-way-removed",
            "global-security-way-added",
            "global-security-way-removed",
        ],
        Verb::Server(..) => &["server-changed", "server-template-changed"],
        Verb::RateLimit(..) => &["rate-limit-changed"],
        Verb::VersionEnds(_) => &["version-end-announced"],
        Verb::VersionRetired => &["version-retired"],
        Verb::VersionSelector(..) => &["version-selector-moved"],
        Verb::EventVersion(..) => &["event-payload-version-changed"],
        Verb::EventSignature(_) => &["event-signature-required"],
        _ => &[],
    }
}

/// The finding of what was only told.
fn own(declared: &Declared) -> Option<Finding> {
    let side = |text: &str| Side::new(text, declared.place);
    let two = |kind: &'static Kind, old: &str, new: &str| Some((kind, Side::words(old), side(new), String::new()));
    let said = |kind: &'static Kind, text: &str| Some((kind, Side::default(), side(text), text.to_owned()));
    let subject = declared.subject.as_str();
    let (kind, old, new, detail) = match &declared.verb {
        Verb::Meaning(text) => said(&registry::MEANING_CHANGED, text),
        Verb::Consistency(text) => said(&registry::CONSISTENCY_CHANGED, text),
        Verb::Staged(text) => said(&registry::ROLLOUT_STAGED, text),
        Verb::RateLimit(old, new) => two(&registry::RATE_LIMIT_CHANGED, old, new),
        Verb::VersionEnds(date) => two(&registry::VERSION_END_ANNOUNCED, "", date),
        Verb::VersionRetired => two(&registry::VERSION_RETIRED, "", ""),
        Verb::VersionDefault(old, new) => two(&registry::VERSION_DEFAULT_MOVED, old, new),
        Verb::VersionFallsForward(old, new) => two(&registry::VERSION_FALLS_FORWARD, old, new),
        Verb::VersionSelector(old, new) => two(&registry::VERSION_SELECTOR_MOVED, old, new),
        Verb::EventVersion(old, new) => two(&registry::EVENT_PAYLOAD_VERSION_CHANGED, old, new),
        Verb::EventSignature(header) => two(&registry::EVENT_SIGNATURE_REQUIRED, "", header),
        Verb::Split(parts) => two(&registry::OPERATION_SPLIT, subject, &parts.join(", ")),
        Verb::Merge(parts, one) => two(&registry::OPERATION_MERGED, &parts.join(", "), one),
        Verb::Page(old, new) => two(&registry::PAGE_SCHEME_CHANGED, old, new),
        // What changes a shape shows when shapes are compared; a claim without a difference is not a finding.
        _ => None,
    }?;
    let finding = Finding::new(kind, if subject.is_empty() { &declared.version } else { subject }, old, new).detail(&detail);
    Some(finding.because(told(declared, "")).at(if subject.contains('/') { subject } else { "" }, Part::Whole, ""))
}
