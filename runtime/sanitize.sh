#!/bin/sh
# Runs the table interpreter's tests, among them the mutation fuzzer, where a wrong read, a leak or a double drop is seen:
# under AddressSanitizer with a nightly compiler, and under valgrind with the stable one. Either is skipped, with a word, if it is not installed.
# Shapes that are declared at run time live as long as the program, on purpose: there, leaks are not looked for, everything else is.
#   LINCHPIN_FUZZ_ROUNDS=20000 runtime/sanitize.sh
set -eu
cd "$(dirname "$0")"
target="$(rustc -vV | sed -n 's/^host: //p')"
ran=0

with_address_sanitizer() {
    RUSTFLAGS="-Zsanitizer=address" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-../target}/asan" cargo +nightly test --lib --target "$target" "$@"
}

# The first argument is what is done about leaks; cargo's own follow.
with_valgrind() {
    leaks="$1"
    shift
    LINCHPIN_FUZZ_ROUNDS="${LINCHPIN_FUZZ_ROUNDS:-300}" \
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="valgrind -q --error-exitcode=9 $leaks" \
        cargo test --lib "$@"
}

if cargo +nightly --version >/dev/null 2>&1; then
    echo "AddressSanitizer"
    with_address_sanitizer "$@" -- shape::tests
    ASAN_OPTIONS=detect_leaks=0 with_address_sanitizer "$@" -- shape::memory
    ran=1
else
    echo "no nightly compiler: AddressSanitizer is skipped"
fi

if command -v valgrind >/dev/null; then
    echo "valgrind"
    with_valgrind "--leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite" "$@" -- --test-threads=1 shape::tests
    with_valgrind "--leak-check=no" "$@" -- --test-threads=1 shape::memory
    ran=1
else
    echo "no valgrind: it is skipped"
fi
[ "$ran" = 1 ]
