//! Tells regions by what is delivered.

use super::workfront_events::v1::Event;

pub fn region(event: &Event) -> &str {
    event.new_state.regions.as_deref().unwrap_or("no region")
}
