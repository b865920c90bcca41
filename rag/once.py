"""A property that is made once, though several threads ask for it first: two models or two servers would be opened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")


class once(cached_property[T]):  # noqa: N801 - named as the decorator that it is
    """`functools.cached_property` with the lock that it lost in Python 3.12."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        lock = threading.RLock()

        def made(owner: Any) -> T:
            with lock:
                name = self.attrname or ""
                if name not in owner.__dict__:
                    owner.__dict__[name] = make(owner)
                found: T = owner.__dict__[name]
                return found

        super().__init__(made)
        self.__doc__ = make.__doc__
