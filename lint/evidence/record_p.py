"""Whether the p of a record follows from its coefficient and its N."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from leakstats.errors import LeakstatsError
from leakstats.records import replace
from leakstats.tails import SPEARMAN_EXACT_MAX, correlation_p, spearman_exact_p

from ..regex import regex
from .correlations import RELATED, Record, records, units_of
from .grammar import Number
from .inference import has_other_test, is_of_no_one_sample, is_other_test, names_its_test, says_exact
from .knowledge import Clash, Evidence

__all__ = ["follows", "p_clashes", "p_range"]


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
    if is_other_test(record.context):
        return None
    low = record.context.lower()
    variants = [(k, False) for k in range(6 if any(word in low for word in _PARTIAL) else 1)]
    if n <= SPEARMAN_EXACT_MAX and c.label != "r":
        variants.append((0, True))
    if "exact" in low and n <= SPEARMAN_EXACT_MAX:
        step = 12 / (n**3 - n)  # of the coefficient without ties; with ties p lies between its neighbours'
        c = replace(c, low=c.low - step, high=c.high + step)
    denied = False
    for k, exact in variants:  # the exact test, which costs most, only where no other gives it
        for x in (c, *record.rivals):
            given = _gives(x, p, n, k, exact)
            if given:
                return True
            denied = denied or given is False
    return False if denied else None


_PARTIAL = ("partial", "controlling", "controlled", "adjusting", "given")
"""Words of a partial correlation, of which nobody says how many covariates it has."""


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
        if follows(record) is False and not _is_of_named_test(evidence, record):
            yield from _wrong_p(record, record.n)
    yield from _of_one_n(evidence, found, sizes | rows)


def _is_of_named_test(evidence: Evidence, record: Record) -> bool:
    """True if what is said of a p explains it: another test, or an exact one that ties keep near the usual p."""
    passage = record.passage
    if has_other_test(evidence, record.sheet, record.row, passage.block if passage is not None else -1):
        return True
    c, p, n = record.coefficient, record.p, record.n
    if passage is not None and c is not None and p is not None:
        home = next((i for i, s in enumerate(passage.sentences) if s.start <= p.at < s.end), -1)
        if is_of_no_one_sample(record.context) or any(
            names_its_test(s.text) for s in passage.sentences[home + 1 :][:1]
        ):
            return True
        if (c.value, p.text) in _tested_otherwise(evidence):
            return True
    if not says_exact(record.context) or c is None or p is None or n is None:
        return False
    if n > SPEARMAN_EXACT_MAX:
        return True  # nobody lists so many orders: a permutation test
    ends = [x for exact in (False, True) if (x := p_range(c.low, c.high, n, 0, exact)) is not None]
    low, high = p.admitted
    return any(small / _TIES <= high and low <= large * _TIES for small, large in ends)


def _tested_otherwise(evidence: Evidence) -> frozenset[tuple[float, str]]:
    """The coefficients of the tables, each with its p, of which the table says that the p is by another test."""
    if "tested otherwise" not in evidence.cache:
        evidence.cache["tested otherwise"] = frozenset(
            (r.coefficient.value, r.p.text)
            for r in records(evidence)
            if r.sheet >= 0 and r.coefficient is not None and r.p is not None
            if is_other_test(r.context) or has_other_test(evidence, r.sheet, r.row, -1)
        )
    found: frozenset[tuple[float, str]] = evidence.cache["tested otherwise"]
    return found


_TIES = 2.0
"""How many times an exact p with ties may be the one without."""


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
        units = {units_of(p.plain) for p in evidence.passages if RELATED.search(p.plain)}
        known = sizes | {n for n in (*units, *(r.units for r in alike)) if n is not None}
        answers = {n: [follows(replace(r, n=n)) for r in alike] for n in sorted(known)}
        best = max(answers, key=lambda n: answers[n].count(True), default=0)
        if not best or answers[best].count(True) < max(_FEWEST_OF_ONE, 0.75 * (len(alike) - 1)):
            continue
        for i, record in enumerate(alike):
            fewer = _LEAVES_OUT.search(record.context) is not None  # and has another N, which may stand nowhere
            if answers[best][i] is False and not fewer and not any(given[i] for given in answers.values()):
                if has_other_test(evidence, record.sheet, record.row, -1):
                    continue
                yield from _wrong_p(record, best)


_LEAVES_OUT = regex(
    r"\b(?:without|exclud\w+|leav\w+|left out|dropp\w+|omit\w*|remov\w+|minus|except\w*|apart from|subset|only|among|"
    r"within)\b",
    re.IGNORECASE,
)
"""Words of a part of the units, which has another N."""


def _is_correlation(record: Record, found: list[Record]) -> bool:
    """True if the words say so, or if another one of the page that nothing names has the p of a correlation."""
    if record.passage is not None and RELATED.search(record.passage.plain):
        return True
    return any(r is not record and r.unlabelled and follows(r) for r in found)
