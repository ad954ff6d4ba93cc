"""Intervals that tables and files hold, and those in words that differ from them in one end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from leakstats.facts import Series
from leakstats.records import struct

from .grammar import Number
from .intervals import Stated
from .knowledge import Clash, Evidence
from .names import fold_name, words_of
from .stated_units import words_above
from .widths import stated_intervals

__all__ = ["Ends", "ends_of", "has_interval", "heads_of_intervals", "intervals_named", "printed_clashes"]


@struct
class Ends:
    """What the two ends of an interval may be, as fractions where it is one of a rate."""

    low: tuple[float, float]
    high: tuple[float, float]
    said: str
    estimate: tuple[float, float] | None = None
    scale: float = 1.0
    """What a printed end is multiplied with."""

    @property
    def told(self) -> str:
        """The estimate as it would be printed."""
        return "" if self.estimate is None else f"{sum(self.estimate) / 2 / self.scale:.4g}"

    def meets(self, other: Ends) -> tuple[bool, bool]:
        """Whether the lower ends may be one value, and the upper ends."""
        return _meet(self.low, other.low), _meet(self.high, other.high)


def ends_of(low: Number, high: Number, *, percent: bool, estimate: Number | None = None, where: str = "") -> Ends:
    """The ends of an interval as they are printed."""
    scale = 0.01 if percent or max(abs(low.value), abs(high.value)) > 1 else 1.0
    a, b, e = ((x.low * scale, x.high * scale) if x is not None else None for x in (low, high, estimate))
    return Ends(a or (0.0, 0.0), b or (0.0, 0.0), f"[{low.text}, {high.text}]{where}", e, scale)


def intervals_named(evidence: Evidence, names: frozenset[str], text: str) -> list[Ends]:
    """The intervals of the rows of tables that are named, of the columns of which the text says a word that tells.

    None where a name is that of no such row or column: it may ask for another interval.
    """
    tables = [x for x in stated_intervals(evidence) if x.column[0] >= 0]
    rows = [x for x in tables if x.names & names]
    rest = names - frozenset().union(*(x.names for x in rows))
    heads = {x.column: _head(evidence, x) for x in rows}
    rows = [x for x in rows if all(name in fold_name(heads[x.column]) for name in rest)]
    said = words_of(text)
    words = {c: words_of(head) for c, head in heads.items()}
    told = {c: len(found & said - _common(words)) for c, found in words.items()}
    most = max((told[x.column] for x in rows), default=0)
    return [_of_stated(x) for x in rows if told[x.column] == most]


def heads_of_intervals(evidence: Evidence) -> frozenset[str]:
    """What stands over the intervals of the page's tables."""
    if "heads of intervals" not in evidence.cache:
        evidence.cache["heads of intervals"] = frozenset(
            _head(evidence, x) for x in stated_intervals(evidence) if x.column[0] >= 0
        )
    found: frozenset[str] = evidence.cache["heads of intervals"]
    return found


def has_interval(evidence: Evidence, name: str) -> bool:
    """True if a row of that name has an interval in a table."""
    return any(name in x.names for x in stated_intervals(evidence) if x.column[0] >= 0)


def _head(evidence: Evidence, item: Stated) -> str:
    """What stands over an interval of a table, and over its estimate."""
    number, column = item.column
    sheet = evidence.sheets[number]
    blocks = evidence.document.blocks
    above = words_above(blocks, next(i for i, block in enumerate(blocks) if block is sheet.table))
    own = sheet.header[column] if column >= 0 else ""
    return f"{own} {item.where} {above}"


def _common(heads: dict[tuple[int, int], frozenset[str]]) -> frozenset[str]:
    """The words of every header."""
    return frozenset.intersection(*heads.values()) if len(heads) > 1 else frozenset()


def printed_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Intervals in words of which one end is that of the known interval for their estimate, and the other end is not.

    Where nothing is estimated it is the one interval of what the sentence names. An interval of another level or
    method differs in both ends.
    """
    words = [x for x in stated_intervals(evidence) if x.column[0] < 0]
    held: list[Ends] = []
    for item in words:
        own = _of_stated(item)
        if own.estimate is None or not _tells(item):
            near = intervals_named(evidence, item.names, item.where) if item.names else []
            near = [x for x in near if own.estimate is None or (x.estimate is not None and _is_for(x, own.estimate))]
            near = near if len(near) == 1 else []
        else:
            held = held or [*_of_tables(evidence), *_of_files(evidence)]
            near = [x for x in held if _is_for(x, own.estimate)]
            other = None if _is_of_file(evidence, item) else _of_other_estimate(item, own, held)
            if other is not None and item.estimate is not None:
                yield Clash(
                    "interval-width",
                    item.place,
                    f"{item.estimate.text} stands before the interval {other.said}, which is for {other.told}",
                    "correct the estimate or the interval",
                )
                continue
        agreeing = [(x, own.meets(x)) for x in near]
        halves = [(x, both[0]) for x, both in agreeing if both[0] != both[1]]
        if not halves or any(all(both) for _, both in agreeing):
            continue
        known, starts = halves[0]
        if all(all(x.meets(known)) for x, _ in halves):
            wrong = item.high if starts else item.low
            yield Clash(
                "interval-width",
                item.place,
                f"the interval [{item.low.text}, {item.high.text}] ends at {wrong.text} where {known.said} stands",
                "correct the end, or say of what the interval is",
            )


def _of_other_estimate(item: Stated, own: Ends, held: list[Ends]) -> Ends | None:
    """The known interval with both ends of this one, if it is for another estimate than the one in front of this."""
    twins = [x for x in held if all(own.meets(x)) and x.estimate is not None]
    for estimate in (own.estimate, *((low * own.scale, high * own.scale) for low, high in item.rivals)):
        if estimate is None:
            return None
        alike = [(estimate[0] * scale, estimate[1] * scale) for scale in (0.01, 1.0, 100.0)]  # "0.37 [25.4, 50.4]"
        if any(x.estimate is not None and _meet(x.estimate, e) for x in twins for e in alike):
            return None
    return twins[0] if len({x.estimate for x in twins}) == 1 else None


def _is_of_file(evidence: Evidence, item: Stated) -> bool:
    """True for an estimate that a file gives to what is named: then the table is wrong."""
    return item.estimate is not None and any(
        s.origin == "data" and evidence.matches(item.estimate, s, f)
        for name in item.names
        for s, f in evidence.about.get(name, ())
    )


def _tells(item: Stated) -> bool:
    """True if estimate and ends have digits enough that two of them agree with no other interval by chance."""
    numbers = [x for x in (item.low, item.high, item.estimate) if x is not None]
    return not any(x.bound or len(x.text.strip("+-−–.0").replace(".", "")) < _TELLING for x in numbers)


_TELLING = 2


def _is_for(held: Ends, estimate: tuple[float, float]) -> bool:
    """True if an interval is for an estimate, or may be where its own is not known."""
    return _meet(estimate, held.estimate if held.estimate is not None else (held.low[0], held.high[1]))


def _of_tables(evidence: Evidence) -> Iterator[Ends]:
    for x in stated_intervals(evidence):
        if x.column[0] >= 0 and x.estimate is not None:
            yield _of_stated(x)


def _of_stated(item: Stated) -> Ends:
    percent = "percent" in (item.low.role, item.high.role, item.estimate.role if item.estimate is not None else "")
    where = " in a table" if item.column[0] >= 0 else ""
    return ends_of(item.low, item.high, percent=percent, estimate=item.estimate, where=where)


def _of_files(evidence: Evidence) -> Iterator[Ends]:
    """The intervals of which a file holds both ends beside each other, each under a key of its own."""
    beside: dict[str, list[Series]] = defaultdict(list)
    for series in evidence.data:
        if series.role == "interval":
            beside[series.pointer.rpartition("/")[0]].append(series)
    for pair in beside.values():
        if len(pair) != 2:
            continue
        low, high = sorted(pair, key=lambda s: sum(s.values))
        for name in sorted(low.facts.keys() & high.facts.keys()):
            a, b = low.facts[name], high.facts[name]
            mixed = low.fraction != high.fraction  # ends in percent, of which those of one field are all below 0
            scale = 0.01 if mixed or max(abs(a.value), abs(b.value)) > 1 else 1.0
            ends = [(f, 1.0 if mixed and s.fraction else scale) for s, f in ((low, a), (high, b))]
            low_end, high_end = ((f.low * own, f.high * own) for f, own in ends)
            said = ", ".join(f"{f.value * own / scale:.4g}" for f, own in ends)
            yield Ends(low_end, high_end, f"[{said}] ({a.pointer})")


def _meet(a: tuple[float, float], b: tuple[float, float]) -> bool:
    room = 1e-9
    return a[0] <= b[1] + room and b[0] <= a[1] + room
