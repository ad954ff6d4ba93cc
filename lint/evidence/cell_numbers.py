"""The numbers of one cell of a table, and what its header and its row's label make of them."""

from __future__ import annotations

import re
from functools import lru_cache

from leakstats.records import replace

from ..document import Cell
from ..regex import regex
from .grammar import Number, Role, read_numbers

__all__ = ["INTERVAL_HEAD", "LONGEST_RESULT", "is_interval_end", "is_percent", "numbers_of_cell", "without_level"]


LONGEST_RESULT = 80
"""Characters of a cell that states results; a longer one is prose, whose numbers belong to no column."""
_P_HEAD = regex(
    r"^\s*(?:(?:[A-Za-zρ-]+\s+){0,2})p(?:[- ]?val(?:ue)?s?)?\s*(?:\(.*\)|(?:vs\.?|versus|against)\s.*)?\s*$",
    re.IGNORECASE,
)
_N_HEAD = regex(
    r"^\s*(?:[nN]\b|n per |# ?of |number of |trials|completions|samples|answers|"
    r"(?:Trials|Completions|Samples|Answers|Replies|Responses|Generations)(?: (?:per|a|each)\b|\s*$))"
)
_LEVEL = regex(r"\b(?:68|80|9\d)(?:\.\d+)?\s?(?:%|per ?cent\b)")
"""Of an interval; "step 50 %" is a percentage at step 50."""
_PERCENT = regex(r"%|per ?cent", re.IGNORECASE)
_POINTS = regex(r"\bpp\b|\bp\.p\.|\bppts?\b|(?:%|per ?cent(?:age)?)[ -]?(?:points?|pts?)\b", re.IGNORECASE)


def without_level(name: str) -> str:
    """A header without the level of an interval, "95%", which is no unit."""
    return _LEVEL.sub("", name)


def is_percent(unit: str) -> bool:
    """True for "%" and "per cent", and not for points."""
    return _PERCENT.search(unit) is not None and _POINTS.search(unit) is None


def numbers_of_cell(cell: Cell, head: str, label: str, *, percent: bool = False) -> list[Number]:
    """The numbers of a cell with their roles; none of a cell of prose.

    Bare numbers are percentages if words above the table say so (``percent``), and neither header nor label is of
    anything else.
    """
    text = cell.text.text
    if len(text) > LONGEST_RESULT:
        return []
    numbers = read_numbers(text, tuple(cell.text.marked("code")))
    out: list[Number] = []
    for i, number in enumerate(numbers):
        role: Role = number.role
        if i and regex(r"±\s*$").search(text[: number.start]):
            continue  # a spread is no value of its own
        if role in ("count", "value", "none", "fold", "coefficient") and number.label != "size" and not number.unit:
            if role == "none" and not regex(r"[\s*_~≈+\-−–()\[\]]*").fullmatch(text[: number.start]):
                out.append(number)
                continue
            role = _role(number, head, label)
            if percent and role in ("value", "count"):
                role = "percent"
            if i and role == "p" and numbers[0].role != "p":
                role = "value"
        unit = "%" if role == "percent" else number.unit
        out.append(number if (role, unit) == (number.role, number.unit) else replace(number, role=role, unit=unit))
    if len(out) >= 2 and max(x.decimals for x in out[:2]) <= 0 and _OF.fullmatch(text[out[0].end : out[1].start]):
        out[0], out[1] = replace(out[0], role="count", unit=""), replace(out[1], role="n", unit="")
    return out


_OF = regex(r"\s*(?:/|of|out of)\s*")


def _role(number: Number, head: str, label: str) -> Role:
    """What the units and the words of a header, or else of a label, say that a bare number is."""
    said = _role_in(head) or _role_in(label)
    return said or ("value" if number.decimals > 0 or number.role == "value" else "count")


@lru_cache(maxsize=1024)  # every cell of a column asks
def _role_in(name: str) -> Role | None:
    """What the units and the words of a header or a label say; ``None`` where they say nothing."""
    bare = without_level(name)
    if _POINTS.search(bare):
        return "points"
    if _PERCENT.search(bare):
        return "percent"
    if regex(r"\bpoints\b").search(bare):
        return "points"
    if _P_HEAD.match(bare):
        return "p"
    return "n" if _N_HEAD.match(bare) else None


def is_interval_end(cell: Cell, number: Number, numbers: list[Number], head: str) -> bool:
    """True for an end of an interval: in brackets, or "0.8% to 9.6%" below a header that promises one."""
    return _in_interval(cell.text.text, number, head) or _is_interval(numbers, cell, head)


def _in_interval(text: str, number: Number, head: str) -> bool:
    opened = max(
        text.rfind("[", 0, number.start), text.rfind("(", 0, number.start) if INTERVAL_HEAD.search(head) else -1
    )
    if opened >= 0:
        mark = "]" if text[opened] == "[" else ")"
        return text.find(mark, number.end) >= 0 and mark not in text[opened : number.start]
    return False


def _is_interval(numbers: list[Number], cell: Cell, head: str) -> bool:
    """True for "0.8% to 9.6%" below a header that promises an interval."""
    return (
        len(numbers) == 2
        and INTERVAL_HEAD.search(head) is not None
        and _JOINED.fullmatch(cell.text.text[numbers[0].end : numbers[1].start]) is not None
    )


_JOINED = regex(r"\s*%?\s*(?:,|;|–|—|-|to|\.\.|…|\|)\s*")


INTERVAL_HEAD = regex(r"\bCI|interval|confidence|Wilson", re.IGNORECASE)
