#!/bin/sh
# Runs the table interpreter's tests, among them the mutation fuzzer, where a wrong read, a leak or a double drop is seen:
# under AddressSanitizer with a nightly compiler, and under valgrind with the stable one. Either is skipped, with a word, if it is not installed.
#   LINCHPIN_FUZZ_ROUNDS=20000 runtime/sanitize.sh
set -eu
cd "$(dirname "$0")"
target="$(rustc -vV | sed -n 's/^host: //p')"
ran=0

if cargo +nightly --version >/dev/null 2>&1; then
    echo "AddressSanitizer"
    RUSTFLAGS="-Zsanitizer=address" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-../target}/asan" \
        cargo +nightly test --lib --target "$target" "$@" -- shape::tests
    ran=1
else
    echo "no nightly compiler: AddressSanitizer is skipped"
fi

if command -v valgrind >/dev/null; then
    echo "valgrind"
    LINCHPIN_FUZZ_ROUNDS="${LINCHPIN_FUZZ_ROUNDS:-300}" \
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite" \
        cargo test --lib "$@" -- --test-threads=1 shape::tests
    ran=1
else
    echo "no valgrind: it is skipped"
fi
[ "$ran" = 1 ]
