"""Which pages of a folder have to be written: those that are new, changed, or to be read in another way than before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from rag.errors import PageError
from rag.ingest.facts import read_sidecar, sidecar_of
from rag.ingest.paths import is_there, shown
from rag.ingest.read import find_pages, read_bytes
from rag.ingest.spread import Spread, read_articles
from rag.types import Failure
from store.records import Article, Page
from store.store import Store

READER = "5"  # raise it when a page may give other articles than before: unchanged files are then read again


@dataclass(frozen=True, slots=True)
class Pending:
    """A page that has to be written, and its articles."""

    page: Page
    articles: tuple[Article, ...]
    before: Page | None


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a page as is written at once; `page` names what it holds once this part is in."""

    pending: Pending
    page: Page
    articles: tuple[Article, ...]


def find_files(paths: Sequence[Path], failed: list[Failure], *, prune: bool) -> Iterator[Path]:
    """The saved pages under the given paths. With `prune` a folder may be empty: its last page was taken out of it."""
    for path in paths:
        try:
            yield from find_pages(path)
        except PageError as error:
            if prune and is_there(path, Path.is_dir):
                continue
            failed.append(Failure(shown(path), str(error)))


def find_gone(store: Store, paths: Sequence[Path]) -> list[str]:
    """Stored pages under the given folders whose files are no longer there; a folder that is gone itself has none."""
    folders = [path.resolve() for path in paths if is_there(path, Path.is_dir)]
    pages = [Path(page) for page in store.truth.pages()]
    return [str(p) for p in pages if any(f in p.parents for f in folders) and not is_there(p)]


Look = Callable[[list[Failure]], "Pending | Page"]


def look(store: Store, path: Path, *, captured: date | None, workers: Spread | None) -> Look:
    """Look at a page, and have it read if it changed.

    The call that it returns gives the page as it is now, or as it is stored if nothing about it changed; it adds what
    was passed over to a list. It raises PageError.
    """
    try:
        data = read_bytes(path)
        beside = sidecar_of(path)
        said = read_bytes(beside) if beside else b""
        bytes_digest = hashlib.blake2b(data + b"\0" + said if beside else data, digest_size=16).hexdigest()
        digest = f"{READER}:{bytes_digest}"
        key = str(path.resolve())
        before = store.truth.page(key)
        if before is not None and before.digest.endswith(f":{bytes_digest}"):
            captured = captured or before.captured  # the same file: what was said of it still holds
            if before.digest == digest and before.captured == captured:
                return lambda failed: before
        sidecar = read_sidecar(beside) if beside else None
    except PageError as error:
        return partial(_raise, error)
    how: dict[str, Any] = {"name": str(path), "sidecar": sidecar, "captured": captured}
    read = workers.read(data, **how) if workers else partial(read_articles, data, **how)

    def result(failed: list[Failure]) -> Pending:
        articles, skipped = read()
        failed.extend(Failure(str(path), reason) for reason in skipped)
        return Pending(Page(key, digest, captured, tuple(a.id for a in articles)), articles, before)

    return result


def _raise(error: PageError, failed: list[Failure]) -> Pending:
    raise error


def parts(pending: Pending, *, size: int) -> Iterator[Part]:
    """A page in parts of about `size` characters. Until the last is in, the page holds its old articles as well."""
    old = pending.before.article_ids if pending.before else ()
    part: list[Article] = []
    for done, article in enumerate(pending.articles, start=1):
        part.append(article)
        if done < len(pending.articles) and sum(len(a.text) for a in part) > size:
            ids = tuple(dict.fromkeys([*old, *(a.id for a in pending.articles[:done])]))
            yield Part(pending, replace(pending.page, digest="", article_ids=ids), tuple(part))
            part = []
    yield Part(pending, pending.page, tuple(part))
