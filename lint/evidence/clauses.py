"""The clause of a place: the stretch of a text around it between two cuts."""

from __future__ import annotations

import re

__all__ = ["clause_around"]


def clause_around(text: str, at: int, cut: re.Pattern[str]) -> tuple[int, int]:
    """Where the clause of a place begins and ends, if clauses part where ``cut`` matches.

    >>> text = "Ghent leads, but Bruges trails; Liege is third"
    >>> [text[slice(*clause_around(text, at, re.compile("; |, but ")))] for at in (0, 20)]
    ['Ghent leads', 'Bruges trails']
    """
    left = max((m.end() for m in cut.finditer(text, 0, at)), default=0)
    behind = cut.search(text, at)
    return left, len(text) if behind is None else behind.start()
