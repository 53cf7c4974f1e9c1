"""Failures that no test can bring about on loopback, as their libraries tell of them."""

import pytest
import requests

from multipath.zabbix.failures import explain

URL = "https://zabbix.example"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (requests.ConnectTimeout(), "no Zabbix API answers at URL: no connection within 10 s"),
        (requests.ReadTimeout(), "Zabbix at URL did not answer host.get within 120 s"),
        (
            requests.ConnectionError("[Errno -2] Name or service not known"),
            "no Zabbix API answers at URL: there is no host of that name",
        ),
        (
            requests.ConnectionError("[Errno 113] No route to host"),
            "no Zabbix API answers at URL: there is no route to it",
        ),
        (
            requests.exceptions.ProxyError("Cannot connect to proxy."),
            "no Zabbix API answers at URL: the HTTP proxy of the environment does not answer",
        ),
        (
            requests.exceptions.SSLError("certificate verify failed: self-signed certificate"),
            "the TLS certificate of URL is not trusted: add its authority to the system's, "
            "or name its file in REQUESTS_CA_BUNDLE",
        ),
        (
            requests.exceptions.ChunkedEncodingError("…"),
            "no Zabbix API answers at URL: ChunkedEncodingError",
        ),
    ],
)
def test_a_failure_is_one_sentence(error: Exception, message: str) -> None:
    assert str(explain(URL, "host.get", error)) == message.replace("URL", URL)
