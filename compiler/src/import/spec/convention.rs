//! Which rule for names most of a document's follow.

use super::plan::{Field, Spec, TypeKind};
use crate::model::resolve::names::{CONVENTIONS, Convention};

/// The rule of that name.
pub(super) fn named(name: Option<&str>) -> Option<(&'static str, Convention)> {
    CONVENTIONS.into_iter().find(|(own, _)| name == Some(*own))
}

/// The rule by which the fewest wire names must be written out.
pub(super) fn of(spec: &Spec) -> (&'static str, Convention) {
    let mut counts = [0usize; CONVENTIONS.len()];
    let mut count = |field: &Field| {
        for (index, (_, rule)) in CONVENTIONS.iter().enumerate() {
            counts[index] += usize::from(!field.rest && rule.wire(&field.name) == field.wire);
        }
    };
    for item in &spec.types {
        if let TypeKind::Struct(fields) = &item.kind {
            fields.iter().for_each(&mut count);
        }
    }
    for module in &spec.modules {
        let places = [&module.query, &module.cookie];
        places.into_iter().flatten().for_each(&mut count);
        if let Some(super::plan::Body { held: super::plan::Held::Members(fields), .. }) = &module.body {
            fields.iter().for_each(&mut count);
        }
    }
    let as_written = CONVENTIONS.iter().position(|(_, rule)| *rule == Convention::AsWritten).expect("it is one of the rules");
    // Without a statement names are as written, so another rule must be better.
    let best = (0..CONVENTIONS.len()).max_by_key(|index| (counts[*index], *index == as_written)).expect("there are rules");
    CONVENTIONS[best]
}
