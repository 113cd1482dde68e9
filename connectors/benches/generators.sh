#!/usr/bin/env bash
# Other generators on the same API descriptions, beside ours, in one run and one table: does each accept the document, does what it emits
# compile, and what does rustc take for that crate alone, dependencies not counted.
#
#   bash connectors/benches/generators.sh DOCUMENT.json …
#
# It installs what it compares into target/generators, once, with cargo and pip as they are set up: oas3-gen 0.29, ploidy 0.15, progenitor 0.15
# (its command, cargo-progenitor), and openapi-generator-cli 7.26 of PyPI, which needs a Java (11 or later) on the PATH. What is not to be had
# is said to be missing, and the rest goes on. ONLY="linchpin ploidy" leaves out the others.
#
# It always ends: each generator and each rustc gets SECONDS_OF_CPU (300) and MEGABYTES (12000) of address space, and each step MINUTES (30) by
# the clock. What takes more is "not finished". Of a crate that does not compile, the table says what rustc took until it gave up.
# A description's webhooks are taken out for a second row of ours, since none of the others makes anything of them.
set -uo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2; }
documents=()
for document in "$@"; do
  [ -r "$document" ] || { echo "$document cannot be read" >&2; exit 2; }
  documents+=("$(realpath "$document")")
done
ours=${CARGO_TARGET_DIR:-$here/target}
work=$ours/generators
tools=$work/tools
mkdir -p "$tools"
export CARGO_INCREMENTAL=0 SECONDS_OF_CPU=${SECONDS_OF_CPU:-300} MEGABYTES=${MEGABYTES:-12000}
minutes=${MINUTES:-30}
unset RUSTFLAGS

# Runs in the place of rustc (cargo's RUSTC_WORKSPACE_WRAPPER): bounds it, and notes CPU seconds and peak megabytes of the crate, which it gives
# to rustc twice: as `cargo check` does, and as cargo asked for. So the dependencies are built once.
wrapper=$work/measured-rustc
cat >"$wrapper" <<'PYTHON'
#!/usr/bin/env python3
import os, resource, subprocess, sys, tempfile
arguments = sys.argv[1:]
name = arguments[arguments.index("--crate-name") + 1] if "--crate-name" in arguments else "___"
def bound():
    seconds, memory = int(os.environ["SECONDS_OF_CPU"]), int(os.environ["MEGABYTES"]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
def run(word, arguments):
    child = subprocess.Popen(arguments, preexec_fn=bound, close_fds=False)
    _, status, used = os.wait4(child.pid, 0)
    ended = os.waitstatus_to_exitcode(status)
    with open(os.environ["GENERATORS_LOG"], "a") as log:
        log.write(f"{word} {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss / 1000:.0f} {ended}\n")
    return ended
if name in ("___", "build_script_build"):
    sys.exit(subprocess.run(arguments, close_fds=False).returncode)
with tempfile.TemporaryDirectory() as folder:
    checked = ["--emit=metadata" if one.startswith("--emit=") else one for one in arguments]
    checked[checked.index("--out-dir") + 1] = folder
    ended = run("check", checked)
# What does not check does not build, at the same cost once more.
if ended == 0:
    ended = run("debug", arguments)
sys.exit(ended if ended >= 0 else 1)
PYTHON
chmod +x "$wrapper"

# install NAME COMMAND…: once; what goes wrong is told where its turn comes.
install() {
  local name=$1
  shift
  wanted "$name" && [ ! -e "$tools/$name.installed" ] || return 0
  echo "installing $name …" >&2
  if CARGO_TARGET_DIR=$work/installing timeout --kill-after=10 "${minutes}m" "$@" >"$tools/$name.log" 2>&1; then touch "$tools/$name.installed"; fi
  rm -rf "$work/installing"
}
wanted() { [ -z "${ONLY:-}" ] || [[ " $ONLY " == *" $1 "* ]]; }
install oas3-gen cargo install --locked --root "$tools" oas3-gen --version ~0.29
install ploidy cargo install --locked --root "$tools" ploidy --version ~0.15
install progenitor cargo install --locked --root "$tools" cargo-progenitor --version ~0.15
install openapi-generator bash -c "python3 -m venv '$tools/python' && '$tools/python/bin/pip' install --quiet 'openapi-generator-cli==7.26.*'"
# Ours is of this very checkout, so it is built each time; what it takes is not what is measured.
echo "building linchpin …" >&2
rm -f "$tools/linchpin.installed"
(cd "$here" && CARGO_TARGET_DIR=$ours cargo build -p linchpin-cli) >"$tools/linchpin.log" 2>&1 && touch "$tools/linchpin.installed"
export CARGO_TARGET_DIR=$work/target

# Each writes a crate for a document into a folder.
generate_linchpin() {
  mkdir -p "$2/src" "$2/specs"
  "$ours/debug/linchpin" import "$1" -o "$2/specs/described" --name described --force || return
  printf '[package]\nname = "described"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\nlinchpin-runtime = { path = "%s" }\n\n[build-dependencies]\nlinchpin-compiler = { path = "%s" }\n' \
    "$here/runtime" "$here/compiler" >"$2/Cargo.toml"
  cp "$here/Cargo.lock" "$2/Cargo.lock"
  echo 'fn main() { linchpin_compiler::Build::new().specs("specs").run() }' >"$2/build.rs"
  echo 'linchpin_runtime::connector!("described");' >"$2/src/lib.rs"
}
# The same, of the document without its webhooks.
generate_linchpin_operations() {
  python3 -c '
import json, sys
document = json.load(open(sys.argv[1]))
for name in ("webhooks", "x-webhooks"): document.pop(name, None)
json.dump(document, open(sys.argv[2], "w"))' "$1" "$2/operations.json" && generate_linchpin "$2/operations.json" "$2"
}
generate_oas3_gen() { "$tools/bin/oas3-gen" generate client-mod --input "$1" --output "$2/src" && oas3_gen_manifest "$2"; }
oas3_gen_manifest() {
  [ -e "$1/src/lib.rs" ] || mv "$1/src/mod.rs" "$1/src/lib.rs" || return
  cat >"$1/Cargo.toml" <<'TOML'
[package]
name = "described"
version = "0.0.0"
edition = "2024"

[dependencies]
anyhow = "1"
better_default = "1"
bytes = "1"
chrono = { version = "0.4", features = ["serde"] }
eventsource-stream = "0.2"
futures = "0.3"
http = "1"
indexmap = { version = "2", features = ["serde"] }
oas3-gen-support = "~0.29"
percent-encoding = "2"
regex = "1"
reqwest = { version = "0.13", features = ["form", "json", "multipart", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_html_form = "0.2"
serde_json = "1"
serde_plain = "1"
serde_with = { version = "3", features = ["chrono_0_4", "indexmap_2"] }
tokio = { version = "1", features = ["full"] }
url = { version = "2", features = ["serde"] }
uuid = { version = "1", features = ["serde"] }
validator = { version = "0.20", features = ["derive", "indexmap"] }
TOML
}
generate_ploidy() { "$tools/bin/ploidy" generate rust --name described --output "$2" "$1"; }
generate_progenitor() { "$tools/bin/cargo-progenitor" progenitor --input "$1" --output "$2" --name described --version 0.0.0; }
generate_openapi_generator() {
  command -v java >/dev/null || { echo "error: there is no java" >&2; return 1; }
  "$tools/python/bin/openapi-generator-cli" generate -g rust -i "$1" -o "$2" --skip-validate-spec \
    --additional-properties=packageName=described,packageVersion=0.0.0
}
export -f generate_linchpin generate_linchpin_operations generate_oas3_gen oas3_gen_manifest generate_ploidy generate_progenitor generate_openapi_generator
export tools here ours

# What a generator makes of a document, within bounds; false when it makes nothing.
generated() {
  local function=generate_${1//-/_} document=$2 folder=$3
  rm -rf "$folder" "$folder".*.log "$folder.costs"
  mkdir -p "$folder"
  (
    ulimit -t "$SECONDS_OF_CPU" -v "$((MEGABYTES * 1000))"
    exec timeout --kill-after=10 "${minutes}m" bash -c "$function \"\$@\"" "$function" "$document" "$folder"
  ) >"$folder.generate.log" 2>&1 || return
  # No workspace around it is meant.
  grep -q '^\[workspace\]' "$folder/Cargo.toml" || printf '\n[workspace]\n' >>"$folder/Cargo.toml"
}

# Why it makes nothing, in a few words.
why_not() {
  local said
  said=$(grep -v '^[[:space:]]*$' "$1" | grep -im 1 'error\|panicked\|exception\|invalid\|unsupported' || tail -n 1 "$1")
  printf '%s' "${said//|//}" | tr -d '\033' | cut -c 1-100
}

# Builds a crate; what it took is noted beside its folder.
build() {
  rm -f "$1.costs"
  (
    cd "$1" || exit
    # The library alone; what a generator adds for tests and examples is not asked for.
    GENERATORS_LOG=$1.costs RUSTC_WORKSPACE_WRAPPER=$wrapper exec timeout --kill-after=10 "${minutes}m" cargo build --lib --message-format short
  ) >"$1.build.log" 2>&1
}

# noted FOLDER check|debug: "good SECONDS MEGABYTES ERRORS", with "wrong", "unfinished" or "nothing" instead of "good".
noted() {
  local cpu memory ended
  if ! read -r _ cpu memory ended < <(grep "^$2 " "$1.costs" 2>/dev/null); then
    echo "nothing - - -"
  elif [ "$ended" -lt 0 ] || grep -q 'memory allocation of\|out of memory' "$1.build.log"; then
    echo "unfinished $cpu $memory -"
  elif [ "$ended" -ne 0 ]; then
    echo "wrong $cpu $memory $(grep -c ': error' "$1.build.log")"
  else
    echo "good $cpu $memory 0"
  fi
}

times() { if [ "$1" = - ] || [ "$2" = - ]; then echo –; else awk "BEGIN { printf \"%.1f×\", $1 / $2 }"; fi; }
# cost SECONDS MEGABYTES
cost() { if [ "$1" = - ]; then echo –; else echo "$1 s, $2 MB"; fi; }
row() { local IFS='|'; echo "|$*|" | sed 's/|/ | /g; s/^ //; s/ $//'; }

# What a crate takes as a row; sets our own figures where it is ours.
measured() {
  local generator=$1 name=$2 folder=$3 check debug compiles
  build "$folder"
  read -ra check < <(noted "$folder" check)
  read -ra debug < <(noted "$folder" debug)
  compiles=${check[0]}
  [ "$compiles" != good ] || compiles=${debug[0]}
  # Of ours the last counts: the part that the others make as well, where there is more.
  case $generator in linchpin*) our_check=${check[1]} our_debug=${debug[1]} ;; esac
  case $compiles in
    good) compiles=yes ;;
    wrong) compiles="no: ${check[3]} errors" ;;
    unfinished) compiles="not finished" ;;
    nothing) compiles="its dependencies do not" ;;
  esac
  row "$name" "$generator" yes "$compiles" "$(cost "${check[1]}" "${check[2]}")" "$(times "${check[1]}" "$our_check")" \
    "$(cost "${debug[1]}" "${debug[2]}")" "$(times "${debug[1]}" "$our_debug")"
}

echo '| document | generator | accepts it | compiles | check | to ours | debug | to ours |'
echo '|---|---|---|---|---|---|---|---|'
for document in "${documents[@]}"; do
  name=$(basename "$document" .json)
  our_check=- our_debug=-
  generators=(linchpin)
  grep -q '"\(x-\)\?webhooks":' "$document" && generators+=(linchpin-operations)
  for generator in oas3-gen ploidy progenitor openapi-generator; do wanted "$generator" && generators+=("$generator"); done
  for generator in "${generators[@]}"; do
    folder=$work/crates/$name/$generator
    if [ ! -e "$tools/${generator%-operations}.installed" ]; then
      row "$name" "$generator" "not installed, see $tools/$generator.log" – – – – –
    elif generated "$generator" "$document" "$folder"; then
      measured "$generator" "$name" "$folder"
    else
      row "$name" "$generator" "no: $(why_not "$folder.generate.log")" – – – – –
    fi
  done
done
