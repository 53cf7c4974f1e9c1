"""One connection to the Zabbix API: every call, its errors turned into sentences."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import requests
from packaging.version import Version
from pyzabbix.api import ZabbixAPI, ZabbixAPIException

from multipath.errors import ZabbixError, ZabbixLoginError, ZabbixRefusedError
from multipath.zabbix.failures import ANSWER_S, CONNECT_S, explain
from multipath.zabbix.profile import Profile
from multipath.zabbix.versions import DIALECTS, Dialect, Release, dialect_of, dotted

_READS = frozenset({"get", "logout"})
"""What a connection that only reads may call."""

_WRONG_LOGIN = "Incorrect user name"

Params = Mapping[str, Any] | Sequence[Any]


class Client:
    """A logged-in session of the Zabbix API, kept alive over all its calls.

    Args:
        profile: where and as whom to connect.
        writable: whether it may change anything; if not, it refuses every call that would.

    Attributes:
        url: the frontend's URL.
        calls: how often each method was called, logging in aside.
        dialect: how the version of that Zabbix is spoken with; calls are made in 7.0's words.
        release: that version, its major and minor number.

    Raises:
        ZabbixUnreachableError: nothing answers there, or something that is no Zabbix API.
        ZabbixLoginError: Zabbix refuses the user or the token.
        ZabbixError: that Zabbix is too old.
    """

    def __init__(self, profile: Profile, *, writable: bool = False) -> None:
        self.url = profile.url
        self._writable = writable
        self.calls: Counter[str] = Counter()
        self._session = requests.Session()
        self._session.hooks["response"].append(_as_utf8)
        self._session.max_redirects = 0  # a redirected POST comes as a GET, and loses its body
        self._secrets = tuple(filter(None, (profile.token, profile.password)))
        # pyzabbix logs whole calls and answers, with passwords, sessions and tokens in them.
        logging.getLogger("pyzabbix.api").disabled = True
        self._api = ZabbixAPI(
            profile.url, session=self._session, timeout=(CONNECT_S, ANSWER_S), detect_version=False
        )
        self._by_password = profile.token is None
        try:
            self.release = self._read_release()
            self.dialect = self._choose_dialect()
            self._login(profile)
        except BaseException:
            self._session.close()
            raise

    def _read_release(self) -> Release:
        self._api.version = self._guarded("apiinfo.version", self._read_version)
        return self._api.version.major, self._api.version.minor

    def _choose_dialect(self) -> Dialect:
        dialect = dialect_of(self.release)
        if dialect is None:
            raise ZabbixError(
                f"Zabbix at {self.url} is {dotted(self.release)}; "
                f"multipath needs {dotted(DIALECTS[0].since)} or newer"
            )
        return dialect

    def _login(self, profile: Profile) -> None:
        if profile.token is not None:
            if not (profile.token.isascii() and profile.token.isprintable()):
                raise ZabbixLoginError(
                    f"the token for {self.url} has characters that no token has: copy it again"
                )
            self._api.login(api_token=profile.token)
            self._guarded("user.get", lambda: self._api.user.get(output=["userid"], limit=1))
            return
        user, password = profile.user or "", profile.password or ""
        try:
            self._guarded("user.login", lambda: self._api.login(user, password))
        except ZabbixRefusedError as error:
            said = str(error).partition(": ")[2]
            reason = "wrong name or password" if said.startswith(_WRONG_LOGIN) else said
            raise ZabbixLoginError(
                f"Zabbix at {self.url} refuses user {user!r}: {reason}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._by_password:
                self.call("user.logout", [])
        except ZabbixError:
            if error is None:
                raise
        finally:
            self._session.close()

    def get(self, kind: str, **params: Any) -> Any:
        """Read objects: ``get("host", output=["hostid"])``."""
        rows = self.call(f"{kind}.get", params)
        if not isinstance(rows, list | str):  # a text is a count
            raise explain(self.url, f"{kind}.get", TypeError())
        return rows

    def call(self, method: str, params: Params) -> Any:
        """Call a method and return its result.

        Raises:
            ZabbixError: it would change something, and this connection must not.
            ZabbixUnreachableError: the connection broke, or what came back is no answer.
            ZabbixLoginError: the session or the token does not hold (any more).
            ZabbixRefusedError: Zabbix answered with an error.
        """
        if not self._writable and method.partition(".")[2] not in _READS:
            raise ZabbixError(f"{method} would change Zabbix, but this connection only reads")
        self.calls[method] += 1
        kind = method.partition(".")[0]
        sent = self.dialect.sent(kind, params)
        result = self._guarded(method, lambda: self._api.do_request(method, sent)["result"])
        return self.dialect.received(kind, result)

    def _read_version(self) -> Any:
        """Return the version; asking needs no login, and tells whether it is a Zabbix at all."""
        return Version(self._api.api_version())

    def _guarded(self, method: str, request: Callable[[], Any]) -> Any:
        try:
            return request()
        except (OSError, ZabbixAPIException, KeyError, TypeError, ValueError) as error:
            raise explain(self.url, method, error, self._secrets) from error


def _as_utf8(response: requests.Response, *_args: object, **_kwargs: object) -> None:
    """Save requests from guessing the encoding of every answer: JSON is UTF-8 (RFC 8259)."""
    response.encoding = "utf-8"
