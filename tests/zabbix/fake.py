"""A server on loopback that answers as a Zabbix API does, or as none should."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

Answer = tuple[int, bytes]
"""A status and a body."""


@dataclass(frozen=True)
class Request:
    """A call as it came in."""

    method: str
    params: Any


@contextmanager
def serving(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """Yield the URL of a server that answers each call."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answer(Request(call["method"], call["params"]))
            self.send_response(status)
            if status in {301, 302, 307, 308}:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()


def result(value: object) -> Answer:
    """Return the answer of a call that went well."""
    return 200, json.dumps({"jsonrpc": "2.0", "result": value, "id": 0}).encode()


def refusal(text: str, code: int = -32602) -> Answer:
    """Return the answer of a call that Zabbix refuses."""
    error = {"code": code, "message": "Invalid params.", "data": text}
    return 200, json.dumps({"jsonrpc": "2.0", "error": error, "id": 0}).encode()
