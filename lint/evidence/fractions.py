"""A rate beside its own k of n, "85% (102/120)", in words and in cells; k above n."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from leakstats.records import struct

from ..document import Cell
from ..regex import regex
from .claims import is_claim
from .grammar import Number
from .idioms import intervals, is_rate, pairs_of_counts
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence
from .tables import CellNumber, Sheet

__all__ = ["Fraction", "fraction_clashes", "fractions_of", "ratio_clashes"]

_COUNT = r"\d{1,3}(?:[,\u2009\u202f\u00a0]\d{3})+(?!\d)|\d+"
_FRACTION = regex(
    rf"(?<![\w.,/])(?P<k>{_COUNT})(?:\s?/\s?|\s(?:out )?of (?:the |all |its )?)(?P<n>{_COUNT})(?![\w/%]|[.,]\d)"
)
_SEPARATOR = regex(r"\D")
_KEPT = 0.75
"""Share of the cells of a table that have to keep to it before one that does not is judged."""
_FEWEST = 5
"""Things of which shares are not printed as rates."""


@struct
class Fraction:
    """A printed ``k/n`` or ``k of n``."""

    k: int
    n: int
    start: int
    end: int
    text: str

    def fits(self, rate: Number) -> bool:
        """True if it prints as ``rate``."""
        low, high = rate.scaled()
        return self.n > 0 and low - 1e-9 <= self.k / self.n <= high + 1e-9

    @property
    def is_more_than_all(self) -> bool:
        """True where the part is larger than the whole."""
        return self.k > self.n

    def against(self, rate: Number) -> str:
        """What is wrong with ``rate`` beside it."""
        if self.is_more_than_all:
            return f"{self.text}: a part is no larger than the whole"
        return f"{self.text} is {100 * self.k / max(self.n, 1):.4g}%, not {rate.text}{rate.unit}"


def fractions_of(text: str, start: int = 0, end: int | None = None) -> list[Fraction]:
    """The fractions of a text.

    >>> [(f.k, f.n) for f in fractions_of("68% (1,360/2,000), or 12 out of 40; 3/4/2025")]
    [(1360, 2000), (12, 40)]
    """
    out = []
    for match in _FRACTION.finditer(text, start, len(text) if end is None else end):
        k, n = (int(_SEPARATOR.sub("", match[name])) for name in ("k", "n"))
        out.append(Fraction(k, n, match.start(), match.end(), match.group(0)))
    return out


# -- in cells ----------------------------------------------------------------------------------------------------------


def fraction_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells whose rate is not the k/n beside it, in tables in which the others keep to it."""
    for sheet in evidence.sheets:
        pairs = list(_pairs(sheet))
        right = sum(fraction.fits(rate) for _, rate, fraction in pairs)
        for cell, rate, fraction in pairs:
            if fraction.fits(rate) or right < max(1, _KEPT * (len(pairs) - 1)):
                continue
            place = evidence.document.place(cell.text, rate.start, rate.end)
            yield Clash("fraction", place, fraction.against(rate), "the rate or its fraction is wrong")


def _pairs(sheet: Sheet) -> Iterator[tuple[Cell, Number, Fraction]]:
    """Every cell with one percentage and one fraction."""
    by_cell: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        by_cell[(item.row, item.column)].append(item)
    for items in by_cell.values():
        cell = items[0].cell
        rates = [
            x.number
            for x in items
            if x.number.role == "percent" and not x.interval and not x.number.bound and not x.number.signed
        ]
        found = fractions_of(cell.text.text) if len(rates) == 1 else []
        if len(found) == 1:
            yield cell, rates[0], found[0]


# -- in words ----------------------------------------------------------------------------------------------------------


def ratio_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates that the k of n beside them does not give."""
    for passage in evidence.passages:
        if not is_claim(passage) or len(passage.numbers) < 3:
            continue
        found = fractions_of(passage.plain)
        if found:
            lists = list(_in_brackets(passage, found))
            for several in lists:
                yield from _in_order(passage, several)
            listed = {id(x) for several in lists for x in several}
            yield from _beside(passage, [x for x in found if id(x) not in listed])
        yield from _behind_counts(passage)


_OPENS = regex(r"\s*(?:of (?:(?:the|its|their|all|his|her) )?[\w-]+(?: [\w-]+)?\s*)?(?:\[[^\[\]]*\]\s*)?\(\s*")
_CLOSES = regex(r"\s*[(,=]\s*|\s+or\s+|\s*,?\s*that is,?\s*")
_GOES_ON = regex(r"\s*(?:and|vs\.?|versus|or|to|,|;|→|–|-)\s*[~≈]?\.?\d")
_LIST = regex(r"\s*(?:,|,?\s*(?:and|vs\.?|versus|against|or)|;|/)\s*")
_BRACKET = regex(r"\(([^()]*)\)")


def _beside(passage: Passage, fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """A rate right before or behind a fraction that does not print as it."""
    starts = {x.start for x in fractions}
    for fraction in fractions:
        sentence = next((s for s in passage.sentences if s.start <= fraction.start < s.end), None)
        if sentence is None or fraction.n < _FEWEST:
            continue
        for number in sentence.numbers:
            if number.end <= fraction.start:
                beside = _OPENS.fullmatch(sentence.between(number.end, fraction.start)) is not None
            else:
                # counts of its own may follow it
                own = any(s in starts for s in range(number.end + 1, number.end + 4))
                beside = not own and _CLOSES.fullmatch(sentence.between(fraction.end, number.start)) is not None
            if not beside or _GOES_ON.match(passage.plain, number.end) or number.bound in ("<", ">", "<=", ">="):
                continue
            if is_rate(sentence, number) and not fraction.fits(number):
                yield _clash(passage, number.start, max(number.end, fraction.end), fraction.against(number))


def _clash(passage: Passage, start: int, end: int, message: str) -> Clash:
    return Clash("ratio", passage.place(start, end), message, "correct the rate or the counts")


def _in_brackets(passage: Passage, fractions: Sequence[Fraction]) -> Iterator[list[Fraction]]:
    """The fractions of the brackets that hold several, "(146/200 and 52/200)"."""
    for bracket in _BRACKET.finditer(passage.plain):
        found = [x for x in fractions if bracket.start() < x.start < bracket.end()]
        if len(found) > 1:
            yield found


def _rates(sentence: Sentence) -> list[Number]:
    """The rates of a sentence that are no ends of intervals."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    return [x for x in sentence.numbers if id(x) not in ends and not x.bound and is_rate(sentence, x)]


def _in_order(passage: Passage, fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """Rates before or behind a bracket with as many fractions, in their order, where some fit and one does not."""
    sentence = next((s for s in passage.sentences if s.start <= fractions[0].start < s.end), None)
    if sentence is None:
        return
    stated = _rates(sentence)
    rates = [x for x in stated if x.end <= fractions[0].start][-len(fractions) :]
    if not rates:  # "the two newcomers (129/150 and 104/150): 86%, 69%"
        rates = [x for x in stated if x.start >= fractions[-1].end]
    for fraction in fractions:
        if fraction.is_more_than_all and any(x.n == fraction.n and not x.is_more_than_all for x in fractions):
            message = f"{fraction.text}: a part is no larger than the whole"
            yield _clash(passage, fraction.start, fraction.end, message)
    if any(x.n < _FEWEST or x.is_more_than_all for x in fractions):
        return
    yield from _paired(passage, rates, fractions)


def _behind_counts(passage: Passage) -> Iterator[Clash]:
    """Rates in a list behind as many counts, "56 of 90 … 7 of 90 … (62.2% and 7.8%)", that their own does not give."""
    counted = [
        Fraction(int(k.value), int(n.value), k.start, n.end, f"{k.text} of {n.text}")
        for s in passage.sentences
        for k, n in pairs_of_counts(s)
        if n.value >= 20
    ]
    if not 2 <= len(counted) <= 6:
        return
    for run in _rate_lists(passage):
        before = [x for x in counted if x.end <= run[0].start]
        if not any(run[0].start <= x.start < run[-1].end for x in counted):
            yield from _paired(passage, run, before)


def _paired(passage: Passage, rates: Sequence[Number], fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """Rates that differ from the fraction at their place, in two lists of one length of which half or more agree."""
    if len(rates) != len(fractions):
        return
    fits = [fraction.fits(rate) for rate, fraction in zip(rates, fractions, strict=True)]
    if sum(fits) * 2 < len(fits):
        return
    for rate, fraction, fit in zip(rates, fractions, fits, strict=True):
        if not fit:
            yield _clash(passage, rate.start, rate.end, fraction.against(rate))


def _rate_lists(passage: Passage) -> Iterator[list[Number]]:
    """Runs of rates that nothing but "and", "vs" or a comma parts."""
    for sentence in passage.sentences:
        run: list[Number] = []
        for number in _rates(sentence):
            if run and _LIST.fullmatch(sentence.between(run[-1].end, number.start)):
                run.append(number)
                continue
            if len(run) >= 2:
                yield run
            run = [number]
        if len(run) >= 2:
            yield run
