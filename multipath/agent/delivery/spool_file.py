"""The spool's file: values on disk until they are acknowledged, in an SQLite database.

A *run* is one process of the agent, with the session that its values are delivered under. A value
keeps its run and number for ever, so that a server which has it recognises it, also when a later
process offers it again. Oldest first is the order of runs and numbers.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from multipath.agent.items.value import Batch, Value

_VERSION = 1
_SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE run (id INTEGER PRIMARY KEY, session TEXT NOT NULL UNIQUE);
CREATE TABLE value (
    run INTEGER NOT NULL, number INTEGER NOT NULL, itemid INTEGER NOT NULL, text TEXT NOT NULL,
    clock_s INTEGER NOT NULL, ns INTEGER NOT NULL, unsupported INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, content NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
# Written by one process only. A commit survives the death of the process; the last ones may be
# undone by a power cut, which breaks nothing: their numbers are never given again.
_SETTINGS = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 4194304;
"""
_DROP = """
DELETE FROM value WHERE clock_s < ? AND (run, number) IN
    (SELECT run, number FROM value ORDER BY run, number LIMIT ?)
"""
_DROPPED_AT_ONCE = 1000
_FREE_PAGES = 2048
_EVER_S = 1 << 62

_columns = attrgetter("itemid", "text", "clock_s", "ns", "unsupported")


class SpoolFile:
    """An open spool.

    Args:
        path: the file, made if there is none; ``:memory:`` is one that is never on disk.
        session: the session of this process.

    Raises:
        sqlite3.Error: here and in every method: the file cannot be used, or is broken.
    """

    def __init__(self, path: str, session: str) -> None:
        self._session = session
        self._database = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )
        # A damaged character costs itself, not all that waits.
        self._database.text_factory = lambda text: text.decode(errors="replace")
        try:
            self._prepare()
            (self.depth,) = self._row("SELECT count(*) FROM value")
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def write(
        self,
        values: Iterable[tuple[int, Value]],
        acknowledged: Mapping[str, int],
        facts: Mapping[str, str | int],
    ) -> None:
        """In one transaction: add values, remove the acknowledged ones, note facts.

        Args:
            values: with their numbers in this run.
            acknowledged: session → the last number that the server has of it.
            facts: by name.
        """
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            removed = self._remove(acknowledged)
            database.execute("INSERT OR IGNORE INTO run (session) VALUES (?)", (self._session,))
            (run,) = self._row("SELECT id FROM run WHERE session = ?", self._session)
            added = database.executemany(
                "INSERT INTO value VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((run, number, *_columns(value)) for number, value in values),
            ).rowcount
            database.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", facts.items())
            database.execute("COMMIT")
            self.depth += max(0, added) - removed
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def oldest(self, limit: int, acknowledged: Mapping[str, int]) -> Batch | None:
        """Return the oldest values that are not acknowledged; None when there are none."""
        for run, session in self._database.execute("SELECT id, session FROM run ORDER BY id"):
            rows = self._database.execute(
                "SELECT number, itemid, text, clock_s, ns, unsupported FROM value"
                " WHERE run = ? AND number > ? ORDER BY number LIMIT ?",
                (run, acknowledged.get(session, 0), limit),
            ).fetchall()
            if rows:
                return Batch(session, [(number, _value(*rest)) for number, *rest in rows])
        return None

    def oldest_clock_s(self) -> int | None:
        """Return the time of the oldest value, None when there is none."""
        row = self._database.execute(
            "SELECT clock_s FROM value ORDER BY run, number LIMIT 1"
        ).fetchone()
        clock_s = row[0] if row else None
        if not isinstance(clock_s, int | None):
            raise sqlite3.DatabaseError("a value is of a wrong type")
        return clock_s

    def trim(self, max_bytes: int, from_clock_s: int) -> int:
        """Drop the oldest values where they are too much or too old; return how many."""
        dropped = self._database.execute(_DROP, (from_clock_s, _DROPPED_AT_ONCE)).rowcount
        while self._used_bytes() > max_bytes:
            more = self._database.execute(_DROP, (_EVER_S, _DROPPED_AT_ONCE)).rowcount
            dropped += more
            if not more:
                break
        self.depth -= dropped
        if self._number("freelist_count") > _FREE_PAGES:
            self._database.execute(f"PRAGMA incremental_vacuum({_FREE_PAGES})").fetchall()
        return dropped

    def fact(self, name: str) -> str | int | None:
        """Return what was noted under a name."""
        row = self._database.execute("SELECT content FROM fact WHERE name = ?", (name,)).fetchone()
        content = row[0] if row else None
        if not isinstance(content, str | int | None):
            raise sqlite3.DatabaseError(f"the fact {name} is of a wrong type")
        return content

    def _prepare(self) -> None:
        self._database.executescript(_SETTINGS)
        version = self._number("user_version")
        if version == 0 and self._row("SELECT count(*) FROM sqlite_master") == (0,):
            self._database.executescript(_SCHEMA)
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"it is of version {version}, not {_VERSION}")
        (verdict,) = self._row("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise sqlite3.DatabaseError(str(verdict))

    def _remove(self, acknowledged: Mapping[str, int]) -> int:
        removed = self._database.executemany(
            "DELETE FROM value WHERE run = (SELECT id FROM run WHERE session = ?) AND number <= ?",
            acknowledged.items(),
        ).rowcount
        self._database.execute(
            "DELETE FROM run WHERE session <> ?"
            " AND NOT EXISTS (SELECT 1 FROM value WHERE value.run = run.id)",
            (self._session,),
        )
        return max(0, removed)

    def _used_bytes(self) -> int:
        pages = self._number("page_count") - self._number("freelist_count")
        return pages * self._number("page_size")

    def _number(self, pragma: str) -> int:
        return int(self._row(f"PRAGMA {pragma}")[0])

    def _row(self, sql: str, *parameters: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._database.execute(sql, parameters).fetchone()
        return row


def _value(itemid: object, text: object, clock_s: object, ns: object, unsupported: object) -> Value:
    """Return a value as it was stored; what else a file may hold is no value."""
    if (
        isinstance(itemid, int)
        and isinstance(text, str)
        and isinstance(clock_s, int)
        and isinstance(ns, int)
    ):
        return Value(itemid, text, clock_s, ns, bool(unsupported))
    raise sqlite3.DatabaseError("a value is of a wrong type")
