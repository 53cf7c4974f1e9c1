"""What can go wrong with a call of the Zabbix API, each as one sentence."""

from collections.abc import Collection

import requests
from pyzabbix.api import ZabbixAPIException
from urllib3.exceptions import LocationParseError

from multipath.errors import (
    ZabbixError,
    ZabbixLoginError,
    ZabbixRefusedError,
    ZabbixUnreachableError,
)

CONNECT_S, ANSWER_S = 10, 120

_IS_IT = "is it the address of a Zabbix frontend?"
_LONGEST = 600

_HTTP = {
    401: "its web server wants a login of its own",
    403: "its web server forbids it",
    404: _IS_IT,
    405: _IS_IT,
    413: "the request is larger than its web server takes (client_max_body_size, post_max_size)",
    429: "it gets too many requests; try again later",
    502: "nothing answers behind its web server; try again later",
    503: "it is not available now; try again later",
    504: "what is behind its web server takes too long (max_execution_time?)",
}
_SERVER_TROUBLE = "it is in trouble: its web server's log says why (memory_limit?)"
_FIRST_SERVER_ERROR = 500

_CONNECTION = {
    "Connection refused": "nothing listens there (connection refused)",
    "Name or service not known": "there is no host of that name",
    "Temporary failure in name resolution": "the name cannot be resolved now",
    "No address associated with hostname": "there is no host of that name",
    "No route to host": "there is no route to it",
    "Network is unreachable": "the network is unreachable",
    "Connection reset": "it broke the connection off",
    "RemoteDisconnected": "it broke the connection off",
    "Connection aborted": "it broke the connection off",
    "WRONG_VERSION_NUMBER": "it speaks no TLS; is it http:// instead of https://?",
    "Cannot connect to proxy": "the HTTP proxy of the environment does not answer",
}
_SESSION_ENDED = ("not authori", "session terminated", "re-login", "api token expired")
_NO_RIGHTS = "no permissions"
_UNKNOWN_METHOD = ('incorrect api "', 'incorrect method "')
_DATABASE = ("sql statement execution has failed", "database error", "error connecting to database")


def explain(url: str, method: str, error: Exception, secrets: Collection[str] = ()) -> ZabbixError:
    """Return the error to raise for what a call of ``method`` at ``url`` ended with.

    Args:
        url: the frontend's address.
        method: what was called.
        error: what the call ended with; any but those of requests and of the API itself means
            an answer in no form that the API has.
        secrets: what must not be repeated, whatever the server has put into its answer.
    """
    if isinstance(error, ZabbixAPIException) and error.error is not None:
        text = _one_line(str(error.error.get("data") or error.error.get("message")))
        for secret in secrets:
            text = text.replace(secret, "…")
        return _refused(url, method, text)
    if isinstance(error, LocationParseError):
        error = requests.exceptions.InvalidURL()
    if isinstance(error, requests.RequestException):
        return ZabbixUnreachableError(_unreachable(url, method, error))
    return ZabbixUnreachableError(f"{url} answers, but no Zabbix API does: {_IS_IT}")


def _one_line(text: str) -> str:
    """Return a text of Zabbix's as part of a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _refused(url: str, method: str, text: str) -> ZabbixError:
    said = text.lower()
    if any(phrase in said for phrase in _SESSION_ENDED):
        return ZabbixLoginError(f"Zabbix at {url} refuses the token or session: {text}")
    hint = ""
    if _NO_RIGHTS in said:
        hint = " (which rights are needed, and how to get them: multipath access)"
    elif any(phrase in said for phrase in _UNKNOWN_METHOD):
        hint = " (is this a version of Zabbix that multipath works with?)"
    elif any(phrase in said for phrase in _DATABASE):
        hint = " (its database is in trouble; try again later)"
    return ZabbixRefusedError(f"Zabbix refuses {method}: {text}{hint}")


def _unreachable(url: str, method: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no Zabbix API answers at {url}: no connection within {CONNECT_S} s"
    if isinstance(error, requests.Timeout):
        return f"Zabbix at {url} did not answer {method} within {ANSWER_S} s"
    if isinstance(error, requests.HTTPError):
        status = error.response.status_code
        trouble = _SERVER_TROUBLE if status >= _FIRST_SERVER_ERROR else _IS_IT
        return f"{url} answers HTTP {status}: {_HTTP.get(status, trouble)}"
    if isinstance(error, requests.TooManyRedirects):
        return f"{url} redirects to another address: write that one (open it in a browser to see)"
    if isinstance(error, requests.exceptions.SSLError) and "certificate" in str(error):
        return (
            f"the TLS certificate of {url} is not trusted: add its authority to the system's, "
            "or name its file in REQUESTS_CA_BUNDLE"
        )
    said = next((what for phrase, what in _CONNECTION.items() if phrase in str(error)), None)
    return f"no Zabbix API answers at {url}: {said or type(error).__name__}"
