"""Records of the linter: data classes that cost little to define.

``dataclass(frozen=True)`` compiles six methods for each class, half a millisecond; a linter that starts anew for every
page has a hundred of them. A record compiles its ``__init__`` and shares the rest. That nobody changes one is
checked by mypy and not at run time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

__all__ = ["replace", "struct"]

T = TypeVar("T")


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    key = self.__record_key__
    return key(self) == key(other)


def _hash(self: Any) -> int:
    return hash(self.__record_key__(self))


def _shown(self: Any) -> str:
    parts = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _nothing(self: Any) -> tuple[()]:
    return ()


def _struct(cls: type[T], *, kw_only: bool, slots: bool) -> type[T]:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # else dataclass() reads a signature to make one, which takes a millisecond
    made: Any = dataclasses.dataclass(eq=False, repr=False, kw_only=kw_only, slots=slots)(cls)
    names = [f.name for f in dataclasses.fields(made)]
    made.__record_names__ = tuple(names)
    made.__record_key__ = staticmethod(attrgetter(*names) if names else _nothing)
    for name, method in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _shown)):
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


@overload
def struct(cls: type[T], /) -> type[T]: ...


@overload
def struct(*, kw_only: bool = False, slots: bool = True) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field, dataclasses.Field))
def struct(cls: type[T] | None = None, /, *, kw_only: bool = False, slots: bool = True) -> Any:
    """A class of named values that are equal if all of them are; for mypy its instances are frozen.

    ``slots=False`` leaves room for cached properties. :func:`dataclasses.field` and :func:`dataclasses.fields` work.

    >>> @struct
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(1, 0), len({Point(1), Point(1)})
    (Point(x=1, y=0), True, 1)
    """
    if cls is None:
        return lambda cls: _struct(cls, kw_only=kw_only, slots=slots)
    return _struct(cls, kw_only=False, slots=True)


def replace(record: T, /, **changes: Any) -> T:
    """A copy with some values changed; a name that it does not have is a :class:`TypeError`.

    >>> @struct
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> replace(Point(1), y=2)
    Point(x=1, y=2)
    """
    names: tuple[str, ...] = record.__record_names__  # type: ignore[attr-defined]
    return type(record)(**{name: getattr(record, name) for name in names} | changes)
