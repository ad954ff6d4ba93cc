"""What confirms a number wherever it stands: that the analysis printed it, its record, its interval, a sample size."""

from __future__ import annotations

import re
from bisect import bisect_left

from ..evidence.grammar import Number
from ..evidence.idioms import pairs_of_counts
from ..evidence.passages import Sentence
from ..evidence.record_p import follows
from ..inline import Text
from ..regex import regex
from .explanation import Explanation
from .known import Known

__all__ = ["is_zero_p", "of_interval", "of_record", "of_size", "printed"]

_OF_ALL = regex(r"\b(?:all|each|every|everywhere|throughout)\b", re.IGNORECASE)


def printed(known: Known, at: int) -> Explanation | None:
    """The expression that printed what stands at the page offset ``at``, where it prints the same today."""
    i = bisect_left(known.printed, (at + 1,)) - 1
    if i >= 0 and known.printed[i][0] <= at < known.printed[i][1]:
        return Explanation("grounded", f"printed by {known.printed[i][2]}")
    return None


def of_record(known: Known, number: Number) -> Explanation | None:
    """A coefficient, p or N of which the results hold the record, or a p that follows from the other two."""
    record = known.recorded.get(id(number))
    if record is None:
        return None
    if number.bound and record.passage is not None and _OF_ALL.search(record.context):
        return None  # a bound over a set, of which one record says nothing
    for triple in known.evidence.triples:
        agreed = 0
        for mine, fact in ((record.coefficient, triple.coefficient), (record.p, triple.p)):
            if mine is None:
                continue
            if fact is None or not mine.admits(fact.value):
                agreed = -9
            agreed += 1
        if record.n is not None and triple.n is not None:
            agreed += 1 if record.n == triple.n else -9
        if agreed >= 2:
            return Explanation("grounded", f"agrees with {triple.pointer}")
    if record.complete and follows(record):
        if record.p is number:
            return Explanation("derived", "the p follows from the coefficient and N")
        if not known.evidence.triples:  # else the files would hold it, and a p knows no sign
            return Explanation("derived", "its p follows from it and N")
    return None


def of_interval(known: Known, text: Text, number: Number) -> Explanation | None:
    at = text.source(number.start)
    why = next((w for a, b, w in known.intervals if a <= at < b), "")
    return Explanation("derived", why) if why else None


def of_size(known: Known, sentence: Sentence | None, number: Number) -> Explanation | None:
    """A sample size, or a count of things, of the results or of the page."""
    if number.role not in ("n", "count") or number.decimals > 0 or number.signed:
        return None
    if sentence is not None and any(number is k for k, _ in pairs_of_counts(sentence)):
        return None  # that so many were counted says nothing of how many there are
    value = int(number.value)
    if value in known.sizes:
        return Explanation("grounded", "a sample size of the results")
    if value in known.lengths:
        return Explanation("derived", "the number of rows or values of a table")
    if value > 20 and value in known.products:
        return Explanation("derived", "a product of counts that the page states")
    if known.stated.get(value, 0) >= 2 and (number.role == "n" or value > 12):
        return Explanation("derived", "stated alike elsewhere on the page")
    return None


def is_zero_p(number: Number) -> bool:
    """A p-value is never zero, whatever it rounds."""
    return number.role == "p" and number.value == 0
