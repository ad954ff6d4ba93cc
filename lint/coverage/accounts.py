"""What became of every number of a page: grounded, derived, contradicted, unexplained, or not checked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ..evidence.claims import PRIOR
from ..evidence.grammar import Number
from ..evidence.idioms import interval_ends, pairs_of_counts, spans
from ..evidence.passages import Sentence, once
from ..finding import Finding
from ..page import Page
from ..regex import regex
from ..report import Account
from ..source import Place
from .cells import of_cell
from .explanation import Explanation
from .known import Known
from .prose import of_prose

__all__ = ["account"]

_CLAIMS = frozenset(("coefficient", "p", "n", "percent", "points", "fold", "value", "count"))
_SILENT = frozenset(("plan", "card", "skip"))
_BAR = regex(r"\b(?:nobody|no one|none|never|neither)\b", re.IGNORECASE)
"""What stands in such a sentence is a bar that nothing reaches."""
_LEVELS = (0.001, 0.005, 0.01, 0.05, 0.1)


def account(page: Page) -> tuple[Account, ...]:
    """The outcome of every number that claims a result, in the order of the page; worked out once.

    A number on which a rule of the families 3xx and 4xx has an error or a warning (``page.found``) is contradicted,
    so this is asked when those rules have run. Numbers of the reproducibility card, of plans and of code, and
    thresholds, claim nothing and are left out. Without a results file what does not follow from the page itself is
    *not checked*, as is what is quoted from earlier work.
    """
    cache = page.evidence.cache
    if "accounts" not in cache:
        cache["accounts"] = tuple(sorted(_Accounts(page).all(), key=lambda a: (a.place.line, a.place.column)))
    accounts: tuple[Account, ...] = cache["accounts"]
    return accounts


class _Accounts:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.known = Known(page)
        self.against = sorted(
            (f for f in page.found if f.code[2] in "34" and f.severity != "note"),
            key=lambda f: (f.place.line, f.place),
        )

    def all(self) -> Iterator[Account]:
        yield from self._of_tables()
        for passage in self.page.evidence.passages:
            if passage.part in _SILENT:
                continue
            for sentence in passage.sentences:
                for number in sentence.numbers:
                    if _claims(sentence, number):
                        place = passage.place(number.start, number.end)
                        yield self._account(place, number, of_prose(self.known, sentence, number), sentence)

    def _of_tables(self) -> Iterator[Account]:
        document = self.page.document
        for sheet in self.page.evidence.sheets:
            for item in sheet.numbers:
                number = item.number
                if number.role in _CLAIMS:
                    place = document.place(item.cell.text, number.start, number.end)
                    yield self._account(place, number, of_cell(self.known, sheet, item), None)

    def _account(self, place: Place, number: Number, found: Explanation | None, sentence: Sentence | None) -> Account:
        text = f"{number.text}{number.unit}"
        against = self._against(place)
        if against is not None:
            return Account(place, text, number.role, "contradicted", f"{against.code}: {against.message}")
        if found is not None:
            return Account(place, text, number.role, found.outcome, found.why)
        quoted = sentence is not None and (sentence.passage.part == "prior" or PRIOR.search(sentence.text) is not None)
        why = "quoted from earlier work" if quoted else self.page.missing.get("numbers", "")
        if why:
            return Account(place, text, number.role, "not checked", why)
        return Account(place, text, number.role, "unexplained", "neither the results nor the rest of the page give it")

    def _against(self, place: Place) -> Finding | None:
        """A finding that speaks of the number at ``place``."""
        if not self.against:
            return None
        start, end = (place.line, place.column), (place.end_line, place.end_column)
        i = bisect_right(self.against, place.line, key=lambda f: f.place.line)
        for finding in reversed(self.against[max(0, i - 40) : i]):
            other = finding.place
            if (other.line, other.column) < end and start < (other.end_line, other.end_column):
                return finding
        return None


def _claims(sentence: Sentence, number: Number) -> bool:
    """True for a number that states a result: no threshold, no level, no bare count of a sentence without criterion."""
    if number.role not in _CLAIMS:
        return False
    if number.role == "n" and number.value < 2:
        return False  # "one run"
    if number.role == "p":
        return not (number.bound and number.value in _LEVELS and not _beside_coefficient(sentence, number))
    if number.bound in ("<", "<=", ">", ">=") or _has_bar(sentence):
        return False
    if number.role == "points" and not number.signed and pairs_of_counts(sentence):
        return False  # the bar that things are counted by
    if number.role == "count":
        return _is_counted(sentence, number)
    return True


@once
def _has_bar(sentence: Sentence) -> bool:
    return _BAR.search(sentence.text) is not None


def _beside_coefficient(sentence: Sentence, number: Number) -> bool:
    return any(n.role == "coefficient" and abs(n.end - number.at) <= 24 for n in sentence.numbers)


def _is_counted(sentence: Sentence, number: Number) -> bool:
    """True for a whole number that stands in a ``k of n``, a move, a range or an interval."""
    if any(number is x for pair in pairs_of_counts(sentence) for x in pair if x.text.lower() != "one"):  # "one of them"
        return True
    if id(number) in interval_ends(sentence):
        return True
    return any(number is x for s in spans(sentence) for x in (s.left, s.right))
