"""Coefficient, p and N as one record, of the words or of a table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.records import replace, struct

from ..regex import regex
from ..source import Place
from .grammar import Number
from .idioms import Stat, stats
from .knowledge import Evidence
from .margins import is_margin, less_margins
from .passages import Passage, Sentence
from .tables import CellNumber, Sheet
from .word_numbers import SPELLED, whole_number

__all__ = ["RELATED", "Record", "is_coefficient", "records", "statistic_lines", "units_of"]


@struct(slots=False)
class Record:
    """A coefficient of the page with its p and N, in words or in a table."""

    coefficient: Number | None
    p: Number | None
    n: int | None
    n_number: Number | None
    place: Place
    p_place: Place
    n_place: Place
    context: str
    """The words around it."""
    passage: Passage | None
    names: frozenset[str]
    prior: bool
    rivals: tuple[Number, ...] = ()
    """Other coefficients of the row to which its p may belong as well."""
    unlabelled: bool = False
    """Nothing names the coefficient; it stands in front of its p and N."""
    carried: bool = False
    """Its N stands earlier in the paragraph, with another coefficient."""
    units: int | None = None
    """In place of an N: the units that its words name, "over the six personas", or its degrees of freedom and two."""
    sheet: int = -1
    """Which table it stands in."""
    head: str = ""
    """The header of its column there."""
    row: int = -1
    """Its row there."""

    @property
    def complete(self) -> bool:
        return self.coefficient is not None and self.p is not None and self.n is not None


def records(evidence: Evidence) -> list[Record]:
    """Every record of the page."""
    if "records" not in evidence.cache:
        evidence.cache["records"] = [*_of_prose(evidence), *_of_tables(evidence)]
    found: list[Record] = evidence.cache["records"]
    return found


def _of_prose(evidence: Evidence) -> Iterator[Record]:
    for passage in evidence.passages:
        if passage.part in ("plan", "card"):
            continue
        for sentence in passage.sentences:
            for stat in _joined(sentence):
                bare = _unlabelled(sentence, stat) if stat.coefficient is None else None
                coefficient = stat.coefficient or bare
                first = coefficient or stat.p
                if first is None:
                    continue
                p = stat.p or first
                carried = stat.n is None and coefficient is not None and stat.p is not None
                size = _only_n(passage, first) if carried else stat.n
                n = stat.n or first
                units = None
                if carried and size is None and stat.coefficient is not None:
                    units = _freedom(sentence, stat.coefficient) or units_of(sentence.text)
                group = _group_before(sentence, stat.coefficient) if carried and stat.coefficient is not None else None
                if group is not None:  # "among the four clerks (ρ = 0.40, p = 0.60)": their number is the N
                    size, units = None, group
                yield Record(
                    coefficient,
                    stat.p,
                    int(size.value) if size is not None and size.decimals <= 0 else None,
                    stat.n,
                    passage.place(first.start, first.end),
                    passage.place(p.start, p.end),
                    passage.place(n.start, n.end),
                    context=sentence.text,
                    passage=passage,
                    names=frozenset(m.name for m in sentence.names),
                    prior=passage.part == "prior",
                    unlabelled=bare is not None,
                    carried=carried and size is not None,
                    units=units,
                )


def _joined(sentence: Sentence) -> Iterator[Stat]:
    """The groups of a sentence; words may stand between one coefficient and its p: "0.76 was obtained (p = 0.0017)"."""
    waiting: Stat | None = None
    for stat in stats(sentence):
        if waiting is not None:
            if stat.coefficient is None and stat.p is not None and _is_open(sentence, waiting.end, stat.start):
                yield Stat(waiting.coefficient, stat.p, stat.n, sentence)
                waiting = None
                continue
            yield waiting
            waiting = None
        if stat.coefficient is not None and stat.p is None and stat.n is None:
            waiting = stat
        else:
            yield stat
    if waiting is not None:
        yield waiting


_WORDS_ONLY = regex(r"[^;.:\d()\[\]]{1,80}[(\[,]\s*(?:which|with|where)?,?\s*(?:with\s+)?")
_OF_ANOTHER = regex(
    r"\b(?:and|but|while|whereas|than|against|versus|other|unlike|difference|before|after|both)\b", re.IGNORECASE
)


def _is_open(sentence: Sentence, left: int, right: int) -> bool:
    """True if words that name nothing else lead from a coefficient to a p."""
    points = [x for x in sentence.numbers if x.role == "index" and left <= x.at and x.end <= right]
    if len(points) == 1:  # "0.52 at layer 12 (p = 0.04)"
        gap = sentence.between(left, points[0].at) + sentence.between(points[0].end, right)
    else:
        gap = sentence.between(left, right)
    gap = _OVER_UNITS.sub(" ", gap)
    if regex(r"\d").search(gap) or _OF_ANOTHER.search(gap):
        return False
    return _WORDS_ONLY.fullmatch(gap) is not None


def _only_n(passage: Passage, number: Number) -> Number | None:
    """The one N that the paragraph states before a coefficient without one of its own, or behind it for several."""
    sizes = [x for x in passage.numbers if x.role == "n" and x.label == "N"]
    found = [x for x in sizes if x.end <= number.start]
    if not found:
        found = [x for x in sizes if _FOR_BOTH.search(passage.plain[max(0, x.at - 24) : x.at])]
    return found[-1] if len({x.value for x in found}) == 1 else None


_OVER_UNITS = regex(
    rf"\b(?:over|across|among|for|with|in|of|between|on)\s+(?:the |all |our |these |its |only )*"
    rf"(?P<n>\d{{1,4}}|{SPELLED})\s+(?!(?:of|out|in|or|and)\b)(?:[a-z-]+\s+)?(?!layers?|epochs?|steps?|checkpoints?|"
    r"seeds?|runs?|questions?|replies|answers?|completions?|samples?|points|percent)[a-z][a-z-]*s\b",
    re.IGNORECASE,
)
"""Units in words: "over the six personas"."""


def units_of(text: str) -> int | None:
    """The one number of units that a text names in words, "across the six personas"."""
    found = {m["n"].lower() for m in _OVER_UNITS.finditer(text)}
    if len(found) != 1:
        return None
    return whole_number(found.pop()) or None


_GROUP = regex(
    rf"\b(?:the|all|our|these|those)\s+(?P<n>\d{{1,4}}|{SPELLED})\s+(?:[a-z-]+\s+){{0,2}}?[a-z][a-z-]*s?\s*\($",
    re.IGNORECASE,
)


def _group_before(sentence: Sentence, coefficient: Number) -> int | None:
    """The number of things right before a bracket with a coefficient, "among the four clerks (ρ = 0.40"."""
    found = _GROUP.search(sentence.between(sentence.start, coefficient.at))
    return whole_number(found["n"]) if found is not None else None


_FREEDOM = regex(r"\((?:df\s*=\s*)?(\d{1,5})\)\s*[=≈:]")


def _freedom(sentence: Sentence, coefficient: Number) -> int | None:
    """The number of units behind "r(8) = 0.71": two more than its degrees of freedom."""
    match = _FREEDOM.search(sentence.between(coefficient.at, coefficient.start))
    return int(match.group(1)) + 2 if match is not None else None


_FOR_BOTH = regex(r"\b(?:both|each|all|either|every\w*)\b[\s\w,]{0,16}[\s(]$", re.IGNORECASE)


_OPENS = regex(r"(?:\s+(?:for|in|at|with)\s+(?:the\s+)?[\w'’-]+(?:\s[\w'’-]+)?)?\s*[,;:(\[|/]\s*")
_OTHER = regex(
    r"\b(?:difference|change[sd]?|gap|mean|means|cos\w*|similarity|d|effect|Δ|shift\w*|"
    r"rises?|falls?|gains?|slope|beta|β|odds|ratio)\b[^.;]{0,40}$",
    re.IGNORECASE,
)


def _unlabelled(sentence: Sentence, stat: Stat) -> Number | None:
    """The decimal right before a p and an N: "Judge and annotator: 0.85 (p = 1e-15, N = 52)".

    The N may be that of a coefficient that is named before: "ρ = 0.87 (p = 3e-32, N = 100), then 0.76 (p = 2e-20)".
    """
    if stat.p is None:
        return None
    if stat.n is None and not (_only_n(sentence.passage, stat.p) and _continues(sentence, stat.p)):
        return None
    if stat.n is not None and stat.n.label != "N" and not RELATED.search(sentence.text):
        return None
    numbers = [n for n in sentence.numbers if n.end <= stat.start and not is_margin(sentence, n)]
    if not numbers:
        return None
    number = numbers[-1]
    if number.role != "value" or number.label or number.bound or abs(number.value) >= 1 or number.decimals < 2:
        return None
    if number.text.startswith("+") or not _OPENS.fullmatch(less_margins(sentence, number.end, stat.start)):
        return None
    before = sentence.between(sentence.start, number.start)
    other = _OTHER.search(before)
    if other is not None and not (_OF_VECTORS.match(other.group(0)) and _NAMED.search(before)):
        return None
    return number


RELATED = regex(
    r"correl|agree|\brank|coefficient|relat|Spearman|Pearson|ρ|\brho\b|associat|\bpredict|go(?:es)? (?:together|with)",
    re.IGNORECASE,
)
"""What speaks of a correlation."""


def _continues(sentence: Sentence, p: Number) -> bool:
    """True if a named coefficient with a p of its own stands earlier in the paragraph, and p is no bound."""
    before = [x for x in sentence.passage.numbers if x.end <= p.at]
    return not p.bound and any(a.role == "coefficient" and b.role == "p" for a, b in itertools.pairwise(before))


_OF_VECTORS = regex(
    r"cos\w*|similarity|means?\b|(?:rises?|falls?|shift\w*|changed?|changes)\s+(?:again |back |further |only )?to\b",
    re.IGNORECASE,
)
"""Words of another quantity that beside a correlation are of what is correlated, or of how it moves."""
_NAMED = regex(r"\b(?:correlat\w+|Spearman|Pearson|coefficient|r|rho)\b|ρ", re.IGNORECASE)
"""A coefficient that is named may well be one of similarity and something else."""


_COEFFICIENT_HEAD = regex(
    r"ρ|\brho\b|\b[rR]\b|spearman|pearson|correlation|coefficient|\br_s\b|kendall|τ", re.IGNORECASE
)
_STATISTIC = regex(
    r"\s*[*_]*(?:(?:Spearman|Pearson)(?:['’]s)?\s*)?(?:ρ|rho|r|r_s|(?:rank )?correlation|Spearman|Pearson)[*_]*\s*",
    re.IGNORECASE,
)
"""A cell that names the statistic of its row."""
_N_IN = regex(r"\b[Nn]\s*=\s*(\d[\d,]{0,14})(?!\d)")


def _of_tables(evidence: Evidence) -> Iterator[Record]:
    for number, sheet in enumerate(evidence.sheets):
        yield from _of_sheet(evidence, sheet, number)


def _of_sheet(evidence: Evidence, sheet: Sheet, number: int) -> Iterator[Record]:
    document = evidence.document
    rows: dict[int, list[int]] = {}
    for i, item in enumerate(sheet.numbers):
        rows.setdefault(item.row, []).append(i)
    named = statistic_lines(sheet)
    for row, found in rows.items():
        items = [sheet.numbers[i] for i in found]
        label = sheet.labels[row]
        coefficients = [x for x in items if is_coefficient(sheet, x, named)]
        ps = [x for x in items if x.number.role == "p" and not x.position]
        # the whole of "63/120" is that of a rate, and no N
        alone = [x for x in items if not any(y.column == x.column and y is not x for y in items)]
        row_n = next((x for x in alone if x.number.role == "n" and x.number.decimals <= 0), None)
        for item in coefficients:
            c = item.number
            head = sheet.header[item.column]
            p = _p_of_cell(sheet, item, items)
            in_words = _N_IN.search(f"{label} {head} {item.cell.text.text}")
            n = (
                int(in_words.group(1).replace(",", ""))
                if in_words
                else int(row_n.number.value)
                if row_n is not None and p is not None
                else None
            )
            place = document.place(item.cell.text, c.start, c.end)
            p_place = document.place(p.cell.text, p.number.start, p.number.end) if p is not None else place
            n_place = (
                document.place(row_n.cell.text, row_n.number.start, row_n.number.end)
                if row_n is not None and not in_words
                else place
            )
            yield Record(
                c,
                p.number if p is not None else None,
                n,
                row_n.number if row_n is not None and not in_words else None,
                place,
                p_place,
                n_place,
                context=f"{label} {head} {' '.join(sheet.header)}",
                passage=None,
                names=frozenset(),
                prior=False,
                # fewer columns of p than of coefficients, in whatever order: a p belongs to one of them
                rivals=tuple(x.number for x in coefficients if x is not item)
                if p in ps and len(ps) < len(coefficients)
                else (),
                units=units_of(f"{label} {head}"),
                sheet=number,
                head=head,
                row=row,
            )


def _p_of_cell(sheet: Sheet, item: CellNumber, row: list[CellNumber]) -> CellNumber | None:
    """The p in the cell of a coefficient, or the next one of its row where no other coefficient stands between."""
    with_p = _WITH_P.search(sheet.header[item.column])
    ends = sum(x.interval and x.column == item.column for x in row)  # "0.44 [0.27, 0.59], p = 1.1e−6"
    for x in row:
        beside = x.column == item.column and x.position == item.position + 1 + ends
        if beside and (x.number.role == "p" or (with_p and 0 <= x.number.value <= 1)):
            return replace(x, number=replace(x.number, role="p", label="p"))
    p = next((x for x in row if x.column > item.column and x.number.role == "p"), None)
    nearer = next(
        (
            x
            for x in row
            if item.column < x.column
            and x.position == 0
            and x.number.role in ("coefficient", "value")
            and _COEFFICIENT_HEAD.search(sheet.header[x.column])
        ),
        None,
    )
    return p if p is not None and (nearer is None or p.column < nearer.column) else None


_WITH_P = regex(r"\(\s*p(?:[- ]?values?)?\s*\)|,\s*p\b|\band p\b", re.IGNORECASE)
"""A header of coefficients with their p, "r (p)"."""


def statistic_lines(sheet: Sheet) -> tuple[frozenset[int], frozenset[int]]:
    """The rows and the columns that have a cell which names the statistic."""
    cells = ((r, c, cell) for r, row in enumerate(sheet.grid) for c, cell in enumerate(row) if cell is not None)
    found = [(r, c) for r, c, cell in cells if _STATISTIC.fullmatch(cell.text.text)]
    return frozenset(r for r, _ in found), frozenset(c for _, c in found)


def is_coefficient(sheet: Sheet, item: CellNumber, named: tuple[frozenset[int], frozenset[int]]) -> bool:
    """True for a cell that its header, its label or a cell of its row or column (``named``) calls a correlation."""
    number = item.number
    if abs(number.value) > 1.0 or number.decimals <= 0 or item.interval:
        return False
    if number.role != "value":
        return number.role == "coefficient"
    return item.position == 0 and (
        _COEFFICIENT_HEAD.search(sheet.header[item.column]) is not None
        or _COEFFICIENT_HEAD.search(sheet.labels[item.row]) is not None
        or item.row in named[0]
        or item.column in named[1]
    )
