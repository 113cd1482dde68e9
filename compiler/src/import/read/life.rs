//! Deprecation, sunset and stability, wherever they stand.

use super::Reader;
use crate::import::document::Life;
use crate::import::node::Node;

impl<'n> Reader<'n, '_> {
    /// What a construct says of its own life.
    pub(super) fn life(&mut self, node: &'n Node) -> Life<'n> {
        let sunset = node.get("x-sunset");
        let text = sunset.and_then(Node::plain);
        Life {
            deprecated: node.get("deprecated").is_some() && self.flag(node, "deprecated"),
            sunset: text,
            odd_sunset: sunset.is_some() && text.is_none(),
            stability: node.get("x-stability-level").and_then(Node::text),
        }
    }
}
