//! Changes that the owner tells of and no comparing can find: the same shape with another meaning, a version that is gone, a rollout in
//! stages. Whoever reads them, from a spec's history for instance, hands them over in this form.
//!
//! A declared change joins the differ in two ways: what nobody could have found becomes a finding of its own, and what was found and is
//! declared is no longer a guess: it is confirmed, or takes the place of what looked like gone and new.

use super::findings::{Evidence, Finding, Kind, Part, Report, Side, registry};
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
    /// What became of it.
    pub verb: Verb,
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

/// Joins what is declared to what was found.
pub fn join(report: &mut Report, declared: &[Declared], sources: &Sources) {
    for one in declared {
        if confirm(report, one, sources) {
            continue;
        }
        if let Some(finding) = own(one) {
            report.findings.push(finding);
        }
    }
    super::differ::sort(report);
}

/// A finding of this kind about this subject is there already: it is told, not guessed.
fn confirm(report: &mut Report, declared: &Declared, sources: &Sources) -> bool {
    let kinds = kinds(&declared.verb);
    let leaf = declared.subject.rsplit(['.', ' ']).next().unwrap_or_default();
    let about = |finding: &Finding| {
        let names = [Some(&finding.name), Some(&finding.old.text), finding.old.spec_name.as_ref(), finding.new.spec_name.as_ref()];
        let sides = [&finding.old.path, &finding.new.path];
        let named = names.into_iter().flatten().any(|name| name == leaf || name.trim_matches('`') == leaf || *name == declared.subject);
        let whole = declared.subject.is_empty() || sides.into_iter().any(|path| !path.is_empty() && *path == declared.subject);
        named || whole
    };
    let mut found = false;
    for finding in report.findings.iter_mut().filter(|finding| kinds.contains(&finding.kind.id)) {
        if about(finding) {
            found = true;
            finding.evidence = Some(evidence(declared, sources));
        }
    }
    found
}

fn evidence(declared: &Declared, sources: &Sources) -> Evidence {
    let known = sources.iter().any(|(id, _)| id == declared.place.file);
    let place = known.then(|| {
        let file = sources.file(declared.place.file);
        format!(" at {}:{}", file.name, file.line_column(declared.place.start).0)
    });
    let reason = format!("declared for {}: {}{}", declared.version, declared.title, place.unwrap_or_default());
    Evidence { confidence: 100, reasons: vec![reason] }
}

/// The kinds that a verb tells of.
fn kinds(verb: &Verb) -> &'static [&'static str] {
    match verb {
        Verb::Add => &["operation-added", "request-field-added", "response-field-added", "request-parameter-added"],
        Verb::Remove(_) => &[
            "operation-removed",
            "request-field-removed",
            "response-field-removed",
            "response-field-required-removed",
            "request-parameter-removed",
        ],
        Verb::Rename(_) => &[
            "request-field-renamed",
            "response-field-renamed",
            "request-parameter-renamed",
            "operation-renamed",
            "credential-field-renamed",
        ],
        Verb::Move(_) => {
            &["operation-rekeyed", "operation-method-changed", "request-field-moved", "response-field-moved", "request-parameter-moved"]
        }
        Verb::Require => &[
            "request-field-became-required",
            "request-parameter-became-required",
            "request-field-required-added",
            "response-field-became-required",
        ],
        Verb::Relax => &["request-field-became-optional", "request-parameter-became-optional", "response-field-became-optional"],
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
        Verb::Default(..) => &["request-default-changed", "request-default-added", "request-default-removed"],
        Verb::EnumAdd(_) => &["request-value-added", "response-value-added"],
        Verb::EnumRemove(_) => &["request-value-removed", "response-value-removed"],
        Verb::EnumRename(..) => &["request-value-renamed", "response-value-renamed"],
        Verb::EnumMerge(..) => &["request-values-merged", "response-values-merged"],
        Verb::Split(_) => &["operation-split", "request-field-split", "response-field-split"],
        Verb::Merge(..) => &["operation-merged", "request-field-merged", "response-field-merged"],
        Verb::Status(..) => &["response-success-status-changed", "response-error-status-changed"],
        Verb::Page(..) => &["page-scheme-changed", "page-total-removed"],
        Verb::Auth(..) => &["security-replaced", "global-security-replaced", "scheme-replaced", "scheme-type-changed", "credential-moved"],
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
    let told = |kind: &'static Kind, text: &str| Some((kind, Side::default(), side(text), text.to_owned()));
    let subject = declared.subject.as_str();
    let (kind, old, new, detail) = match &declared.verb {
        Verb::Meaning(text) => told(&registry::MEANING_CHANGED, text),
        Verb::Consistency(text) => told(&registry::CONSISTENCY_CHANGED, text),
        Verb::Staged(text) => told(&registry::ROLLOUT_STAGED, text),
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
    let told = Evidence { confidence: 100, reasons: vec![format!("declared for {}: {}", declared.version, declared.title)] };
    Some(finding.because(told).at(if subject.contains('/') { subject } else { "" }, Part::Whole, ""))
}
