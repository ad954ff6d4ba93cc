"""Numbers with a unit of measure, "131 ms", against the cell of a table in that unit that their words name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leakstats.facts import Fact

from ..regex import regex
from .boards import Board, boards
from .claims import is_claim, is_moot_before, is_prior
from .grammar import Number
from .knowledge import Evidence
from .names import words_of
from .passages import Sentence

__all__ = ["columns_in", "fits", "measured", "size_in_unit"]

_UNIT = r"[A-Za-zµ°]+(?:/[A-Za-z]+)?"
_BEHIND = regex(rf"(?:\s?±\s?[\d.,]+)?[\s\u00a0\u202f-]?(?P<unit>{_UNIT})(?![\w/])")
_SPREAD = regex(r"(?:±|\+/-)\s*$")
_BRACKETED = regex(rf"[(\[](?P<unit>{_UNIT})[)\]]")
_PER = regex(r"(?<![\w/])(?P<unit>[A-Za-z]+/[A-Za-z]+)(?![\w/])")
_STATED = regex(rf"\bin (?P<unit>{_UNIT})(?=\s+(?:by|per|for|of|at|over|with)\b|[,:;.]|$)")
"""Of a table: "Latency in ms, mean ± sd", "Memory (GB)", "Tokens/s"."""
_NO_UNITS = words_of("r p n k rho percent fraction total order turn rate share bracket mean sd se ci")
_ROLES = ("none", "count", "value", "points")


def _unit_of(sentence: Sentence, number: Number) -> str:
    """The word right behind a number, in lower case: ``ms`` of "131 ms" and of "274 ± 15 ms"; "" without one."""
    plain = number.role in _ROLES and number.label in ("", "size") and number.bound in ("", "~")
    if not plain or _SPREAD.search(sentence.between(max(sentence.start, number.start - 4), number.start)):
        return ""
    if number.role == "points":
        return "pp"
    behind = _BEHIND.match(sentence.between(number.end, min(sentence.end, number.end + 32)))
    return behind["unit"].lower() if behind is not None else ""


def columns_in(board: Board, unit: str) -> frozenset[int]:
    """The columns of a table of the page that are in a unit, as their headers or the words beside the table say."""
    return _units(board).get(unit, frozenset())


def _units(board: Board) -> Mapping[str, frozenset[int]]:
    if not board.printed:
        return {}
    out: dict[str, set[int]] = {}
    free = set()
    for c, head in board.header.items():
        found = [m["unit"].lower() for pattern in (_BRACKETED, _PER) for m in pattern.finditer(head)]
        found = [x for x in found if not words_of(x) <= _NO_UNITS]
        for unit in found:
            out.setdefault(unit, set()).add(c)
        if not found and "%" not in head:
            free.add(c)
    stated = {m["unit"].lower() for m in _STATED.finditer(board.about) if not words_of(m["unit"]) <= _NO_UNITS}
    if len(stated) == 1 and not out:
        out[stated.pop()] = free
    return {unit: frozenset(columns) for unit, columns in out.items()}


def measured(evidence: Evidence) -> Iterator[tuple[Sentence, Number, str]]:
    """The numbers of the page's prose in a unit of one of its tables, each with it."""
    grids = [b for b in boards(evidence) if _units(b)]
    if not grids:
        return
    known = frozenset().union(*(_units(b) for b in grids))
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) else ():
            for number in sentence.numbers:
                unit = _unit_of(sentence, number)
                if unit not in known or is_prior(sentence):
                    continue
                if not is_moot_before(sentence, number):
                    yield sentence, number, unit


def fits(number: Number, fact: Fact) -> bool:
    """True if a number in a unit prints a value, rounds it to its last digit that is no zero, or is its size.

    >>> from leakstats.lint.evidence.grammar import read_numbers
    >>> fact = Fact("delay", frozenset(), low=118.0, high=118.0, pointer="")
    >>> [fits(read_numbers(text)[0], fact) for text in ("118 ms", "120 ms", "100 ms", "−118 ms", "131 ms")]
    [True, True, True, True, False]
    """
    digits = regex(r"\D").sub("", number.text)
    zeros = len(digits) - len(digits.rstrip("0")) if number.decimals <= 0 else 0
    room = 0.5 * 10.0**zeros if zeros else 0.0
    low, high = number.printed
    return low - room <= size_in_unit(number, fact) <= high + room


def size_in_unit(number: Number, fact: Fact) -> float:
    """The size of a value of a table in the unit of a number, with the sign of the number; points are fractions."""
    size = abs(fact.value) * (100.0 if number.role == "points" else 1.0)
    return -size if number.value < 0 else size
