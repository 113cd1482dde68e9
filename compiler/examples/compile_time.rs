//! The bench of the compiler in the profile in which build scripts run.

#[path = "../benches/compile.rs"]
mod compile;

fn main() {
    compile::main();
}
