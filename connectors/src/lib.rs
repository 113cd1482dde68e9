//! Ready-made connectors.
