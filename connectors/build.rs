//! Compiles the specs of the connectors whose feature is on.

fn main() {
    linchpin_compiler::Build::new().specs("specs").by_feature().run();
}
