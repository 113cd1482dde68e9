#!/usr/bin/env python3
"""Records per CPU second of other readers of paged APIs, beside ours: 200 cursor pages of 1,000 records from the server of the bench `calls`.

    python3 runtime/benches/readers.py

Installs dlt and the Airbyte CDK into target/readers, once. Each reader runs in a process of its own, three times in turn; CPU is that of the
process from its first request to its last record, user and system, without what it takes to be loaded. Ours is the bench's own measurement.
"""

import json
import logging
import os
import resource
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VENV = os.path.join(ROOT, "target", "readers")
PACKAGES = ["dlt==1.31.0", "airbyte-cdk==7.39.1"]
RECORDS = 200_000
RUNS = 3


def with_dlt(url):
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    paginator = JSONResponseCursorPaginator(cursor_path="meta.next", cursor_param="cursor")
    client = RESTClient(base_url=url, auth=BearerTokenAuth("k-1"), paginator=paginator, data_selector="data")
    return lambda: sum(len(page) for page in client.paginate("/v1/projects", params={"limit": 1000}))


def with_airbyte(url):
    from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type
    from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

    schema = {"type": "object", "additionalProperties": True, "properties": {}}
    manifest = {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["projects"]},
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
        "streams": [{
            "type": "DeclarativeStream",
            "name": "projects",
            "schema_loader": {"type": "InlineSchemaLoader", "schema": schema},
            "retriever": {
                "type": "SimpleRetriever",
                "requester": {
                    "type": "HttpRequester",
                    "url_base": url,
                    "path": "/v1/projects",
                    "http_method": "GET",
                    "authenticator": {"type": "BearerAuthenticator", "api_token": "k-1"},
                    "request_parameters": {"limit": "1000"},
                },
                "record_selector": {"type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": ["data"]}},
                "paginator": {
                    "type": "DefaultPaginator",
                    "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "cursor"},
                    "pagination_strategy": {
                        "type": "CursorPagination",
                        "cursor_value": "{{ response['meta']['next'] }}",
                        "stop_condition": "{{ not response['meta'].get('next') }}",
                    },
                },
            },
        }],
    }
    stream = {"name": "projects", "json_schema": schema, "supported_sync_modes": ["full_refresh"]}
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}]}
    catalog = ConfiguredAirbyteCatalogSerializer.load(catalog)
    source = ConcurrentDeclarativeSource(catalog=catalog, config={}, state=[], source_config=manifest)
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.ERROR)
    return lambda: sum(message.type == Type.RECORD for message in source.read(logger, {}, catalog, []))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(name, url):
    read = {"dlt": with_dlt, "airbyte": with_airbyte}[name](url)
    before = cpu()
    count = read()
    print(json.dumps([cpu() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, count]))


def bench_program():
    build = ["cargo", "bench", "-p", "linchpin-runtime", "--features", "testing", "--bench", "calls", "--no-run", "--message-format=json"]
    for line in subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "calls":
            return message["executable"]
    sys.exit("cargo built no bench")


def run(command):
    last = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip().splitlines()[-1]
    return json.loads(last) if last.startswith("[") else [float(last.split()[0]), int(last.split()[1]), int(last.split()[-1])]


def main():
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
    program = bench_program()
    server = subprocess.Popen([program, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        commands = {
            "linchpin": [program, "measure", "our pages", url],
            "reqwest + serde": [program, "measure", "plain pages", url],
            "dlt": [python, __file__, "measure", "dlt", url],
            "Airbyte CDK": [python, __file__, "measure", "airbyte", url],
        }
        taken = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                taken[name].append(run(command))
    finally:
        server.kill()
    ours = statistics.median(one[0] for one in taken["linchpin"])
    print(f"{RECORDS} records, median of {RUNS} runs")
    for name, runs in taken.items():
        seconds, peak = statistics.median(one[0] for one in runs), max(one[1] for one in runs)
        if name in ("dlt", "Airbyte CDK") and any(one[2] != RECORDS for one in runs):
            sys.exit(f"{name} read {runs[0][2]} records")
        print(f"  {name:16} {RECORDS / seconds:>12,.0f} records per CPU second  {seconds / ours:>6.1f} times ours  peak {peak // 1024} MB")


if sys.argv[1:2] == ["measure"]:
    measure(sys.argv[2], sys.argv[3])
else:
    main()
