#!/usr/bin/env bash
# Other generators on the same API descriptions, beside ours, in one run: does each accept the document, does what it emits compile, and
# what does rustc take for that crate alone, dependencies not counted.
#
#   bash connectors/benches/generators.sh DOCUMENT.json …
#
# It installs what it compares into target/generators, once, with cargo and pip as they are set up: oas3-gen 0.29, ploidy 0.15, progenitor 0.15
# (its command, cargo-progenitor), and openapi-generator-cli 7.26 of PyPI, which needs a Java (11 or later) on the PATH. What is not to be had is
# said to be missing, and the rest goes on. SECONDS_OF_CPU (300) and MEGABYTES (12000) bound each rustc: what takes more is "not finished".
set -uo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
documents=()
for document in "$@"; do documents+=("$(realpath "$document")"); done
work=${CARGO_TARGET_DIR:-$here/target}/generators
tools=$work/tools
mkdir -p "$tools"
export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0 SECONDS_OF_CPU=${SECONDS_OF_CPU:-300} MEGABYTES=${MEGABYTES:-12000}
unset RUSTFLAGS

# Runs in the place of rustc (cargo's RUSTC_WORKSPACE_WRAPPER): bounds it, and notes the crate's CPU seconds and peak megabytes.
wrapper=$work/measured-rustc
cat >"$wrapper" <<'PYTHON'
#!/usr/bin/env python3
import os, resource, subprocess, sys
arguments = sys.argv[1:]
name = arguments[arguments.index("--crate-name") + 1] if "--crate-name" in arguments else "___"
def bound():
    seconds, memory = int(os.environ["SECONDS_OF_CPU"]), int(os.environ["MEGABYTES"]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
ended = subprocess.run(arguments, preexec_fn=bound).returncode
if name not in ("___", "build_script_build"):
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    with open(os.environ["GENERATORS_LOG"], "a") as log:
        log.write(f"{name} {cpu:.2f} {used.ru_maxrss / 1000:.0f} {ended}\n")
sys.exit(ended if ended >= 0 else 1)
PYTHON
chmod +x "$wrapper"

# install NAME COMMAND…: once; what goes wrong is told where its turn comes.
install() {
  local name=$1
  shift
  [ -e "$tools/$name.installed" ] && return
  echo "installing $name …" >&2
  if "$@" >"$tools/$name.log" 2>&1; then touch "$tools/$name.installed"; fi
}
install oas3-gen cargo install --quiet --locked --root "$tools" oas3-gen --version ~0.29
install ploidy cargo install --quiet --locked --root "$tools" ploidy --version ~0.15
install progenitor cargo install --quiet --locked --root "$tools" cargo-progenitor --version ~0.15
install openapi-generator bash -c "python3 -m venv '$tools/python' && '$tools/python/bin/pip' install --quiet 'openapi-generator-cli==7.26.*'"
install linchpin cargo install --quiet --locked --root "$tools" --path "$here/cli"

# Each writes a crate for a document into a folder.
generate_linchpin() {
  mkdir -p "$2/src" "$2/specs"
  "$tools/bin/linchpin" import "$1" -o "$2/specs/described" --name described --force || return
  printf '[package]\nname = "described"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\nlinchpin-runtime = { path = "%s" }\n\n[build-dependencies]\nlinchpin-compiler = { path = "%s" }\n' \
    "$here/runtime" "$here/compiler" >"$2/Cargo.toml"
  echo 'fn main() { linchpin_compiler::Build::new().specs("specs").run() }' >"$2/build.rs"
  echo 'linchpin_runtime::connector!("described");' >"$2/src/lib.rs"
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
generate_ploidy() { "$tools/bin/ploidy" codegen "$1" "$2" rust --name described; }
generate_progenitor() { "$tools/bin/cargo-progenitor" progenitor --input "$1" --output "$2" --name described --version 0.0.0; }
generate_openapi_generator() {
  command -v java >/dev/null || { echo "there is no java" >&2; return 1; }
  "$tools/python/bin/openapi-generator-cli" generate -g rust -i "$1" -o "$2" --skip-validate-spec \
    --additional-properties=packageName=described,packageVersion=0.0.0
}

# How rustc did: "1.23 s 456 MB", "12 errors", "not finished".
built() {
  local folder=$1 said log cpu memory ended
  shift
  said=$folder.cargo.log log=$folder.costs.log
  rm -f "$log"
  (cd "$folder" && GENERATORS_LOG=$log RUSTC_WORKSPACE_WRAPPER=$wrapper cargo "$@" --lib --message-format short) >"$said" 2>&1
  if ! read -r _ cpu memory ended < <(tail -n 1 "$log" 2>/dev/null); then
    echo "dependencies fail"
  elif [ "$ended" -lt 0 ] || grep -q 'memory allocation of\|LLVM ERROR: out of memory' "$said"; then
    echo "not finished (${cpu} s, ${memory} MB)"
  elif [ "$ended" -ne 0 ]; then
    echo "$(grep -c ': error' "$said") errors"
  else
    echo "${cpu} s ${memory} MB"
  fi
}

for document in "${documents[@]}"; do
  name=$(basename "$document" .json)
  printf '\n%s (%s kB)\n' "$name" "$(($(stat -c %s "$document") / 1000))"
  printf '%-20s %-24s %-28s %-28s\n' generator accepted check debug
  for generator in linchpin oas3-gen ploidy progenitor openapi-generator; do
    if [ ! -e "$tools/$generator.installed" ]; then
      printf '%-20s could not be installed (%s)\n' "$generator" "$tools/$generator.log"
      continue
    fi
    folder=$work/crates/$name/$generator
    rm -rf "$folder" "$folder".*.log
    mkdir -p "$folder"
    if ! (ulimit -t "$SECONDS_OF_CPU" && "generate_${generator//-/_}" "$document" "$folder") >"$folder.generate.log" 2>&1; then
      why=$(grep -v '^\s*$' "$folder.generate.log" | grep -im 1 'error\|panicked\|exception\|invalid\|no java' | cut -c 1-100)
      printf '%-20s no: %s\n' "$generator" "${why:-$(tail -n 1 "$folder.generate.log" | cut -c 1-100)}"
      continue
    fi
    # No workspace around it is meant.
    grep -q '^\[workspace\]' "$folder/Cargo.toml" || printf '\n[workspace]\n' >>"$folder/Cargo.toml"
    printf '%-20s %-24s %-28s %-28s\n' "$generator" yes "$(built "$folder" check)" "$(built "$folder" build)"
  done
done
