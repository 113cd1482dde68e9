//! What becomes of the state of a trigger that polls when its module follows a change.

use super::{table::Cursor, upgrader::Upgrader};
use crate::trigger::PollState;

/// A state of the present.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowedState {
    /// To go on from.
    pub state: PollState,
    /// Why the trigger starts again at the time that it had reached, so that what it gave of that time, and of what it looks back at, comes once more;
    /// empty when it goes on.
    pub starts_again: Vec<&'static str>,
}

impl Upgrader {
    /// What becomes of the state of a trigger of a connector. A state that is of the present already, and one of a trigger that nothing is known of, stays.
    pub fn poll_state(&self, connector: &str, state: PollState) -> FollowedState {
        let mut followed = FollowedState { state, starts_again: Vec::new() };
        let Some(table) = self.table_of(connector) else { return followed };
        // Each revision once: tables that lead in a circle end here.
        for _ in 0..table.upgrades.len() {
            let Some((trigger, revision)) = followed.state.trigger() else { break };
            let leads_on = |one: &&&'static super::table::UpgradeTable| {
                one.from_module == trigger
                    && one.from_revision == revision
                    && one.gone.is_none()
                    && (one.module, one.revision) != (trigger, revision)
            };
            let Some(next) = table.upgrades.iter().find(leads_on) else { break };
            if let Cursor::Reset(why) = next.cursor {
                followed.starts_again.push(why);
            }
            followed.state = followed.state.moved_to(next.module, next.revision);
        }
        if !followed.starts_again.is_empty() {
            followed.state = followed.state.forgetting();
        }
        followed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation::ApiTable;
    use crate::upgrade::table::UpgradeTable;

    static KEPT: UpgradeTable =
        UpgradeTable { from_module: "watch", from_revision: 1, module: "watch_all", revision: 2, ..UpgradeTable::EMPTY };
    static RESET: UpgradeTable = UpgradeTable {
        from_module: "watch_all",
        from_revision: 2,
        module: "watch_all",
        revision: 3,
        cursor: Cursor::Reset("the ids are others"),
        ..UpgradeTable::EMPTY
    };
    static CIRCLE: UpgradeTable =
        UpgradeTable { from_module: "watch_all", from_revision: 2, module: "watch", revision: 1, ..UpgradeTable::EMPTY };

    fn followed(upgrades: &[&'static UpgradeTable]) -> FollowedState {
        let upgrades = upgrades.to_vec().leak();
        let state = json!({ "trigger": "watch", "revision": 1, "time": "2026-01-02T03:04:05Z", "seen": [["2026-01-02T03:04:05Z", "a"]] });
        let table = Box::leak(Box::new(ApiTable { connector: "acme", upgrades, ..ApiTable::EMPTY }));
        Upgrader::new(table).poll_state("acme", serde_json::from_value(state).expect("a state"))
    }

    #[test]
    fn a_state_is_kept_or_starts_again_where_it_was() {
        let kept = followed(&[&KEPT]);
        assert_eq!((kept.state.trigger(), kept.starts_again.len()), (Some(("watch_all", 2)), 0));
        let again = followed(&[&KEPT, &RESET]);
        // Not by `Start::Since`: that looks no further back, and what shows late would be lost.
        let state = json!({ "trigger": "watch_all", "revision": 3, "time": "2026-01-02T03:04:05Z", "seen": [] });
        assert_eq!(serde_json::to_value(&again.state).expect("JSON"), state);
        assert_eq!(again.starts_again, ["the ids are others"]);
        assert_eq!(followed(&[]).state.trigger(), Some(("watch", 1)));
        followed(&[&KEPT, &CIRCLE]);
    }
}
