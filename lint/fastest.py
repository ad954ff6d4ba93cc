"""The code of an expression with which ``re`` finds its matches fastest.

A code begins with what is known of all matches. Where they can begin with few characters only, ``re`` runs over all
others, but it sees that in the simplest expressions alone; so it is told.
"""

from __future__ import annotations

from importlib import import_module
from re import ASCII, IGNORECASE, LOCALE
from typing import Any, TypeAlias

from .alternatives import grouped, members
from .letter_case import same_letter
from .starts import first_characters

__all__ = ["fastest"]

_Member: TypeAlias = tuple[Any, Any]


def fastest(parsed: Any, flags: int) -> list[int]:
    """The code of what the parser of ``re`` makes of a pattern."""
    compiler: Any = import_module("re._compiler")
    constants: Any = import_module("re._constants")
    code: list[int] = []
    first = [] if flags & LOCALE else first_characters(parsed)
    if first:
        low, high = parsed.getwidth()
        code.extend((constants.INFO, 0, constants.SRE_INFO_CHARSET, low, min(high, constants.MAXREPEAT)))
        compiler._compile_charset(_all_cases(first, flags), flags, code)
        code[1] = len(code) - 1
    else:
        compiler._compile_info(code, parsed, flags)
    compiler._compile(code, grouped(parsed, flags).data, flags)
    code.append(constants.SUCCESS)
    return code


def _all_cases(first: list[_Member], flags: int) -> list[_Member]:
    """The members of a class with those that are the same where case does not matter."""
    named: set[int] = set()
    others: list[_Member] = []
    for kind, value in first:
        if str(kind) == "CATEGORY":
            others.append((kind, value))
        else:
            named.update([value] if str(kind) == "LITERAL" else range(value[0], value[1] + 1))
    if flags & IGNORECASE:
        named.update([c for one in tuple(named) for c in same_letter(one, bool(flags & ASCII))])
    return [*members(named), *others]
