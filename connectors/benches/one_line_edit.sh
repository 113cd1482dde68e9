#!/usr/bin/env bash
# What `cargo build` does after a one-line edit of one spec, all connectors on: which generated files are written again, and the
# time until the build is done. Median of five edits. The spec is put back at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
spec=connectors/specs/slack/chat.pin
saved=$(mktemp)
cp "$spec" "$saved"
restore() { cp "$saved" "$spec"; rm -f "$saved"; }
trap restore EXIT
build() { cargo build -q -p linchpin-connectors --all-features; }

build
out=$(find "${CARGO_TARGET_DIR:-target}"/debug/build -path '*linchpin-connectors-*/out/slack.rs' -printf '%T@ %h\n' | sort -rn | head -n 1 | cut -d' ' -f2)
times=()
for round in 1 2 3 4 5; do
  before=$(mktemp)
  sed -i "0,/^  action /s//  \/\/\/ Edited in round $round.\n  action /" "$spec"
  start=$(date +%s%N)
  build
  times+=($((($(date +%s%N) - start) / 1000000)))
  written=$(find "$out" -name '*.rs' -newer "$before" -printf '%f ')
  echo "round $round: ${times[-1]} ms; written again: $written"
  rm -f "$before"
done
printf '%s\n' "${times[@]}" | sort -n | sed -n 3p | sed 's/^/median: /; s/$/ ms/'
