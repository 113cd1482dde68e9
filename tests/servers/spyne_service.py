"""A service by spyne, which writes its own WSDL and holds every request against its schema (libxml2) before it looks at it.

`/soap11` and `/soap12` are the same service in the two versions. Run it with the port to listen at, on 127.0.0.1.
"""

import decimal
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if sys.version_info >= (3, 12):
    # spyne's copy of six offers its modules in a way that newer Pythons do not look at: here they are given by hand.
    import collections.abc
    import http.cookies
    import importlib.util
    import urllib.error
    import urllib.parse
    import urllib.request

    folder = importlib.util.find_spec("spyne").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("spyne.util.six", f"{folder}/util/six.py")
    six = importlib.util.module_from_spec(spec)
    sys.modules["spyne.util.six"] = six
    spec.loader.exec_module(six)
    for name, module in {
        "": six.moves,
        ".collections_abc": collections.abc,
        ".http_cookies": http.cookies,
        ".urllib": urllib,
        ".urllib.error": urllib.error,
        ".urllib.parse": urllib.parse,
        ".urllib.request": urllib.request,
    }.items():
        sys.modules[f"spyne.util.six.moves{name}"] = module

from spyne import (
    Application,
    Array,
    Boolean,
    ByteArray,
    ComplexModel,
    Date,
    DateTime,
    Decimal,
    Double,
    Enum,
    Fault,
    Integer32,
    Iterable,
    ServiceBase,
    Unicode,
    XmlAttribute,
    rpc,
)
from spyne.protocol.soap import Soap11, Soap12
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "urn:stock"

Grade = Enum("raw", "fine", type_name="Grade")


class Session(ComplexModel):
    __namespace__ = NAMESPACE
    key = Unicode(min_occurs=1)


class Item(ComplexModel):
    __namespace__ = NAMESPACE
    id = XmlAttribute(Integer32, use="required")
    name = Unicode(min_occurs=1)
    price = Decimal(nillable=True, min_occurs=1)
    since = Date
    tags = Array(Unicode)
    grade = Grade
    parts = None  # Items of items; set below, when there is the class.


Item._type_info["parts"] = Array(Item)


class Stock(ServiceBase):
    __in_header__ = Session
    __out_header__ = Session

    @rpc(Item, _returns=Item)
    def echo(ctx, item):
        """Gives back what it gets."""
        if ctx.in_header is not None:
            ctx.out_header = Session(key=ctx.in_header.key + "!")
        return item

    @rpc(Unicode(min_occurs=1, min_len=1, nillable=False), Integer32(ge=1, le=100, default=3), _returns=Iterable(Item))
    def find(ctx, text, most):
        for number in range(most or 3):
            yield Item(id=number, name=f"{text} {number}", price=decimal.Decimal("19.99"), tags=["a", "b"], grade="fine")

    @rpc(ByteArray, Double, Boolean, DateTime, _returns=Unicode)
    def describe(ctx, data, number, flag, at):
        size = sum(len(part) for part in data or [])
        return f"{size} {number} {flag} {at.isoformat() if at else None}"

    @rpc(Unicode, _returns=Unicode, _body_style="bare")
    def shout(ctx, text):
        return text.upper()

    @rpc(Unicode)
    def fail(ctx, how):
        if how == "client":
            raise Fault("Client.Unknown.Item", "there is no such item", detail={"item": {"id": "7", "near": "8"}})
        if how == "huge":
            raise Fault("Client", "x" * 5000, detail={"more": "y" * 300_000})
        if how == "server":
            raise Fault("Server", "the shelves are empty")
        raise RuntimeError(how)


def application(protocol, name):
    return WsgiApplication(
        Application([Stock], NAMESPACE, name=name, in_protocol=protocol(validator="lxml"), out_protocol=protocol())
    )


MOUNTED = {"/soap11": application(Soap11, "Stock"), "/soap12": application(Soap12, "Stock12")}


def dispatch(environ, start_response):
    mounted = MOUNTED.get(environ["PATH_INFO"])
    if mounted is None:
        start_response("404 Not Found", [("content-type", "text/plain")])
        return [b"nothing here"]
    return mounted(environ, start_response)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


make_server("127.0.0.1", int(sys.argv[1]), dispatch, server_class=Server, handler_class=Silent).serve_forever()
