"""One SQLite file, opened safely: schema, transactions, clear errors. Only this file knows sqlite3."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from store.errors import StoreError, StoreUnwritable

SCHEMA_VERSION = 1
_ADDED = (
    "conversations.sql",
    "copies.sql",
)  # tables that came later and change none: they need no version of their own
_FULL_TEXT = ("chunks_fts", "articles_fts")
# What filters look at, outside of the rows with their long texts. Folders of earlier versions get these as well.
_FILTERED = ("source", "agency", "language", "published, published_precision, id")
_MANY = 500  # values in one statement; SQLite's own limit on variables is 32,766


class Database:
    """One connection, shared by the threads of a process behind a lock; every write is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises StoreUnwritable or StoreError with the remedy."""
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise _unopened(path, error) from error
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
            self._migrate()
        except BaseException as error:
            self._db.close()
            if isinstance(error, sqlite3.DatabaseError):
                raise _unopened(path, error) from error
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together, or none. Raises StoreUnwritable when the disk will not take them."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise _unwritable(error) from error
                raise

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Several reads that belong together: no other thread writes meanwhile."""
        with self._lock:
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read meanwhile is of one state, whatever other processes write; nothing may be written inside."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """The lock, and StoreError with the remedy if SQLite finds its file damaged meanwhile."""
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise StoreError(
                        f"clipdesk.sqlite3 in the data folder is damaged ({error}): bring it back from a backup, or "
                        "delete the data folder and ingest the saved pages again"
                    ) from error
                raise

    def run(self, sql: str, *values: Any) -> int:
        """Run one statement; returns the rowid of what it inserted."""
        with self._sound():
            return self._db.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._sound():
            self._db.executemany(sql, rows)

    def row(self, sql: str, *values: Any) -> Any:
        with self._sound():
            return self._db.execute(sql, values).fetchone()

    def rows(self, sql: str, *values: Any) -> list[Any]:
        with self._sound():
            return self._db.execute(sql, values).fetchall()

    def rows_in(self, sql: str, values: Iterable[Any]) -> Iterator[Any]:
        """The rows of a statement that ends in IN, for any number of values."""
        wanted = list(values)
        for at in range(0, len(wanted), _MANY):
            some = wanted[at : at + _MANY]
            yield from self.rows(f"{sql} ({', '.join('?' * len(some))})", *some)

    def meta(self, key: str) -> str | None:
        """A setting of the store itself."""
        found = self.row("SELECT value FROM meta WHERE key = ?", key)
        return None if found is None else str(found[0])

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self.transaction():
            self.run_many("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def problems(self) -> list[str]:
        """What SQLite finds wrong with its own file and with the full-text index; nothing if all is well."""
        with self._lock:
            try:
                found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
                found += [f"row of {row[0]} without its {row[2]}" for row in self.rows("PRAGMA foreign_key_check")]
                for table in _FULL_TEXT:
                    self._db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
            except (sqlite3.DatabaseError, StoreError) as error:
                return [str(error)]
        return found

    def scrub(self) -> None:
        """Leave no trace of deleted rows: not in the file, not in the full-text index, not in the write-ahead log.

        Raises StoreUnwritable when the disk will not take it.
        """
        with self._lock:
            try:
                for table in _FULL_TEXT:
                    self.run(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # deleted terms stay in its segments
                self.run("PRAGMA incremental_vacuum")
                self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError as error:
                raise _unwritable(error) from error

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            schema = files("store").joinpath("schema.sql").read_text("utf-8")
            self._db.executescript(f"BEGIN; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"the data folder was written by another version of Clipdesk (schema {version}, this one reads "
                f"{SCHEMA_VERSION}): use that version, or ingest the pages again into a new folder"
            )
        for name in _ADDED:
            self._db.executescript(f"BEGIN; {files('store').joinpath(name).read_text('utf-8')} COMMIT;")
        for columns in _FILTERED:
            name = f"articles_by_{columns.split(',')[0]}"
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON articles ({columns})")


def _unopened(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    if isinstance(error, sqlite3.OperationalError):
        return StoreUnwritable(f"cannot open {path} ({error}): make the data folder writable")
    return StoreError(f"{path} is not a Clipdesk store ({error}): move it away and ingest the pages again")


def _unwritable(error: sqlite3.OperationalError) -> StoreUnwritable:
    return StoreUnwritable(f"cannot write to the data folder ({error}): check its free space and its permissions")
