"""The one question that a lab asks of its Zabbix API: are you there?"""

import json
import urllib.request

_ANSWER_S = 10.0
_QUESTION = {"jsonrpc": "2.0", "method": "apiinfo.version", "params": {}, "id": 1}


def api_version(url: str) -> str | None:
    """Return the version of the Zabbix whose frontend is at a URL, None if it does not answer."""
    request = urllib.request.Request(  # noqa: S310 - the URL is the lab's own, http on loopback
        f"{url}/api_jsonrpc.php",
        data=json.dumps(_QUESTION).encode(),
        headers={"Content-Type": "application/json-rpc"},
    )
    # No proxy of the environment: the lab is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_ANSWER_S) as answer:
            version = json.load(answer)["result"]
    except (OSError, ValueError, KeyError):
        return None
    return str(version)
