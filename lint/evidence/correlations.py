"""Coefficient, p and N as one record: two that match a known record convict the third."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from leakstats.errors import LeakstatsError
from leakstats.records import struct
from leakstats.tails import SPEARMAN_EXACT_MAX, correlation_p, spearman_exact_p

from ..source import Place
from .grammar import Number
from .idioms import stats
from .knowledge import Clash, Evidence
from .passages import Passage
from .shapes import Triple
from .tables import Sheet

__all__ = ["Record", "coefficient_clashes", "p_clashes", "records"]


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
            for stat in stats(sentence):
                first = stat.coefficient or stat.p
                if first is None:
                    continue
                p = stat.p or first
                n = stat.n or first
                context = sentence.text
                names = frozenset(m.name for m in sentence.names)
                yield Record(
                    stat.coefficient,
                    stat.p,
                    int(stat.n.value) if stat.n is not None and stat.n.decimals <= 0 else None,
                    stat.n,
                    passage.place(first.start, first.end),
                    passage.place(p.start, p.end),
                    passage.place(n.start, n.end),
                    context,
                    passage,
                    names,
                    passage.part == "prior",
                )


_COEFFICIENT_HEAD = re.compile(
    r"ρ|\brho\b|\b[rR]\b|spearman|pearson|correlation|coefficient|\br_s\b|kendall|τ", re.IGNORECASE
)
_N_IN = re.compile(r"\b[Nn]\s*=\s*([\d,]+)")


def _of_tables(evidence: Evidence) -> Iterator[Record]:
    for sheet in evidence.sheets:
        yield from _of_sheet(evidence, sheet)


def _of_sheet(evidence: Evidence, sheet: Sheet) -> Iterator[Record]:
    document = evidence.document
    rows: dict[int, list[int]] = {}
    for i, item in enumerate(sheet.numbers):
        rows.setdefault(item.row, []).append(i)
    for row, found in rows.items():
        items = [sheet.numbers[i] for i in found]
        label = sheet.labels[row]
        used = None
        row_n = next((x for x in items if x.number.role == "n" and x.number.decimals <= 0), None)
        for item in items:
            number = item.number
            head = sheet.header[item.column]
            named = _COEFFICIENT_HEAD.search(head) or _COEFFICIENT_HEAD.search(label)
            if (
                number.role not in ("coefficient", "value")
                or not (named or number.role == "coefficient")
                or abs(number.value) > 1.0
                or number.decimals <= 0
            ):
                continue
            if item.interval or (item.position > 0 and number.role != "coefficient"):
                continue
            beside = [
                x for x in items if x.column == item.column and x.position > item.position and x.number.role == "p"
            ]
            following = [x for x in items if x.column > item.column and x.number.role == "p" and x is not used]
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
            place = document.place(item.cell.text, number.start, number.end)
            p_place = document.place(p.cell.text, p.number.start, p.number.end) if p is not None else place
            n_place = (
                document.place(row_n.cell.text, row_n.number.start, row_n.number.end)
                if row_n is not None and not in_words
                else place
            )
            yield Record(
                number,
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
    known = False
    for k, exact in variants:
        ends = p_range(c.low, c.high, n, k, exact)
        if ends is None:
            continue
        known = True
        small, large = ends
        room = 1e-9
        if p.bound in ("<", "<="):
            ok = small < p.high * (1 + room)
        elif p.bound in (">", ">="):
            ok = large > p.low * (1 - room)
        else:
            ok = small <= p.high * (1 + room) and p.low * (1 - room) <= large
            if p.bound == "~":
                ok = small <= p.high * 1.2 and p.low * 0.8 <= large
        if ok:
            return True
    return False if known else None


def p_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values that no coefficient of the printed digits gives."""
    for record in records(evidence):
        if record.p is not None and record.p.value == 0:
            continue
        if (
            follows(record) is False
            and record.coefficient is not None
            and record.p is not None
            and record.n is not None
        ):
            ends = p_range(record.coefficient.low, record.coefficient.high, record.n, 0, False)
            said = f"{record.coefficient.text} with N = {record.n:,}"
            meant = f"p between {ends[0]:.2g} and {ends[1]:.2g}" if ends is not None else "another p"
            yield Clash(
                "p",
                record.p_place,
                f"p {record.p.bound or '='} {record.p.text} does not follow from {said}, which gives {meant}",
                "one of the three is wrong, or the test must be named",
            )


# -- against known records --------------------------------------------------------------------------------------------


def _agrees(number: Number | None, value: float | None) -> bool:
    if number is None or value is None:
        return True
    if number.bound in ("<", "<="):
        return value <= number.high
    if number.bound in (">", ">="):
        return value >= number.low
    return number.allows(value)


def _bare_n(number: Number | None, n: int | None, stated: int | None) -> bool:
    return n is None or stated is None or stated == n


def coefficient_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Members of a record that the results file contradicts, the other two agreeing with one known record."""
    known = evidence.triples
    if not known:
        return
    for record in records(evidence):
        c, p = record.coefficient, record.p
        if (
            c is None
            or c.bound
            or re.search(r"partial|controll|adjust|held constant|covariate|given\b", record.context, re.IGNORECASE)
        ):
            continue
        fits_c = [t for t in known if c.allows(t.coefficient.value)]
        fits_p = [t for t in known if p is not None and not p.bound and t.p is not None and p.allows(t.p.value)]
        fits_n = [t for t in known if t.n is not None and t.n == record.n]
        mirrored = [
            t
            for t in known
            if c.allows(-t.coefficient.value) and t.n == record.n and _agrees(p, t.p.value if t.p else None)
        ]
        if not fits_c and mirrored and record.n is not None:
            by = f"N = {record.n:,}" + (f" and p {p.bound or '='} {p.text}" if p is not None else "")
            yield _convict(record.place, "coefficient", c.text, mirrored, by, lambda t: t.coefficient.value)
            continue
        if p is not None and record.n is not None:
            if any(
                t in fits_n and (t in fits_p or (p.bound and _agrees(p, t.p.value if t.p else None))) for t in fits_c
            ):
                continue
            third = [t for t in fits_p if t in fits_n]
            if third and not any(t in fits_n for t in fits_c):
                yield _convict(
                    record.place,
                    "coefficient",
                    c.text,
                    third,
                    f"p = {p.text} and N = {record.n:,}",
                    lambda t: t.coefficient.value,
                )
                continue
            second = [t for t in fits_c if t in fits_p]
            if second:
                yield _convict(
                    record.n_place,
                    "N",
                    f"{record.n:,}",
                    second,
                    f"{c.text} and p = {p.text}",
                    lambda t: float(t.n or 0),
                )
                continue
            if third:
                yield _convict(
                    record.place,
                    "coefficient",
                    c.text,
                    third,
                    f"p = {p.text} and N = {record.n:,}",
                    lambda t: t.coefficient.value,
                )
                continue
            first = [t for t in fits_c if t in fits_n]
            if first:
                yield _convict(
                    record.p_place,
                    "p",
                    p.text,
                    first,
                    f"{c.text} and N = {record.n:,}",
                    lambda t: t.p.value if t.p else 0.0,
                )
        elif p is not None:
            if any(t in fits_p for t in fits_c) or (
                p.bound and any(_agrees(p, t.p.value if t.p else None) for t in fits_c)
            ):
                continue
            if fits_p and not fits_c:
                yield _convict(
                    record.place, "coefficient", c.text, fits_p, f"p = {p.text}", lambda t: t.coefficient.value
                )
            elif fits_c and not fits_p and not p.bound:
                yield _convict(record.p_place, "p", p.text, fits_c, c.text, lambda t: t.p.value if t.p else 0.0)
            elif fits_c and fits_p:
                yield _convict(
                    record.place, "coefficient", c.text, fits_p, f"p = {p.text}", lambda t: t.coefficient.value
                )


def _convict(
    place: Place, what: str, said: str, triples: list[Triple], by: str, value: Callable[[Triple], float]
) -> Clash:
    found = sorted({f"{value(t):.4g}" for t in triples})[:3]
    where = triples[0].pointer
    return Clash(
        "record",
        place,
        f"the {what} {said} contradicts the results: {by} belong to {' or '.join(found)} ({where})",
        "correct the page, or the file",
    )
