"""The axes that a page's tables have: words before numbers of checkpoints, and doses that name rows or columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..regex import regex
from .names import words_of
from .shapes import Dataset
from .tables import Sheet

__all__ = ["axis_words_of", "doses_of", "shares_of"]

_NUMBERED = regex(r"\b([A-Za-z]{3,})[\s_-]?(\d{1,7})\b(?![.%])")
_BARE = regex(r"\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+|\d{1,7}")
_NO_DIGIT = regex(r"\D")
_NO_AXIS = words_of(
    "top seed set question version category group arm condition model lot draw run persona source n and of to"
)


def doses_of(sheets: Sequence[Sheet]) -> dict[int, frozenset[str]]:
    """The bare numbers that name the rows of a table, a dose each, with the words of the column's header."""
    out: dict[int, frozenset[str]] = {}
    for sheet in sheets:
        bare = [_BARE.fullmatch(x.strip("*_` ")) for x in sheet.labels]
        if sum(m is not None for m in bare) < 3 or sum(m is None for m in bare) > 1:
            continue
        words = frozenset(w for w in words_of(sheet.header[0]) if len(w) > 2) - _NO_AXIS
        for match in bare:
            if match is not None and words:
                value = int(_NO_DIGIT.sub("", match.group(0)))
                out[value] = out.get(value, frozenset()) | words
    return out


_PERCENT = regex(r"(\d{1,3})\s?%")


def shares_of(sheets: Sequence[Sheet]) -> frozenset[int]:
    """The whole percentages that name three or more columns, or rows, of a table: doses, and no rates."""
    out: set[int] = set()
    for sheet in sheets:
        for names in (sheet.header[1:], sheet.labels):
            found = [m for m in (_PERCENT.fullmatch(x.strip("*_` ")) for x in names) if m is not None]
            if len(found) > 2:
                out.update(int(m[1]) for m in found)
    return frozenset(out)


def axis_words_of(sheets: Sequence[Sheet], datasets: Sequence[Dataset]) -> frozenset[str]:
    """The words before the numbers of checkpoints: "update 300", as headers of the page or axes of the files say.

    A header's word counts where two numbers follow it, or where another header has it without one ("peak update").
    """
    after: dict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        for text in (*sheet.header[1:], *sheet.labels):
            found = _NUMBERED.findall(text)
            for word, number in found:
                after[word.casefold()].add(number)
            if not found:
                for word in words_of(text):
                    after[word].add("")
    out = {w for w, numbers in after.items() if len(numbers) > 1 and numbers != {""}}
    for dataset in datasets:
        for path, values, axis in dataset.vectors:
            if axis == tuple(values) and path and isinstance(path[-1], str):
                out.update(w for w in words_of(path[-1]) if len(w) > 3)
    return frozenset(out - _NO_AXIS)
