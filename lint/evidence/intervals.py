"""Confidence intervals: the order of their ends, their estimates, and what k of n allows."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from leakstats.records import struct
from leakstats.tails import clopper_pearson_interval, normal_ppf, wilson_interval

from ..document import Cell
from ..regex import regex
from ..source import Place
from .claims import is_claim
from .fractions import fractions_of
from .grammar import Number
from .idioms import adjacent, intervals, is_rate, pairs_of_counts, spans, stats
from .knowledge import Clash, Evidence
from .names import name_variants
from .passages import Passage, Sentence
from .tables import Sheet, is_aggregate
from .trials import sums_of_rows

__all__ = ["candidate_sizes", "exclusion_clashes", "follows_from_trials", "width_clashes"]


@struct(slots=False)
class Stated:
    """An interval of the page with its estimate."""

    low: Number
    high: Number
    estimate: Number | None
    counts: tuple[int, int] | None
    place: Place
    sizes: tuple[int, ...]
    """Sample sizes that may be its own."""
    context: str
    sure: bool
    """``sizes`` is known, not gathered."""
    rivals: tuple[tuple[float, float], ...] = ()
    """Other numbers of the sentence that it may belong to, and differences of two of them."""
    column: tuple[int, int] = (-1, -1)
    """Which column of which table it stands in."""
    foreign: bool = False
    """It is of all things together, and nothing says of how many trials."""


def _all(evidence: Evidence) -> list[Stated]:
    if "intervals" not in evidence.cache:
        evidence.cache["intervals"] = [*_of_prose(evidence), *_of_tables(evidence)]
    found: list[Stated] = evidence.cache["intervals"]
    return found


def _of_prose(evidence: Evidence) -> Iterator[Stated]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            found = intervals(sentence)
            if not found:
                continue
            ends = {id(x) for a, b, _ in found for x in (a, b)}
            pairs = pairs_of_counts(sentence)
            rates = [
                n
                for n in sentence.numbers
                if n.role in ("percent", "coefficient", "value", "points") and id(n) not in ends and not n.bound
            ]
            local = _sizes(sentence)
            if not rates and not pairs:
                rates = _rates_before(passage, sentence, len(found))
            orphan = not rates and not pairs and len(found) == 1
            for position, (low, high, _at) in enumerate(found):
                estimate, counts = _estimate(sentence, found, position, rates, pairs, low)
                if orphan and estimate is None:
                    estimate = _change_before(passage, sentence, low, high)
                sizes = (counts[1],) if counts is not None else _known_sizes(evidence, sentence, estimate) or local
                place = passage.place(low.start, high.end)
                far = estimate is None or low.start - estimate.end > 24
                rivals = _rivals(sentence, ends, estimate) if far and not (orphan and estimate is not None) else ()
                sure = counts is not None or bool(sizes)
                yield Stated(low, high, estimate, counts, place, sizes, passage.plain, sure, rivals)


def _rivals(sentence: Sentence, ends: set[int], estimate: Number | None) -> tuple[tuple[float, float], ...]:
    counted = {id(x) for pair in pairs_of_counts(sentence) for x in pair}
    found = [
        n
        for n in sentence.numbers
        if n.role in ("percent", "points", "value", "coefficient", "fold", "count")
        and id(n) not in ends | counted
        and n is not estimate
    ]
    levels = [*found, *([estimate] if estimate is not None else [])]
    apart = [(a.low - b.high, a.high - b.low) for a in levels for b in levels if a is not b]
    return (*((n.low, n.high) for n in found), *apart)


def _change_before(passage: Passage, sentence: Sentence, low: Number, high: Number) -> Number | None:
    """The one signed change of the sentence before an interval that stands alone: "The interval, [−1.35, 0.32]"."""
    at = passage.sentences.index(sentence)
    if not at or _ITS.match(sentence.text) is None or intervals(passage.sentences[at - 1]):
        return None
    before = passage.sentences[at - 1]
    signed = [n for n in before.numbers if n.signed and n.role in ("points", "value") and not n.bound]
    others = [n for n in before.numbers if not n.signed and n.role in ("points", "value", "coefficient", "percent")]
    moved = {id(x) for s in spans(before) for x in (s.left, s.right)}
    if len(signed) != 1 or any(id(n) not in moved or low.value <= n.value <= high.value for n in others):
        return None
    return signed[0]


_ITS = regex(r"\s*(?:The|Its|That|This|Their)\b[\w\s,%-]{0,40}(?:interval|CI|confidence|limits)", re.IGNORECASE)


def _rates_before(passage: Passage, sentence: Sentence, wanted: int) -> list[Number]:
    """The rates of the sentence before, where it has as many as this one has intervals."""
    at = passage.sentences.index(sentence)
    if not at or wanted < 2:
        return []
    before = passage.sentences[at - 1]
    if intervals(before):
        return []
    found = [n for n in before.numbers if is_rate(before, n) and not n.bound and not n.signed]
    if _LATTER_FIRST.search(sentence.text):
        found.reverse()
    return found if len(found) == wanted else []


_LATTER_FIRST = regex(r"\b(?:latter|second)\b.*\b(?:former|first)\b", re.IGNORECASE | re.DOTALL)


_AROUND = regex(
    r"\s*%?\s*[)\]]?,?\s*(?:around|about|cent(?:er|re)d (?:on|at|around))\s+(?:an? |its |the )?(?:\w+ )?(?:of )?"
)


def _estimate(
    sentence: Sentence,
    found: list[tuple[Number, Number, int]],
    position: int,
    rates: list[Number],
    pairs: list[tuple[Number, Number]],
    low: Number,
) -> tuple[Number | None, tuple[int, int] | None]:
    """The number in front of an interval, or the one of its rank in a list of as many."""
    start = found[position][2]
    later = next((n for n in sentence.numbers if n.start > found[position][1].end), None)
    if (
        later is not None
        and later.role in ("percent", "points", "value")
        and _AROUND.fullmatch(sentence.between(found[position][1].end, later.start))
    ):
        return later, None
    previous_end = found[position - 1][1].end if position else sentence.start
    near = [n for n in rates if previous_end <= n.start < start]
    near_pairs = [p for p in pairs if previous_end <= p[0].start < start]
    last = near[-1] if near else None
    if last is not None and last.role == "points" and _POSSESSIVE.search(sentence.between(last.end, start)):
        return None, None  # "they differ by 30 points, and their intervals (…": of what differs
    if (
        last is not None
        and (not near_pairs or last.start >= near_pairs[-1][0].start or start - last.end < 4)
        and (len(near) == 1 or start - last.end <= 16)
    ):
        end = found[position][1].end
        beside = [p for p in near_pairs if abs(p[0].start - last.end) < 4] or [
            p for p in pairs if p[0].start >= end and _IN_BRACKET.fullmatch(sentence.between(end, p[0].start))
        ]
        return last, (int(beside[0][0].value), int(beside[0][1].value)) if beside else None
    if len(near_pairs) == 1 and not near:
        k, n = near_pairs[0]
        return None, (int(k.value), int(n.value))
    if len(pairs) == len(found) and not rates:
        k, n = pairs[position]
        return None, (int(k.value), int(n.value))
    if len(rates) == len(found) and not pairs and all(r.start < found[0][2] for r in rates):
        return rates[position], None
    return None, None


_POSSESSIVE = regex(
    r"\b(?:their|its|his|her|the|both|these|those)\b[^()\[\]]*\b(?:intervals?|CIs?|limits|bands?|bounds)\b",
    re.IGNORECASE,
)
_IN_BRACKET = regex(r"\s?%?\s*[\])]?\s*[(\[,;]\s*")


def _sizes(sentence: Sentence) -> tuple[int, ...]:
    """The sample sizes that a paragraph states; the N of a coefficient is none of a rate."""
    of_records = {id(s.n) for x in sentence.passage.sentences for s in stats(x) if s.n is not None and s.n.label == "N"}
    stated = [n for n in sentence.passage.numbers if n.role == "n" and n.decimals <= 0 and id(n) not in of_records]
    return tuple(dict.fromkeys(int(n.value) for n in stated))


def _known_sizes(evidence: Evidence, sentence: Sentence, estimate: Number | None) -> tuple[int, ...]:
    """The trials that the results hold for the name beside the estimate."""
    if estimate is None:
        return ()
    i = next((j for j, n in enumerate(sentence.numbers) if n is estimate), -1)
    name = adjacent(sentence).get(i)
    return trials_of(evidence, name.name, estimate) if name is not None else ()


def trials_of(evidence: Evidence, name: str, rate: Number) -> tuple[int, ...]:
    """The trials behind the rates of ``name`` that print as ``rate``."""
    key = "trials"
    if key not in evidence.cache:
        table: dict[str, list[tuple[int, int]]] = {}
        for dataset in evidence.datasets:
            for parent, _, k, n in dataset.pairs:
                for step in parent:
                    for part in (step,) if isinstance(step, str) else step:
                        table.setdefault("".join(c for c in part.casefold() if c.isalnum()), []).append((k, n))
        evidence.cache[key] = table
    found: dict[str, list[tuple[int, int]]] = evidence.cache[key]
    return tuple(dict.fromkeys(n for k, n in found.get(name, ()) if rate.allows(100 * k / n)))


def _of_tables(evidence: Evidence) -> Iterator[Stated]:
    for number, sheet in enumerate(evidence.sheets):
        by_cell: dict[tuple[int, int], list[Number]] = {}
        cells = {}
        for item in sheet.numbers:
            by_cell.setdefault((item.row, item.column), []).append(item.number)
            cells[(item.row, item.column)] = item
        pairs: dict[int, int] = {}
        proved = _proved_sizes(sheet)
        for (row, column), numbers in by_cell.items():
            inside = [x for x in sheet.numbers if x.row == row and x.column == column and x.interval]
            text = cells[(row, column)].cell.text.text
            head = sheet.header[column]
            if len(inside) < 2:
                is_interval = (
                    re.search(r"\bCI\b|interval|confidence|\brange\b", head, re.IGNORECASE) is not None
                    and "range" not in head.lower()
                )
                if not (
                    is_interval and len(numbers) == 2 and re.search(r"\d\s?%?\s*(?:–|-|to|,|;)\s*[-−]?\.?\d", text)
                ):
                    continue
                low, high = numbers
            else:
                low, high = inside[0].number, inside[1].number
            estimate = next(
                (
                    n
                    for n in numbers
                    if n is not low and n is not high and n.role in ("percent", "points", "value", "coefficient")
                ),
                None,
            )
            if estimate is None:
                column_of = pairs.setdefault(
                    column, _estimate_column(by_cell, column, [r for r, c in by_cell if c == column])
                )
                estimate = next(iter(by_cell.get((row, column_of), ())), None)
            mates = _mates(sheet, column)
            size = next(
                (
                    int(x.number.value)
                    for x in sheet.numbers
                    if x.row == row and x.column in mates and x.number.role == "n"
                ),
                None,
            )
            size = proved.get(row, size) if len(mates) == len(sheet.header) else size
            counts = _cell_counts([x for c, x in enumerate(sheet.grid[row]) if c and c in mates])
            place = evidence.document.place(cells[(row, column)].cell.text, low.start, high.end)
            known: tuple[int, ...] = ()
            if estimate is not None:
                for name in name_variants(sheet.labels[row]):
                    known = known or trials_of(evidence, name, estimate)
            sizes = (counts[1],) if counts else (size,) if size else known
            context, where = f"{head} {' '.join(sheet.header)}", (number, column)
            total = is_aggregate(sheet.labels[row])
            if not counts and row not in proved and (total or (row == len(sheet.labels) - 1 and size is None)):
                # a row of totals has another n than the rest, which may stand nowhere
                more = candidate_sizes(evidence)
                sizes = tuple(dict.fromkeys((*sizes, *more))) if sizes and more else ()
                foreign = total and not sizes
                yield Stated(low, high, estimate, counts, place, sizes, context, False, (), where, foreign)
                continue
            yield Stated(low, high, estimate, counts, place, sizes, context, bool(sizes), (), where)


def _proved_sizes(sheet: Sheet) -> dict[int, int]:
    """The trials of each row, by a column that with another one gives the rates of nearly all rows."""
    whole: dict[int, dict[int, float]] = {}
    rates: dict[int, dict[int, Number]] = {}
    for item in sheet.numbers:
        number = item.number
        if item.position or item.interval or number.bound or number.signed:
            continue
        if number.decimals <= 0 and number.role in ("count", "n") and number.value >= 0:
            whole.setdefault(item.column, {})[item.row] = number.value
        elif number.role == "percent" or (number.role == "value" and 0 <= number.value <= 1):
            rates.setdefault(item.column, {})[item.row] = number
    if len(whole) > _MOST_COLUMNS or len(rates) > _MOST_COLUMNS:
        return {}
    for (_, ks), (_, ns) in itertools.permutations(whole.items(), 2):
        for shown in rates.values():
            rows = [r for r in shown if r in ks and ns.get(r, 0) >= max(ks[r], 2)]
            fits = sum(
                shown[r].scaled()[0] - 1e-9 <= ks[r] / ns[r] <= shown[r].scaled()[1] + 1e-9 for r in rows if ks[r]
            )
            if fits >= _FEWEST_EXACT and fits >= len(shown) - 1:
                return {r: int(n) for r, n in ns.items()}
    return {}


_MOST_COLUMNS = 12


def _mates(sheet: Sheet, column: int) -> frozenset[int]:
    """The columns that say something of the same thing as ``column``.

    All of a plain table; in a long one that was made wide, those of the same arm.
    """
    key = sheet.keys[column]
    if sheet.keys.count(key) < 2:
        return frozenset(range(len(sheet.header)))
    return frozenset(c for c, other in enumerate(sheet.keys) if other == key)


def _cell_counts(cells: Sequence[Cell | None]) -> tuple[int, int] | None:
    for cell in cells:
        if cell is None:
            continue
        for fraction in fractions_of(cell.text.text)[:1]:
            if not fraction.is_more_than_all and fraction.n > 1:
                return fraction.k, fraction.n
    return None


def _estimate_column(by_cell: dict[tuple[int, int], list[Number]], column: int, rows: list[int]) -> int:
    """The column whose numbers most of the intervals hold, the nearest of equals."""
    best, found = (0, 0), -1
    for candidate in sorted({c for _, c in by_cell if c != column}, key=lambda c: abs(c - column)):
        inside = 0
        for row in rows:
            numbers, ends = by_cell.get((row, candidate)), by_cell[(row, column)]
            if numbers and len(ends) >= 2 and ends[-2].low <= numbers[0].high and numbers[0].low <= ends[-1].high:
                inside += numbers[0].role in ("percent", "points", "value", "coefficient")
        beside = candidate == column - 1 and len(rows) > 1  # of two rows, one may be wrong
        if inside * 2 >= len(rows) + (not beside) and (inside, 0) > best:
            best, found = (inside, 0), candidate
    return found


def exclusion_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Intervals whose ends are exchanged, or which do not hold their estimate."""
    for item in _all(evidence):
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


@lru_cache(maxsize=2048)
def _expected(k: int, n: int, level: float, shown: tuple[float, float]) -> tuple[tuple[float, float, str], ...]:
    """The usual intervals; the exact one, which costs most, only where it may be the ``shown`` one."""
    z = normal_ppf(0.5 + level / 2)
    out = []
    wilson = wilson_interval(k, n, level=level)
    out.append((wilson.low, wilson.high, "Wilson"))
    near = 4 / n + 0.01  # the exact interval is never farther from Wilson's
    if abs(shown[0] - wilson.low) <= near and abs(shown[1] - wilson.high) <= near:
        exact = clopper_pearson_interval(k, n, level=level)
        out.append((exact.low, exact.high, "Clopper-Pearson"))
    p = k / n
    half = z * math.sqrt(p * (1 - p) / n)
    out.append((max(p - half, 0.0), min(p + half, 1.0), "Wald"))
    m = n + z * z
    q = (k + z * z / 2) / m
    half = z * math.sqrt(q * (1 - q) / m)
    out.append((max(q - half, 0.0), min(q + half, 1.0), "Agresti-Coull"))
    return tuple(out)


def _level(context: str) -> float:
    found = {float(next(g for g in match.groups() if g)) for match in _LEVEL.finditer(context)} & _LEVELS
    return max(found) / 100 if found else 0.95


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
        for low, high, method in _expected(k, n, level, (item.low.value / scale, item.high.value / scale)):
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
    for item in _all(evidence):
        if (
            item.foreign
            or item.low.low > item.high.high
            or re.search(r"bootstrap|cluster|predict|credible|BCa", item.context, re.IGNORECASE)
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


def _is_explained_elsewhere(evidence: Evidence, item: Stated) -> bool:
    """True if an interval in words is printed in a table, or if a whole number of a table is the n of one without n.

    A column of sizes need not be called n: "items", "asked on each side".
    """
    in_words = item.column[0] < 0
    tables = [x for x in _all(evidence) if x.column[0] >= 0 and x is not item]
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
    found = (x for x in _expected(k, n, _level(item.context), stated) if x[2] == method)
    exact = next(found, None)
    if exact is None:
        return None
    low, high, _ = exact
    if item.low.allows(low, scale=scale) and item.high.allows(high, scale=scale):
        return ""
    digits = max(item.low.decimals, 0)
    return f"[{low * scale:.{digits}f}, {high * scale:.{digits}f}]"


_MOST_SIZES = 24
"""Sizes of a page above which none of them is that of an interval without one.

An interval printed to a tenth of a point is also that of sizes within about two per cent of its own. Of two dozen sizes
between 100 and 400, one is as near to any number by chance every other time: the answer would say nothing.
"""


def candidate_sizes(evidence: Evidence) -> tuple[int, ...]:
    """The trials that an interval without a size of its own may rest on; none on a page with too many of them.

    These are the sizes that the page states, the sums of its columns of sizes, and each size that its words state times
    the rows of a table. Sizes in cells are those of their rows, and their sum is that of all: none is multiplied.
    """
    if "candidate sizes" not in evidence.cache:
        said = dict.fromkeys(int(x.value) for p in evidence.passages for x in p.numbers if _is_size(x))
        listed = (int(x.number.value) for s in evidence.sheets for x in s.numbers if _is_size(x.number))
        rows = sorted({m for s in evidence.sheets for m in (len(s.labels) - 1, len(s.labels))})
        products = (n * m for n in said for m in rows)
        every = [n for n in dict.fromkeys((*said, *listed, *sums_of_rows(evidence), *products)) if n > 1]
        evidence.cache["candidate sizes"] = tuple(every) if len(every) <= _MOST_SIZES else ()
    found: tuple[int, ...] = evidence.cache["candidate sizes"]
    return found


def _is_size(number: Number) -> bool:
    return number.role == "n" and number.decimals <= 0


def follows_from_trials(evidence: Evidence) -> Iterator[tuple[Place, str]]:
    """Intervals that a usual method gives for their k and n, with what says so."""
    gathered = candidate_sizes(evidence)
    for item in _all(evidence):
        for n in item.sizes or gathered:
            answer = _asked(evidence, item, n)
            if answer is not None and answer[0]:
                yield item.place, f"an interval for its rate with n = {n:,}"
                break
