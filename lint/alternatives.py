"""The alternatives of an expression, in the form in which ``re`` tries them fastest.

The matcher of ``re`` tries one alternative after the other. It passes over one without a trial only where that begins
with a character, and with one that has no other case. So those that begin with one character stand together behind it
here, and where case does not matter that character is written as all that it can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from re import ASCII, IGNORECASE, LOCALE
from typing import Any, TypeAlias

from .letter_case import same_letter

__all__ = ["grouped", "members"]

_Part: TypeAlias = tuple[Any, Any]
"""What the parser of ``re`` makes of a piece of a pattern: its kind and what belongs to it."""


def grouped(parts: Any, flags: int) -> Any:
    """What the parser of ``re`` makes of a pattern, with the same matches and its alternatives together.

    >>> from re import _parser
    >>> [[len(rest) for rest in value[1]] for _, value in grouped(_parser.parse("to|at|tea"), 0)]
    [[2, 2]]
    """
    out = parts[0:0]
    for part in parts:
        out.append(_with_groups(part, flags))
    return out


def _with_groups(part: _Part, flags: int) -> _Part:
    kind, value = part
    match str(kind):
        case "BRANCH":
            return kind, (value[0], _together([grouped(parts, flags) for parts in value[1]], flags))
        case "SUBPATTERN":
            return kind, (*value[:3], grouped(value[3], (flags | value[1]) & ~value[2]))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return kind, (*value[:2], grouped(value[2], flags))
        case "ASSERT" | "ASSERT_NOT":
            return kind, (value[0], grouped(value[1], flags))
        case "ATOMIC_GROUP":
            return kind, grouped(value, flags)
    return part


def _together(alternatives: Iterable[Any], flags: int) -> list[Any]:
    """The alternatives, those that begin with one character as one.

    None passes another in front of it that could match in the same place.
    """
    groups: list[tuple[frozenset[int], list[Any]]] = []
    for parts in alternatives:
        first = _first(parts, flags)
        for begin, group in reversed(groups):
            if first and begin == first:
                group.append(parts)
                break
            if not (first and begin and first.isdisjoint(begin)):
                groups.append((first, [parts]))
                break
        else:
            groups.append((first, [parts]))
    return [_one(first, group, flags) if first else group[0] for first, group in groups]


def _first(parts: Any, flags: int) -> frozenset[int]:
    """What the first character can be, where few are named one by one."""
    if not len(parts):
        return frozenset()
    kind, value = parts[0]
    if str(kind) == "LITERAL":
        named = [value]
    elif str(kind) == "IN" and all(str(member) == "LITERAL" for member, _ in value):
        named = [character for _, character in value]
    else:
        return frozenset()
    if not flags & IGNORECASE:
        return frozenset(named)
    if flags & LOCALE:
        return frozenset()
    return frozenset().union(*(same_letter(c, bool(flags & ASCII)) for c in named))


def _one(first: frozenset[int], alternatives: list[Any], flags: int) -> Any:
    """One alternative for those that begin with the characters ``first``."""
    parser: Any = import_module("re._parser")
    out = alternatives[0][0:0]
    if len(first) == 1:
        out.append((parser.LITERAL, *first))
    else:
        as_written = out[0:0]
        as_written.append((parser.IN, members(first)))
        out.append((parser.SUBPATTERN, (None, 0, flags & IGNORECASE, as_written)))
    rests = [parts[1:] for parts in alternatives]
    if len(rests) > 1:
        rests = _together(rests, flags)
    for part in rests[0] if len(rests) == 1 else [(parser.BRANCH, (None, rests))]:
        out.append(part)
    return out


def members(characters: Iterable[int]) -> list[_Part]:
    """The members of a class of just these characters, small where ``re`` would make a table of all Unicode."""
    constants: Any = import_module("re._constants")
    narrow = sorted(c for c in characters if c < 256)
    wide = sorted(c for c in characters if c >= 256)
    if len(narrow) <= 2 and not wide:
        return [(constants.LITERAL, c) for c in narrow]
    table = bytearray(256)
    for c in narrow:
        table[c] = 1
    bits = import_module("re._compiler")._mk_bitmap(table)
    return [(constants.CHARSET, bits), *((constants.LITERAL, c) for c in wide)]
