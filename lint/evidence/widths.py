"""Confidence intervals against their estimates and against the usual methods for their k and n."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from leakstats.tails import clopper_pearson_interval, normal_ppf, wilson_interval

from ..regex import regex
from ..source import Place
from .grammar import Number
from .inference import has_other_interval
from .interval_words import intervals_of_words
from .intervals import Stated, intervals_of_tables
from .knowledge import Clash, Evidence
from .trials import candidate_sizes

__all__ = ["exclusion_clashes", "follows_from_trials", "width_clashes"]


def stated_intervals(evidence: Evidence) -> list[Stated]:
    """Every interval of the page."""
    if "intervals" not in evidence.cache:
        evidence.cache["intervals"] = [*intervals_of_words(evidence), *intervals_of_tables(evidence)]
    found: list[Stated] = evidence.cache["intervals"]
    return found


def exclusion_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Intervals whose ends are exchanged, or which do not hold their estimate."""
    for item in stated_intervals(evidence):
        if item.low.low > item.high.high:
            yield Clash(
                "interval-order",
                item.place,
                f"the interval's lower end {item.low.text} is above its upper end {item.high.text}",
                "exchange the ends, or correct them",
            )
            continue
        rate = _rate_of(item)
        if any(a <= item.high.high and item.low.low <= b for a, b in item.rivals):
            continue
        if rate is not None and (rate[1] < item.low.low - 1e-9 or rate[0] > item.high.high + 1e-9):
            said = (
                item.estimate.text
                if item.estimate is not None
                else f"{item.counts[0]} of {item.counts[1]}"
                if item.counts
                else ""
            )
            yield Clash(
                "interval-excludes",
                item.place,
                f"the interval [{item.low.text}, {item.high.text}] does not hold its estimate {said}",
                "one of the two belongs to something else",
            )
        elif rate is not None and _is_mirrored(item, rate):
            said = item.estimate.text if item.estimate is not None else ""
            yield Clash(
                "interval-excludes",
                item.place,
                f"the interval [{item.low.text}, {item.high.text}] is centred on the opposite of its estimate {said}",
                "one of them has the wrong sign",
            )


def _is_mirrored(item: Stated, rate: tuple[float, float]) -> bool:
    """True if a difference inside its interval lies far from the middle, and with its sign turned on it."""
    if item.estimate is None or not (item.low.value < 0 < item.high.value):
        return False
    if item.estimate.role == "coefficient" or item.low.role == "coefficient":
        return False  # intervals of correlations are not symmetric
    middle, half = (item.low.value + item.high.value) / 2, (item.high.value - item.low.value) / 2
    value = (rate[0] + rate[1]) / 2
    return half > 0 and abs(value - middle) > 0.3 * half and abs(-value - middle) < 0.08 * half


def _rate_of(item: Stated) -> tuple[float, float] | None:
    """The estimate on the interval's own scale."""
    if item.estimate is not None:
        if (item.estimate.role == "percent") != (item.low.role == "percent") and "percent" in (
            item.estimate.role,
            item.low.role,
        ):
            factor = 0.01 if item.estimate.role == "percent" else 100.0
            if item.high.value > 1.5 and item.estimate.value > 1.5:
                factor = 1.0
            elif item.high.value <= 1 and item.estimate.value <= 1:
                # "0.8% (0.00, 0.05)" is of two scales, "0.8% (0.1, 1.0)" of one
                factor = factor if item.low.decimals > item.estimate.decimals else 1.0
            holds = item.low.low <= item.estimate.high and item.estimate.low <= item.high.high
            if holds and (item.low.role == "percent" or item.low.decimals <= item.estimate.decimals):
                factor = 1.0  # "1.1" in a row of percentages beside "0.2 to 6.0" below a unit of its own
            return item.estimate.low * factor, item.estimate.high * factor
        return item.estimate.low, item.estimate.high
    if item.counts is not None and item.counts[1]:
        rate = item.counts[0] / item.counts[1] * (100 if item.low.role == "percent" or item.high.value > 1 else 1)
        return rate, rate
    return None


_Interval: TypeAlias = tuple[float, float, str]
"""Its ends, and the method."""


@lru_cache(maxsize=2048)
def _wilson(k: int, n: int, level: float) -> _Interval:
    found = wilson_interval(k, n, level=level)
    return found.low, found.high, "Wilson"


@lru_cache(maxsize=2048)
def _others(k: int, n: int, level: float, shown: tuple[float, float]) -> tuple[_Interval, ...]:
    """The other usual intervals; the exact one, which costs most, only where it may be the ``shown`` one."""
    z = normal_ppf(0.5 + level / 2)
    p = k / n
    half = z * math.sqrt(p * (1 - p) / n)
    out: list[_Interval] = [(max(p - half, 0.0), min(p + half, 1.0), "Wald")]
    m = n + z * z
    q = (k + z * z / 2) / m
    half = z * math.sqrt(q * (1 - q) / m)
    out.append((max(q - half, 0.0), min(q + half, 1.0), "Agresti-Coull"))
    near = 4 / n + 0.01  # the exact interval is never farther from Wilson's
    wilson = _wilson(k, n, level)
    if abs(shown[0] - wilson[0]) <= near and abs(shown[1] - wilson[1]) <= near:
        exact = clopper_pearson_interval(k, n, level=level)
        out.append((exact.low, exact.high, "Clopper-Pearson"))
    return tuple(out)


def _usual(k: int, n: int, level: float, shown: tuple[float, float]) -> Iterator[_Interval]:
    """The usual intervals; what most pages print comes first, and the others are worked out where it is not that."""
    yield _wilson(k, n, level)
    yield from _others(k, n, level, shown)


@lru_cache(maxsize=16)  # one interval is held against many sizes
def _level(context: str) -> float:
    said = ((float(next(g for g in match.groups() if g)), match.end()) for match in _LEVEL.finditer(context))
    found = {level for level, end in said if level >= _USUAL or not _ENDS.match(context, end)} & _LEVELS
    return max(found) / 100 if found else 0.95


_USUAL = 90
"""A smaller level is an estimate in front of its interval: "80% CI (72.1–86.1%)"."""
_ENDS = regex(r"\s*\(\s*\d")


_LEVELS = frozenset([68.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9])
_LEVEL = regex(
    r"(?<![\d.])(\d{2}(?:\.\d)?)\s?%[\s-]*(?:Wilson |binomial )?(?:CI|confidence|interval|Wilson|Clopper)|"
    r"(?:Wilson|CI|interval)s?[\s(]+(\d{2}(?:\.\d)?)\s?%"
)


def _fits(item: Stated, n: int) -> tuple[bool, str] | None:
    """Whether an interval of ``n`` trials prints as this one, and what it would be; ``None`` where none is defined."""
    rate = _rate_of(item)
    if rate is None or n < 2 or n > 1_000_000:
        return None
    scale = 100.0 if item.low.role == "percent" or item.high.value > 1 else 1.0
    low_k, high_k = math.ceil(rate[0] / scale * n - 1e-6), math.floor(rate[1] / scale * n + 1e-6)
    if item.counts is not None and item.counts[1] == n:
        low_k = high_k = item.counts[0]
    if low_k > high_k or low_k < 0 or high_k > n or high_k - low_k > 400:
        return None
    level = _level(item.context)
    shown = ""
    step = max((high_k - low_k) // 12, 1)
    slack = 10.0**-item.low.decimals
    for k in sorted({*range(low_k, high_k + 1, step), high_k}):
        for low, high, method in _usual(k, n, level, (item.low.value / scale, item.high.value / scale)):
            if method == "Wilson" and not shown:
                shown = f"[{low * scale:.{max(item.low.decimals, 1)}f}, {high * scale:.{max(item.high.decimals, 1)}f}]"
            # a digit that was cut off and not rounded is no other interval
            if (
                abs(low * scale - item.low.value) <= slack * 1.05
                and abs(high * scale - item.high.value) <= slack * 1.05
            ):
                return True, shown
    return False, shown


def _asked(evidence: Evidence, item: Stated, n: int) -> tuple[bool, str] | None:
    """``_fits``, worked out once for the rule and for the account of the page's numbers."""
    answers: dict[tuple[int, int], tuple[bool, str] | None] = evidence.cache.setdefault("interval answers", {})
    key = (id(item), n)
    if key not in answers:
        answers[key] = _fits(item, n)
    return answers[key]


def width_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Intervals that no usual method gives for their k and n, on a page where the others follow."""
    gathered = candidate_sizes(evidence)
    judged = []
    for item in stated_intervals(evidence):
        if (
            item.foreign
            or item.low.low > item.high.high
            or item.quantity == "score"
            or has_other_interval(item.context, item.beside)
        ):
            continue
        rate = _rate_of(item)
        if (
            rate is None
            or item.low.role in ("coefficient",)
            or (item.estimate is not None and item.estimate.role in ("coefficient", "points"))
        ):
            continue
        if rate[1] < item.low.low - 1e-9 or rate[0] > item.high.high + 1e-9:
            continue
        if item.low.value < 0 or (item.estimate is not None and item.estimate.signed):
            continue  # a difference
        answers = [(n, a) for n in item.sizes or gathered if (a := _asked(evidence, item, n)) is not None]
        if answers:
            judged.append((item, answers, any(a[0] for _, a in answers)))
    yield from _cut_off(evidence, [item for item, _, ok in judged if ok and item.column[0] >= 0])
    right = sum(ok for _, _, ok in judged)
    for item, answers, ok in judged:
        wrong = len(judged) - right
        if ok or not ((right >= 2 and right >= wrong) or (item.sure and right >= wrong - 1)):
            continue
        if item.column[0] < 0 and not item.sure:
            continue  # in words, and no n near by is said to be its own
        column = [fits for x, _, fits in judged if x.column == item.column]
        if item.column[0] >= 0 and not item.sure and sum(column) < max(2, len(column) / 2):
            continue  # another column may have another n
        if not item.quantity and not _are_shares([(x, fits) for x, _, fits in judged if not x.quantity], item):
            continue
        if not item.counts and _is_explained_elsewhere(evidence, item):
            continue
        n, (_, shown) = answers[0]
        yield Clash(
            "interval-width",
            item.place,
            f"the interval [{item.low.text}, {item.high.text}] does not follow from its rate with n = {n:,}: "
            f"Wilson gives {shown}",
            "it belongs to another sample size or another method; name the method",
        )


def _are_shares(judged: list[tuple[Stated, bool]], item: Stated) -> bool:
    """True if decimals that no words call rates are rates: most of their column follow from a k and an n."""
    fits = [ok for x, ok in judged if x.column == item.column]
    return sum(fits) >= _FEWEST_SHARES and 2 * sum(fits) > len(fits)


_FEWEST_SHARES = 2


def _is_explained_elsewhere(evidence: Evidence, item: Stated) -> bool:
    """True if an interval in words is printed in a table, or if a whole number of a table is the n of one without n.

    A column of sizes need not be called n: "items", "asked on each side".
    """
    in_words = item.column[0] < 0
    tables = [x for x in stated_intervals(evidence) if x.column[0] >= 0 and x is not item]
    if in_words and any(_is_like(item.low, x.low) and _is_like(item.high, x.high) for x in tables):
        return True
    if item.sure and not in_words:
        return False
    whole = {
        int(x.number.value)
        for sheet in evidence.sheets
        for x in sheet.numbers
        if x.number.decimals <= 0 and x.number.role in ("count", "n") and x.number.value >= _FEWEST_TRIALS
    }
    return any((answer := _asked(evidence, item, n)) is not None and answer[0] for n in sorted(whole)[:60])


_FEWEST_TRIALS = 10


def _is_like(a: Number, b: Number) -> bool:
    """True if two numbers may print one value, one of them perhaps in percent."""
    (low, high), (least, most) = a.scaled(), b.scaled()
    return low <= most and least <= high and abs(a.value) > 0


_FEWEST_EXACT = 3
"""Intervals of a column that are exact by one method, before that method is held against the others."""


def _cut_off(evidence: Evidence, items: list[Stated]) -> Iterator[Clash]:
    """Intervals that are one off in the last digit, in a column of which the others are exact by one method."""
    for column in sorted({x.column for x in items}):
        rows = [x for x in items if x.column == column]
        best: tuple[int, list[tuple[Stated, str]], str, int] = (0, [], "", 0)
        for n in dict.fromkeys(n for x in rows for n in (x.sizes or candidate_sizes(evidence))):
            for method in ("Wilson", "Clopper-Pearson", "Wald", "Agresti-Coull"):
                fits = [(x, _exact(x, n, method)) for x in rows if not x.sizes or n in x.sizes]
                exact = sum(shown == "" for _, shown in fits)
                if exact > best[0]:
                    best = (exact, [(x, shown) for x, shown in fits if shown], method, n)
        exact, others, method, n = best
        # one that is further off than by its last digit is of another n
        others = [(x, shown) for x, shown in others if (_asked(evidence, x, n) or (False, ""))[0]]
        named = method.casefold() in rows[0].context.casefold()
        if exact < _FEWEST_EXACT or (exact <= len(others) and not named):
            continue
        for item, shown in others:
            yield Clash(
                "interval-width",
                item.place,
                f"the interval [{item.low.text}, {item.high.text}] is cut off and not rounded: {method} with n = {n:,} "
                f"gives {shown}; {exact} other rows are exact",
                "round it as the others",
            )


def _exact(item: Stated, n: int, method: str) -> str | None:
    """What the method gives where the interval prints otherwise, and "" where it is that; ``None`` without one k."""
    rate = _rate_of(item)
    scale = 100.0 if item.low.role == "percent" or item.high.value > 1 else 1.0
    if rate is None or n < 2 or n > 100_000:
        return None
    k = round((rate[0] + rate[1]) / 2 / scale * n)
    if item.counts is not None and item.counts[1] == n:
        k = item.counts[0]
    elif (rate[1] - rate[0]) / scale * n > 1 + 1e-9 or not rate[0] - 1e-9 <= k / n * scale <= rate[1] + 1e-9:
        return None
    stated = (item.low.value / scale, item.high.value / scale)
    found = (x for x in _usual(k, n, _level(item.context), stated) if x[2] == method)
    exact = next(found, None)
    if exact is None:
        return None
    low, high, _ = exact
    if item.low.allows(low, scale=scale) and item.high.allows(high, scale=scale):
        return ""
    digits = max(item.low.decimals, 0)
    return f"[{low * scale:.{digits}f}, {high * scale:.{digits}f}]"


def follows_from_trials(evidence: Evidence) -> Iterator[tuple[Place, str]]:
    """Intervals that a usual method gives for their k and n, with what says so."""
    gathered = candidate_sizes(evidence)
    for item in stated_intervals(evidence):
        for n in item.sizes or gathered:
            answer = _asked(evidence, item, n)
            if answer is not None and answer[0]:
                yield item.place, f"an interval for its rate with n = {n:,}"
                break
