"""What a clause asks of a slice of a table, and how its cells are counted."""

from __future__ import annotations

import re
from collections.abc import Callable

from leakstats.records import struct

from ..regex import regex
from .grammar import Number
from .passages import Sentence
from .slices import Axis, Grid, Named, Word, is_plain_word
from .tables import CellNumber

__all__ = [
    "INTERVAL",
    "SIGNIFICANT",
    "SPOILED",
    "Ask",
    "Bound",
    "Clause",
    "Count",
    "Verdict",
    "beyond",
    "count_of",
    "ends_of",
]


@struct(slots=False)
class Clause:
    """The words around an amount, the amount left out."""

    sentence: Sentence
    text: str
    """With blanks for the amount."""
    start: int
    """Where it begins in its passage."""
    words: tuple[Word, ...]
    """Its words, with their places in ``text``."""
    numbers: tuple[Number, ...]
    """Its numbers, those of the amount and of names left out."""
    noun: str
    """The stem of what is counted."""
    total: int


@struct
class Count:
    """How many things of a slice pass what a clause asks."""

    low: int
    high: int
    used: frozenset[str]
    """The words of the clause that the slice and the criterion account for."""
    what: str
    """The slice, as a reader may say it."""
    passed: tuple[int, ...] = ()
    """The items that pass surely."""


Verdict = tuple[bool, bool]
"""Does a thing pass surely, and may it?"""


@struct(slots=False)
class Ask:
    """A clause with the slices that may hold what it asks of."""

    clause: Clause
    grid: Grid
    counted: Axis
    other: Axis
    items: tuple[int, ...]
    named: tuple[Named, ...]

    def cell(self, i: int, j: int) -> CellNumber | None:
        return self.grid.cell(self.counted, i, self.other, j)

    def kind(self, j: int) -> str:
        """What a slice across the counted things measures, as its own label says."""
        return self.other.kinds[j]

    def words_of(self, *named: Named) -> frozenset[str]:
        return frozenset().union(*(self.other.said_words(n) for n in named))

    def has_whole(self, j: int) -> bool:
        return all(self.cell(i, j) is not None for i in self.items)

    @property
    def is_about(self) -> bool:
        """True if the words above the table say something that the clause says too."""
        said = {w.stem for w in self.clause.words if not is_plain_word(w.stem)} - self.counted.nouns
        return bool(said & self.grid.about)

    @property
    def measured(self) -> str:
        """All words that may say what is measured."""
        return f"{self.clause.text} {self.grid.above} {self.grid.sheet.header[0]} {' '.join(self.grid.sheet.header)}"


def count_of(asked: Ask, judge: Callable[[int], Verdict | None], used: frozenset[str], what: str) -> list[Count]:
    """The count of the things that pass, or none where one cannot be judged."""
    found = [judge(i) for i in asked.items]
    if any(x is None for x in found):
        return []
    passed = tuple(i for i, x in zip(asked.items, found, strict=True) if x is not None and x[0])
    return [Count(len(passed), sum(x[1] for x in found if x is not None), used, what, passed)]


def ends_of(cell: CellNumber) -> tuple[float, float]:
    return cell.number.scaled()


def beyond(low: float, high: float, bound: str, limit: float) -> Verdict:
    """Whether a value between two ends keeps to a bound; on the edge it may."""
    room = 1e-9
    if bound.startswith(">"):
        return low > limit + room or (bound == ">=" and low >= limit - room), high > limit + room or (
            bound == ">=" and high >= limit - room
        )
    return high < limit - room or (bound == "<=" and high <= limit + room), low < limit - room or (
        bound == "<=" and low <= limit + room
    )


@struct
class Bound:
    role: str
    bound: str
    limit: float
    start: int
    """Where its words begin in the clause."""


SIGNIFICANT = regex(r"\bsignifican\w+|\breliabl\w+|\bdetectabl\w+", re.IGNORECASE)


INTERVAL = regex(r"\b(?:intervals?|CIs?)\b", re.IGNORECASE)


SPOILED = regex(
    r"\b(?:not|never|cannot|miss(?:es|ed)?|fail(?:s|ed)?|lacks?|without|nor|if|unless|"
    r"would|could|should|might|may|except\w*|apart|save|besides|"
    r"exclud\w+|includ\w+|ever|any|some|somewhere|sometimes|relative|corrected|bonferroni|holm|adjusted|"
    r"twice|thrice|double[ds]?|triple[ds]?|halve[ds]?|times|fold|until|again|also|too|same|than (?:it|they) |"
    r"each other|"
    r"one another|respective\w*|own|only (?:after|when|because|if)|almost|nearly|about|roughly|clearly|visibly|"
    r"substantially|markedly|noticeably|materially|on average|seeds?|most of|majority|minority|"
    r"intermediate|every|each|either|neither|both|all|whichever|whose|consistent\w*|predict\w*|expect\w*|"
    r"correlat\w*|relat\w+|between|from|range\w*|overlap\w*|order|ranking|agree\w*|except|but|monoton\w*|steadily|"
    r"best of|per)\b|n['’]t\b",
    re.IGNORECASE,
)
"""What asks for more than a criterion on one slice."""
