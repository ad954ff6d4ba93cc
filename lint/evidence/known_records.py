"""Coefficients of the page against the files: two members that match a known record convict the third."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..regex import regex
from ..source import Place
from .aside import is_of_subset
from .correlations import Record, records
from .grammar import Number
from .knowledge import Clash, Evidence
from .methods import is_of_label
from .record_p import follows
from .slips import slip_of
from .triples import Triple

__all__ = ["coefficient_clashes"]


def _agrees(number: Number | None, value: float | None) -> bool:
    return number is None or value is None or number.admits(value)


def _lead(plain: str, number: Number) -> str:
    """The words of its sentence before a number."""
    return regex(r"[.!?]\s").split(plain[max(0, number.at - 200) : number.at])[-1]


_OTHER_MEASURE = regex(
    r"partial|controll|adjust|held constant|covariate|given\b(?! (?:in|up|by|to|as|out|away)\b)", re.IGNORECASE
)
"""Of a partial correlation; who is "given in to" is not."""
_QUOTED = regex(r"#\d|\bet al\b|\bpublished\b", re.IGNORECASE)
"""A record in such a sentence stands in somebody else's files."""


def coefficient_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Members of a record that the results file contradicts, the other two agreeing with one known record.

    Two members must leave one record: a p of one digit is kept by many, and a record of which p follows from the
    coefficient and N may be one that no file holds.
    """
    known = evidence.triples
    if not known:
        return
    for record in records(evidence):
        c = record.coefficient
        if (
            c is None
            or c.bound
            or record.unlabelled
            or record.rivals
            or record.prior
            or _QUOTED.search(record.context)
            or _OTHER_MEASURE.search(record.context)
            or (record.passage is not None and is_of_subset(_lead(record.passage.plain, c)))
        ):
            continue
        yield from _turned(record, c, known) if record.carried else _against(evidence, record, c, known)
    yield from _quoted(evidence, known)
    for record in (r for r in records(evidence) if r.unlabelled and not r.prior):
        c, p = record.coefficient, record.p
        if c is not None and p is not None and not p.bound and not _is_stored(evidence, c):
            third = [t for t in known if t.n == record.n and t.p is not None and p.allows(t.p.value)]
            slip = slip_of(c, third[0].coefficient.value) if _is_one(third) else ""
            if slip == "sign" or (slip and follows(record) is not True):
                yield _convict(record.place, "coefficient", c.text, third, _by(p, record.n), _coefficient_of)


def _quoted(evidence: Evidence, known: list[Triple]) -> Iterator[Clash]:
    """Coefficients of earlier work with the other sign of the one record of the files that has their size, p and N."""
    for record in records(evidence):
        c, p, n = record.coefficient, record.p, record.n
        if not (record.prior or _QUOTED.search(record.context)) or c is None or p is None or n is None:
            continue
        if c.bound or p.bound or record.carried or record.rivals or p.digits < 2 or abs(c.value) < 0.05:
            continue
        fits = [t for t in known if t.n == n and t.p is not None and p.allows(t.p.value)]
        if _has_other_sign(c, fits):
            yield _convict(record.place, "coefficient", c.text, fits, _by(p, n), _coefficient_of)


def _has_other_sign(c: Number, fits: list[Triple]) -> bool:
    """True for the size, with the other sign, of the coefficient of the one record that fits."""
    if not _is_one(fits) or not is_of_label(fits[0], c.label):
        return False
    value = fits[0].coefficient.value
    return c.allows(-value) and not c.allows(value)


def _turned(record: Record, c: Number, known: list[Triple]) -> Iterator[Clash]:
    """A coefficient with the other sign of the one record that has its size and its p, whatever N it inherits."""
    p = record.p
    if p is None or p.bound or p.digits < 2 or abs(c.value) < 0.05:
        return
    fits = [t for t in known if t.p is not None and p.allows(t.p.value)]
    if _has_other_sign(c, fits):
        yield _convict(record.place, "coefficient", c.text, fits, _by(p, None), _coefficient_of)


def _against(evidence: Evidence, record: Record, c: Number, known: list[Triple]) -> Iterator[Clash]:
    p, n = record.p, record.n
    of_n = [t for t in known if n is not None and t.n == n]
    if any(
        c.allows(t.coefficient.value) and _agrees(p, t.p.value if t.p else None)
        for t in (of_n if n is not None else known)
    ):
        return
    fits_c = [t for t in known if c.allows(t.coefficient.value)]
    fits_p = [t for t in known if p is not None and not p.bound and t.p is not None and p.allows(t.p.value)]
    exact = p is not None and not p.bound and len(p.text.strip("0.")) >= 2
    among = of_n if n is not None or not exact else known
    mirrored = [t for t in among if c.allows(-t.coefficient.value) and _agrees(p, t.p.value if t.p else None)]
    if not fits_c and mirrored:
        yield _convict(record.place, "coefficient", c.text, mirrored, _by(p, n), _coefficient_of)
        return
    if not fits_c and _is_one(of_n) and slip_of(c, of_n[0].coefficient.value) and not _is_stored(evidence, c):
        yield _convict(record.place, "coefficient", c.text, of_n, f"N = {n:,}", _coefficient_of)
        return
    if p is None:
        return
    own = [t for t in of_n if c.allows(t.coefficient.value)]
    slip = slip_of(p, own[0].p.value) if _is_one(own) and own[0].p is not None and not p.bound else ""
    if slip and not (slip == "digit" and follows(record) is True):  # else it may be another one that prints alike
        yield _convict(record.p_place, "p", p.text, own, f"{c.text} and N = {n:,}", _p_of)
        return
    near = [t for t in of_n if t.p is not None and _agrees(p, t.p.value) and slip_of(c, t.coefficient.value)]
    if (
        not fits_c
        and not p.bound
        and _is_one(near)
        and not _is_stored(evidence, c)
        and is_of_label(near[0], c.label, sure=not exact)
    ):
        yield _convict(record.place, "coefficient", c.text, near, _by(p, n), _coefficient_of)
        return
    beside = [t for t in of_n if t.p is not None and p.allows(t.p.value) and _is_next_to(c, t.coefficient.value)]
    if not fits_c and not p.bound and p.digits > 1 and _is_one(beside) and is_of_label(beside[0], c.label, sure=True):
        yield _convict(record.place, "coefficient", c.text, beside, _by(p, n), _coefficient_of)
        return
    if follows(record) is True:
        return  # consistent in itself: a record that the files need not hold
    if n is not None:
        third = [t for t in fits_p if t in of_n]
        second = [t for t in fits_c if t in fits_p]
        first = [t for t in fits_c if t in of_n]
        if third and not first and (_is_one(third) or any(slip_of(c, t.coefficient.value) for t in third)):
            yield _convict(record.place, "coefficient", c.text, third, _by(p, n), _coefficient_of)
        elif (second and not of_n) or (second and exact and not first):
            yield _convict(record.n_place, "N", f"{n:,}", second, f"{c.text} and p = {p.text}", _size_of)
        elif third and exact:
            yield _convict(record.place, "coefficient", c.text, third, _by(p, n), _coefficient_of)
        elif first and not p.bound:
            yield _convict(record.p_place, "p", p.text, first, f"{c.text} and N = {n:,}", _p_of)
        elif of_n and p.bound and not fits_c and not _is_stored(evidence, c):
            near = [t for t in of_n if _agrees(p, t.p.value if t.p else None) and slip_of(c, t.coefficient.value)]
            if _is_one(near):
                yield _convict(record.place, "coefficient", c.text, near, _by(p, n), _coefficient_of)
    elif exact and fits_p and not fits_c and _is_one(fits_p) and not _is_stored(evidence, c):
        yield _convict(record.place, "coefficient", c.text, fits_p, f"p = {p.text}", _coefficient_of)
    elif exact and fits_c and not fits_p and _is_one(fits_c):
        yield _convict(record.p_place, "p", p.text, fits_c, c.text, _p_of)
    elif exact and fits_c and fits_p and _is_one(fits_p) and len(c.text.strip("+-−–0.")) >= 2:
        yield _convict(record.place, "coefficient", c.text, fits_p, f"p = {p.text}", _coefficient_of)


def _is_next_to(c: Number, value: float) -> bool:
    """True for a coefficient that was rounded the wrong way: its last digit is one too many or too few."""
    return c.decimals > 1 and abs(c.value - value) < 1.01 * 10.0**-c.decimals


def _is_stored(evidence: Evidence, c: Number) -> bool:
    """True if the files hold the value anywhere: as a coefficient that no p stands beside."""
    return evidence.is_known(c, evidence.known_values)


def _is_one(triples: list[Triple]) -> bool:
    """True if the triples are one record, perhaps stored twice."""
    return bool(triples) and len({(round(t.coefficient.value, 6), t.n) for t in triples}) == 1


def _by(p: Number | None, n: int | None) -> str:
    sized = f"N = {n:,}" if n is not None else ""
    return " and ".join(x for x in (f"p {p.bound or '='} {p.text}" if p is not None else "", sized) if x)


def _coefficient_of(triple: Triple) -> float:
    return triple.coefficient.value


def _size_of(triple: Triple) -> float:
    return float(triple.n or 0)


def _p_of(triple: Triple) -> float:
    return triple.p.value if triple.p else 0.0


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
