//! What a command says on standard output. Whoever reads it may stop, as `head` does; that ends the command and is no fault.

use std::fmt::Arguments;
use std::io::Write;
use std::process::exit;

/// Writes a line: `say!("{count} checked")`.
macro_rules! say {
    ($($text:tt)*) => {
        crate::output::write(format_args!("{}\n", format_args!($($text)*)))
    };
}

pub(crate) use say;

/// What a shell reports of a program that ended because nobody reads its output: 128 and the number of SIGPIPE.
const NOBODY_READS: i32 = 141;

/// Writes text as it is.
pub(crate) fn write(text: Arguments<'_>) {
    let mut output = anstream::stdout();
    if output.write_fmt(text).and_then(|()| output.flush()).is_err() {
        exit(NOBODY_READS);
    }
}
