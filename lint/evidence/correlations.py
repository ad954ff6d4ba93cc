"""Coefficient, p and N as one record: p follows from the two others, and one relation has one sign."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from leakstats.errors import LeakstatsError
from leakstats.records import replace, struct
from leakstats.tails import SPEARMAN_EXACT_MAX, correlation_p, spearman_exact_p

from ..regex import regex
from ..source import Place
from .grammar import SPELLED, WORD_NUMBERS, Number
from .idioms import Stat, stats
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence
from .tables import CellNumber, Sheet

__all__ = ["Record", "follows", "is_coefficient", "mirror_clashes", "p_clashes", "records", "statistic_lines"]


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
                    units = _freedom(sentence, stat.coefficient) or _units_of(sentence.text)
                group = _group_before(sentence, stat.coefficient) if carried and stat.coefficient is not None else None
                if group is not None:  # "among the four clerks (ρ = 0.40, p = 0.60)": their number is the N
                    size, units = None, group
                context = sentence.text
                names = frozenset(m.name for m in sentence.names)
                yield Record(
                    coefficient,
                    stat.p,
                    int(size.value) if size is not None and size.decimals <= 0 else None,
                    stat.n,
                    passage.place(first.start, first.end),
                    passage.place(p.start, p.end),
                    passage.place(n.start, n.end),
                    context,
                    passage,
                    names,
                    passage.part == "prior",
                    (),
                    bare is not None,
                    carried and size is not None,
                    units,
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
    if re.search(r"\d", gap) or _OF_ANOTHER.search(gap):
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


def _units_of(text: str) -> int | None:
    """The one number of units that a text names in words, "across the six personas"."""
    found = {m["n"].lower() for m in _OVER_UNITS.finditer(text)}
    if len(found) != 1:
        return None
    word = found.pop()
    return WORD_NUMBERS.get(word) or (int(word) if word.isdigit() else None)


_GROUP = regex(
    rf"\b(?:the|all|our|these|those)\s+(?P<n>\d{{1,4}}|{SPELLED})\s+(?:[a-z-]+\s+){{0,2}}?[a-z][a-z-]*s?\s*\($",
    re.IGNORECASE,
)


def _group_before(sentence: Sentence, coefficient: Number) -> int | None:
    """The number of things right before a bracket with a coefficient, "among the four clerks (ρ = 0.40"."""
    found = _GROUP.search(sentence.between(sentence.start, coefficient.at))
    word = found["n"].lower() if found is not None else ""
    return int(word) if word.isdigit() else WORD_NUMBERS.get(word)


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
    if stat.n is not None and stat.n.label != "N" and not _RELATED.search(sentence.text):
        return None
    numbers = [n for n in sentence.numbers if n.end <= stat.start]
    if not numbers:
        return None
    number = numbers[-1]
    if number.role != "value" or number.label or number.bound or abs(number.value) >= 1 or number.decimals < 2:
        return None
    if number.text.startswith("+") or not _OPENS.fullmatch(sentence.between(number.end, stat.start)):
        return None
    before = sentence.between(sentence.start, number.start)
    other = _OTHER.search(before)
    if other is not None and not (_OF_VECTORS.match(other.group(0)) and _NAMED.search(before)):
        return None
    return number


def _continues(sentence: Sentence, p: Number) -> bool:
    """True if a named coefficient with a p of its own stands earlier in the paragraph, and p is no bound."""
    before = [x for x in sentence.passage.numbers if x.end <= p.at]
    return not p.bound and any(a.role == "coefficient" and b.role == "p" for a, b in itertools.pairwise(before))


_OF_VECTORS = regex(r"cos\w*|similarity|means?\b", re.IGNORECASE)
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
            beside = [
                replace(x, number=replace(x.number, role="p", label="p"))
                for x in items
                if x.column == item.column
                and x.position == item.position + 1
                and (x.number.role == "p" or (_WITH_P.search(head) and 0 <= x.number.value <= 1))
            ]
            following = [x for x in items if x.column > item.column and x.number.role == "p"]
            nearer = [
                x
                for x in items
                if item.column < x.column
                and x.position == 0
                and x.number.role in ("coefficient", "value")
                and _COEFFICIENT_HEAD.search(sheet.header[x.column])
            ]
            p = beside[0] if beside else None
            if p is None and following and (not nearer or following[0].column < nearer[0].column):
                p = following[0]
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
                f"{label} {head} {' '.join(sheet.header)}",
                None,
                frozenset(),
                False,
                # fewer columns of p than of coefficients, in whatever order: a p belongs to one of them
                tuple(x.number for x in coefficients if x is not item)
                if p in ps and len(ps) < len(coefficients)
                else (),
                units=_units_of(f"{label} {head}"),
                sheet=number,
            )


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


# -- p follows from r and N -------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def p_range(low: float, high: float, n: int, covariates: int, exact: bool) -> tuple[float, float] | None:
    """The smallest and largest p of coefficients in [low, high]; ``None`` where there is no p."""
    near = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    far = min(max(abs(low), abs(high)), 1.0)
    try:
        if exact:
            return spearman_exact_p(far, n), spearman_exact_p(near, n)
        return correlation_p(far, n, covariates=covariates), correlation_p(min(near, 1.0), n, covariates=covariates)
    except LeakstatsError:
        return None


def follows(record: Record) -> bool | None:
    """True if p may follow from the coefficient and N, False if it cannot, ``None`` where that cannot be said."""
    c, p, n = record.coefficient, record.p, record.n
    if c is None or p is None or n is None or n < 4 or n > 10_000_000 or c.bound or abs(c.value) > 1:
        return None
    low = record.context.lower()
    if any(
        w in low
        for w in (
            "permutation",
            "bootstrap",
            "one-sided",
            "one-tailed",
            "mantel",
            "kendall",
            "τ",
            "corrected",
            "adjusted",
            "holm",
            "bonferroni",
            "mixed",
            "cluster",
        )
    ):
        return None
    partial = any(w in low for w in ("partial", "controlling", "controlled", "adjusting", "given"))
    variants = [(k, False) for k in (range(6) if partial else range(1))]
    if n <= SPEARMAN_EXACT_MAX and c.label != "r":
        variants.append((0, True))
    if "exact" in low and n <= SPEARMAN_EXACT_MAX:
        step = 12 / (n**3 - n)  # of the coefficient without ties; with ties p lies between its neighbours'
        c = replace(c, low=c.low - step, high=c.high + step)
    answers = [_gives(x, p, n, k, exact) for x in (c, *record.rivals) for k, exact in variants]
    if "exact" in low and variants[-1][1]:
        step = 12 / (n * (n * n - 1))  # the next coefficients of ranks: ties lie between them
        answers.append(_gives(replace(c, low=c.low - step, high=c.high + step), p, n, 0, True))
    if any(answers):
        return True
    return False if False in answers else None


def _gives(c: Number, p: Number, n: int, covariates: int, exact: bool) -> bool | None:
    """True if some coefficient that prints as ``c`` has a p that prints as ``p``; ``None`` where there is no p."""
    ends = p_range(c.low, c.high, n, covariates, exact)
    if ends is None:
        return None
    small, large = ends
    room = 1e-9
    if p.bound in ("<", "<="):
        return small < p.high * (1 + room)
    if p.bound in (">", ">="):
        return large > p.low * (1 - room)
    if p.bound == "~":
        return small <= p.high * 1.2 and p.low * 0.8 <= large
    return small <= p.high * (1 + room) and p.low * (1 - room) <= large


def p_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values that no coefficient of the printed digits gives."""
    found = records(evidence)
    sizes = {r.n for r in found if r.n is not None} | {
        int(x.value) for p in evidence.passages for x in p.numbers if x.role == "n" and x.decimals <= 0
    }
    rows = {len(s.labels) - left for s in evidence.sheets for left in (0, 1, 2)}
    for stated in found:
        size = stated.units if stated.n is None and stated.units is not None else _size_of_twin(stated, found)
        record = stated if size is None or stated.sheet >= 0 else replace(stated, n=size)
        if record.p is not None and record.p.value == 0:
            continue
        if record.unlabelled and not _is_correlation(record, found):
            continue
        others = sizes if record.carried else sizes | rows if size is not None else ()
        if any(follows(replace(record, n=n)) is not False for n in others):
            continue
        if follows(record) is False:
            yield from _wrong_p(record, record.n)
    yield from _of_one_n(evidence, found, sizes | rows)


def _size_of_twin(record: Record, found: list[Record]) -> int | None:
    """The N with which the page states the coefficient of a record without N elsewhere, and its p follows there."""
    c = record.coefficient
    if record.n is not None or c is None or record.p is None:
        return None
    twins = {
        r.n
        for r in found
        if r.n is not None
        and r.coefficient is not None
        and (r.coefficient.text, r.coefficient.label) == (c.text, c.label)
        if follows(r)
    }
    return twins.pop() if len(twins) == 1 else None


def _wrong_p(record: Record, n: int | None) -> Iterator[Clash]:
    c, p = record.coefficient, record.p
    if c is not None and p is not None and n is not None:
        ends = p_range(c.low, c.high, n, 0, False)
        meant = f"p between {ends[0]:.2g} and {ends[1]:.2g}" if ends is not None else "another p"
        yield Clash(
            "p",
            record.p_place,
            f"p {p.bound or '='} {p.text} does not follow from {c.text} with N = {n:,}, which gives {meant}",
            "one of the three is wrong, or the test must be named",
        )


_FEWEST_OF_ONE = 3
"""Coefficients of a table whose p has to follow from one N before that N is taken for all of it."""


def _of_one_n(evidence: Evidence, found: list[Record], sizes: set[int]) -> Iterator[Clash]:
    """Coefficients of tables that state no N, "0.71 (p = 0.0097)": of nearly all of a table p follows from one N."""
    tables: dict[int, list[Record]] = {}
    for record in found:
        if record.sheet >= 0 and record.n is None and record.p is not None and record.p.value > 0:
            tables.setdefault(record.sheet, []).append(record)
    for alike in tables.values():
        if len(alike) <= _FEWEST_OF_ONE:
            continue
        units = {_units_of(p.plain) for p in evidence.passages if _RELATED.search(p.plain)}
        known = sizes | {n for n in (*units, *(r.units for r in alike)) if n is not None}
        answers = {n: [follows(replace(r, n=n)) for r in alike] for n in sorted(known)}
        best = max(answers, key=lambda n: answers[n].count(True), default=0)
        if not best or answers[best].count(True) < max(_FEWEST_OF_ONE, 0.75 * (len(alike) - 1)):
            continue
        for i, record in enumerate(alike):
            fewer = _LEAVES_OUT.search(record.context) is not None  # and has another N, which may stand nowhere
            if answers[best][i] is False and not fewer and not any(given[i] for given in answers.values()):
                yield from _wrong_p(record, best)


_LEAVES_OUT = regex(
    r"\b(?:without|exclud\w+|leav\w+|left out|dropp\w+|omit\w*|remov\w+|minus|except\w*|apart from|subset|only|among|"
    r"within)\b",
    re.IGNORECASE,
)
_RELATED = regex(
    r"correl|agree|\brank|coefficient|relat|Spearman|Pearson|ρ|\brho\b|associat|\bpredict|go(?:es)? (?:together|with)",
    re.IGNORECASE,
)


def _is_correlation(record: Record, found: list[Record]) -> bool:
    """True if the words say so, or if another one of the page that nothing names has the p of a correlation."""
    if record.passage is not None and _RELATED.search(record.passage.plain):
        return True
    return any(r is not record and r.unlabelled and follows(r) for r in found)


def mirror_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Coefficients that the page states with the other sign beside the same p and N."""
    found = [
        r
        for r in records(evidence)
        if r.coefficient is not None
        and r.p is not None
        and r.n is not None
        and not r.prior
        and not r.coefficient.bound
        and not r.carried
    ]
    for i, record in enumerate(found):
        c = record.coefficient
        if c is None or record.passage is None or abs(c.value) < 0.02 or c.decimals < 2:
            continue
        alike = [r for j, r in enumerate(found) if j != i and r.n == record.n and _same_p(r.p, record.p)]
        same = [r for r in alike if r.coefficient is not None and r.coefficient.allows(c.value)]
        turned = [r for r in alike if r.coefficient is not None and _mirrors(r.coefficient, c)]
        in_table = [r for r in turned if r.passage is None]
        if not same and not in_table and len(turned) < 2:
            turned = [r for r in turned if _is_odd(evidence, record, r)] or _twins(evidence, record)
        by = turned[0].coefficient if turned and not same else None if same else _compared(evidence, record)
        if by is not None:
            said = by.text
            yield Clash(
                "record",
                record.place,
                f"the coefficient {c.text} with N = {record.n:,} is {said} elsewhere on the page, with the other sign",
                "give it one sign",
            )


def _mirrors(a: Number, b: Number) -> bool:
    """True if ``a`` with its sign turned prints as ``b``, whichever has more digits."""
    if abs(b.value) < 0.1:  # two small ones need not be one
        return a.allows(-b.value)
    return -a.high <= b.high and b.low <= -a.low


_OPPOSITE = regex(
    r"\b(?:distan\w+|dissimilar\w+|opposite\w*|revers\w+|invert\w*|flip\w*|mirror\w*|minus|against)\b", re.IGNORECASE
)


def _is_odd(evidence: Evidence, record: Record, other: Record) -> bool:
    """True if, of two records that differ in the sign alone, this one has the sign that the page's others have not."""
    p = record.p
    if p is None or p.bound or len(p.text.strip("0.").split("e")[0].replace(".", "")) < 2:
        return False
    return _has_odd_sign(evidence, record, other)


def _has_odd_sign(evidence: Evidence, record: Record, other: Record) -> bool:
    c = record.coefficient
    if c is None or _OPPOSITE.search(record.context) or _OPPOSITE.search(other.context):
        return False
    signs = [
        r.coefficient.value > 0
        for r in records(evidence)
        if r.coefficient is not None and not r.prior and r not in (record, other) and abs(r.coefficient.value) >= 0.1
    ]
    return len(signs) >= 2 and signs.count(c.value > 0) * 4 <= len(signs)


def _twins(evidence: Evidence, record: Record) -> list[Record]:
    """The other of a Spearman and a Pearson coefficient of one paragraph and one N, where its sign is the other one.

    Both are far from zero and alike in size: of one relation they cannot differ in sign, and the page's other
    coefficients say which of them is wrong.
    """
    c = record.coefficient
    if c is None or abs(c.value) < _FAR:
        return []
    out = []
    for other in records(evidence):
        d = other.coefficient
        if d is None or other is record or other.passage is not record.passage or other.n not in (None, record.n):
            continue
        unlike = {_method(record), _method(other)} == {"r", "ρ"}
        if unlike and abs(d.value) >= _FAR and c.value * d.value < 0 and abs(abs(c.value) - abs(d.value)) < 0.2:
            out.append(other)
    return [x for x in out if _has_odd_sign(evidence, record, x)] if len(out) == 1 else []


_FAR = 0.5
_SETS = regex(
    r"\bwith(?:out)?\b.*\bwith(?:out)?\b|"
    r"\b(?:includ|exclud|admit|admission|remov|omit|left out|leav\w+ out|add(?:ed|ing))",
    re.IGNORECASE | re.DOTALL,
)
_STRONGER = regex(
    r"\b(?:strong|weak|tight|loos|firm|slack|close|steep|sharp|faint|clear|poor|good|better|worse|steadi|soft)\w*\b[^.;]*\bthan\b",
    re.IGNORECASE,
)


def _compared(evidence: Evidence, record: Record) -> Number | None:
    """A coefficient of the other sign with whose strength the sentence compares this one: "tighter than …"."""
    c = record.coefficient
    if c is None or record.passage is None or abs(c.value) < _FAR:
        return None
    if not (_STRONGER.search(record.context) or _SETS.search(record.context)):
        return None
    inside = next((s for s in record.passage.sentences if c in s.numbers), None)
    others = [x for x in inside.numbers if x.role == "coefficient" and x is not c] if inside is not None else []
    if len(others) != 1 or others[0].label != c.label or abs(others[0].value) < _FAR or others[0].value * c.value > 0:
        return None
    return others[0] if _has_odd_sign(evidence, record, record) else None


def _method(record: Record) -> str:
    return record.coefficient.label if record.coefficient is not None else ""


def _same_p(a: Number | None, b: Number | None) -> bool:
    return a is not None and b is not None and a.bound == b.bound and a.low <= b.high and b.low <= a.high
