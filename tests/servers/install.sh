#!/bin/sh
# Installs the real servers that the tests run against, in this folder. Run it as often as you like: what is there stays.
# Needs: node and npm, python3 with venv, and for WireMock a Java runtime (17 or later).
set -eu
cd "$(dirname "$0")"

if ! cmp -s package-lock.json node_modules/.installed-from; then
    npm ci --no-audit --no-fund --no-progress
    cp package-lock.json node_modules/.installed-from
fi
node_modules/node/bin/node --version > /dev/null

if ! cmp -s requirements.txt .venv/installed-from; then
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
    cp requirements.txt .venv/installed-from
fi

if ! java -version > /dev/null 2>&1; then
    echo "note: no Java runtime, so the tests against WireMock cannot run" >&2
fi

# From the distribution: these two have no package for npm or pip.
if ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 && ! command -v initdb > /dev/null; then
    echo "note: no PostgreSQL (apt-get install postgresql), so the tests against it cannot run" >&2
fi
if ! command -v redis-server > /dev/null; then
    echo "note: no Redis (apt-get install redis-server), so the tests against it cannot run" >&2
fi
