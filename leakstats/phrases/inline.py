"""Phrases inside a sentence: an estimate, a count of a set, a name, a word chosen by the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.errors import InputError, LeakstatsError
from leakstats.estimate import Estimate, Interval, Undefined
from leakstats.numbers import (
    decimals_for,
    decimals_of,
    format_count,
    format_interval,
    format_level,
    format_number,
    format_p,
    format_percent,
    format_points,
    format_ratio,
)

from .escape import safe
from .marks import mark
from .registry import phrase, suggest
from .select import Value, column_of, one, over, row_of

__all__ = ["counted", "interval_text", "number_text", "print_estimate", "symbol_of", "value_text"]

_SYMBOLS = {"spearman": "ρ", "pearson": "r", "kendall": "τ"}
UNITS = ("percent", "fraction", "points", "count", "number")
"""What an author may ask an estimate to be printed in; a fraction is printed in percent."""
SHOWS = ("full", "interval", "bare", "symbol", "value", "p", "n")


def symbol_of(entry: Entry) -> str:
    """ρ, r ... or "" where the statistic has no letter."""
    return _SYMBOLS.get(entry.id.statistic, "")


def number_text(value: float, *, unit: str, decimals: int | None = None, plus: bool = False) -> str:
    """A number in its unit: those of estimates and of table columns."""
    if unit == "fraction":
        return format_percent(value, decimals=1 if decimals is None else decimals)
    if unit == "points":
        return format_points(value, decimals=1 if decimals is None else decimals, plus=plus)
    if unit == "count":
        return format_count(round(value))
    return format_number(value, decimals=2 if decimals is None else decimals, plus=plus)


def value_text(entry: Entry, *, decimals: int | None = None, unit: str | None = None, plus: bool = False) -> str:
    """The value alone, with the digits that its interval deserves."""
    e, unit = entry.estimate, _unit(entry, unit)
    return mark(str(entry.id), number_text(e.value, unit=unit, decimals=_decimals(e, unit, decimals), plus=plus))


def _unit(entry: Entry, asked: str | None) -> str:
    """The unit that an author asked for, else the estimate's own."""
    return entry.unit if asked is None else _known_unit(asked)


def _known_unit(asked: str) -> str:
    if asked not in UNITS:
        raise InputError(f"unit must be one of {', '.join(UNITS)}, got {asked!r}{suggest(str(asked), UNITS, n=1)}")
    return "fraction" if asked == "percent" else asked


def _decimals(e: Estimate, unit: str, asked: int | None) -> int:
    if asked is not None:
        return asked
    if unit in ("fraction", "points"):
        return 1
    return decimals_of(e.value) if e.interval is None else decimals_for(e.interval)


def interval_text(interval: Interval, unit: str, decimals: int) -> str:
    if unit == "points":
        interval = Interval(100 * interval.low, 100 * interval.high, interval.level, interval.method)
        return format_interval(interval, decimals=decimals) + " pp"
    return format_interval(interval, decimals=decimals, percent=unit == "fraction")


def counted(n: int, noun: str) -> str:
    """A count with its noun: "110 bystanders", "1 checkpoint"."""
    return f"{format_count(n)} {safe(_singular(noun) if n == 1 else noun)}"


_UNCHANGED = ("series", "species", "ss", "us", "is")
_ES = ("ses", "xes", "zes", "ches", "shes")


def _singular(noun: str) -> str:
    """One of what the plural names; only the last word changes."""
    if not noun.endswith("s") or noun.endswith(_UNCHANGED):
        return noun
    if noun.endswith("analyses"):
        return f"{noun[:-2]}is"
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    return noun[:-2] if noun.endswith(_ES) and not noun.endswith(("ases", "ouses")) else noun[:-1]


def n_text(entry: Entry) -> str:
    """``N = 110 bystanders``, with the rows where they are more."""
    e = entry.estimate
    rows = f", {format_count(e.n_rows)} rows" if e.n_rows is not None and e.n_rows != e.n else ""
    return f"N = {counted(e.n, entry.unit_noun)}{rows}"


def print_estimate(entry: Entry, *, show: str = "full", decimals: int | None = None, unit: str | None = None) -> str:
    """An estimate as the author asked for it; an undefined one says so where it stands."""
    if show not in SHOWS:
        raise InputError(f"show must be one of {', '.join(SHOWS)}, got {show!r}{suggest(str(show), SHOWS, n=1)}")
    if isinstance(entry.result, Undefined):
        raise LeakstatsError(f"{entry.id} has no value to print: {entry.result.reason}")
    e = entry.result
    unit = _unit(entry, unit)
    digits = _decimals(e, unit, decimals)
    value = number_text(e.value, unit=unit, decimals=digits)
    symbol = symbol_of(entry)
    origin = str(entry.id)
    if show == "value":
        return mark(origin, value)
    if show == "n":
        return mark(origin, n_text(entry))
    if show == "p":
        if e.p_value is None:
            raise LeakstatsError(f"{entry.id} has no p-value ({e.method})")
        return mark(origin, format_p(e.p_value))
    named = f"{symbol} = {value}" if symbol else value
    if show == "symbol":
        return mark(origin, named)
    if e.interval is not None:
        text = f"{value if show == 'bare' else named} {interval_text(e.interval, unit, digits)}"
        if unit == "points":  # the unit once, behind both: "2.9 [−1.8, 7.6] pp"
            text = f"{text.replace(' pp', '')} pp"
    elif show in ("interval", "bare"):
        raise LeakstatsError(f"{entry.id} has no interval ({e.method})")
    else:
        text = named
    if show in ("interval", "bare"):
        return mark(origin, text)
    parts = [text]
    if e.p_value is not None:
        parts.append(format_p(e.p_value))
    parts.append(n_text(entry))
    return mark(origin, ", ".join(parts))


# -- one estimate -----------------------------------------------------------------------------------------------------


@phrase()
def estimate(
    doc: AnalysisDocument,
    key: str | None = None,
    *,
    show: str = "full",
    decimals: int | None = None,
    unit: str | None = None,
    **facets: Any,
) -> str:
    """An estimate with its interval, p-value and N: "ρ = 0.70 [0.58, 0.80], p < 1e−15, N = 110 bystanders".

    ``key`` is an id, or ``analysis.statistic`` with facets beside it; ``show`` is full, interval
    ("ρ = 0.70 [0.58, 0.80]"), bare (the same without "ρ ="), symbol ("ρ = 0.70"), value, p or n; ``unit`` (percent,
    points, number) replaces what the statistic is printed in.
    """
    return print_estimate(one(doc, key, facets), show=show, decimals=decimals, unit=unit)


@phrase()
def rho(doc: AnalysisDocument, *, show: str = "full", decimals: int | None = None, **facets: Any) -> str:
    """Spearman's ρ of rate and similarity; facets say which: ``rho(source="villain", layer=20)``."""
    return print_estimate(one(doc, "similarity.spearman", facets), show=show, decimals=decimals)


@phrase()
def pearson(doc: AnalysisDocument, *, show: str = "full", decimals: int | None = None, **facets: Any) -> str:
    """Pearson's r of rate and similarity, like :func:`rho`."""
    return print_estimate(one(doc, "similarity.pearson", facets), show=show, decimals=decimals)


@phrase()
def value(
    doc: AnalysisDocument, key: str | None = None, *, decimals: int | None = None, plus: bool = False, **facets: Any
) -> str:
    """An estimate's value alone, in its own unit."""
    return value_text(one(doc, key, facets), decimals=decimals, plus=plus)


@phrase()
def percent(doc: AnalysisDocument, key: str | None = None, *, decimals: int = 1, **facets: Any) -> str:
    """A fraction as a percentage: "41.6%"."""
    entry = one(doc, key, facets)
    return mark(str(entry.id), format_percent(entry.estimate.value, decimals=decimals))


@phrase()
def points(
    doc: AnalysisDocument,
    key: str,
    minus: str | None = None,
    *,
    decimals: int = 1,
    plus: bool = True,
    **facets: Any,
) -> str:
    """A fraction, or ``key`` less ``minus``, in percentage points: "+8.3 pp". ``facets`` apply to both."""
    # Exact on the decimals that the file holds: 0.405 - 0.0525 is 0.3525, not the nearest double's difference.
    entry = one(doc, key, facets)
    total, origin = Fraction(repr(entry.estimate.value)), str(entry.id)
    if minus is not None:
        less = one(doc, minus, facets)
        total, origin = total - Fraction(repr(less.estimate.value)), f"{origin} minus {less.id}"
    return mark(origin, format_points(total, decimals=decimals, plus=plus and minus is not None))


@phrase()
def ratio(doc: AnalysisDocument, key: str, to: str, *, decimals: int = 1, **facets: Any) -> str:
    """``key`` over ``to``: "2.9×". ``facets`` apply to both."""
    above, below = one(doc, key, facets), one(doc, to, facets)
    if below.estimate.value == 0:
        raise LeakstatsError(f"{to} is 0; a ratio to it does not exist")
    text = format_ratio(above.estimate.value / below.estimate.value, decimals=decimals)
    return mark(f"{above.id} over {below.id}", text)


@phrase()
def n(doc: AnalysisDocument, key: str | None = None, **facets: Any) -> str:
    """The number of independent units with what they are: "110 bystanders"."""
    entry = one(doc, key, facets)
    return mark(str(entry.id), counted(entry.estimate.n, entry.unit_noun))


@phrase()
def p(
    doc: AnalysisDocument,
    key: str | None = None,
    *,
    method: str | None = None,
    adjusted: bool = False,
    digits: int = 2,
    named: bool = False,
    **facets: Any,
) -> str:
    """The p-value: the headline's, that of another named ``method``, or ``adjusted`` within its family."""
    entry = one(doc, key, facets)
    if adjusted:
        chosen = entry.adjusted_p
        if chosen is None:
            raise LeakstatsError(f"{entry.id} is in no family, so it has no adjusted p-value")
    elif method is not None:
        chosen = entry.estimate.p_by(method)
    else:
        chosen = entry.estimate.p_value
        if chosen is None:
            raise LeakstatsError(f"{entry.id} has no p-value ({entry.estimate.method})")
    text = format_p(chosen, digits=digits)
    return mark(str(entry.id), f"{text} ({safe(chosen.method)})" if named else text)


@phrase()
def interval(
    doc: AnalysisDocument,
    key: str | None = None,
    *,
    method: str | None = None,
    decimals: int | None = None,
    **facets: Any,
) -> str:
    """The interval alone: "[0.58, 0.80]"; ``method`` names another one that the estimate carries."""
    entry = one(doc, key, facets)
    e = entry.estimate
    chosen = e.interval_by(method) if method is not None else e.interval
    if chosen is None:
        raise LeakstatsError(f"{entry.id} has no interval ({e.method})")
    unit = entry.unit
    return mark(str(entry.id), interval_text(chosen, unit, _decimals(e, unit, decimals)))


@phrase()
def detail(
    doc: AnalysisDocument, name: str, key: str | None = None, *, decimals: int = 2, unit: str = "number", **facets: Any
) -> str:
    """A further number or word that an estimate carries in its details, such as its ``vif`` or ``tau``."""
    entry = one(doc, key, facets)
    details = entry.estimate.details
    if name not in details:
        hint = suggest(name, list(details), n=1)
        raise LeakstatsError(f"{entry.id} has no detail {name!r}{hint} (it has {', '.join(details) or 'none'})")
    found = details[name]
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, str):
        return safe(found)
    if isinstance(found, int) and unit == "number":
        return mark(str(entry.id), format_count(found))
    return mark(str(entry.id), number_text(found, unit=_known_unit(unit), decimals=decimals))


@phrase()
def cell(doc: AnalysisDocument, table: str, column: str, *, decimals: int | None = None, **facets: Any) -> str:
    """One number of a table, in its column's unit: ``cell("rates.cells", "rate", persona="joker")``."""
    found, row = row_of(doc, table, facets)
    content = column_of(found, column)[row]
    if content is None:
        raise LeakstatsError(f"{column} of {facets} in {table!r} is undefined: {found.undefined.get(column, '')}")
    return mark(f"table:{table}/{row}", number_text(content, unit=found.units.get(column, ""), decimals=decimals))


@phrase()
def rate(doc: AnalysisDocument, table: str, *, interval: bool = True, decimals: int = 1, **facets: Any) -> str:
    """A rate of a table with its interval and counts: "60.5% [53.6%, 67.0%], 121/200"."""
    found, row = row_of(doc, table, facets)
    columns = {name: column[row] for name, column in found.columns.items()}
    if columns.get("rate") is None:
        raise LeakstatsError(f"the rate of {facets} in {table!r} is undefined")
    text = format_percent(float(columns["rate"] or 0.0), decimals=decimals)
    low, high = columns.get("low"), columns.get("high")
    if interval and low is not None and high is not None:
        text += " " + format_interval(Interval(low, high), decimals=decimals, percent=True)
    if columns.get("successes") is not None:
        text += f", {format_count(int(columns['successes'] or 0))}/{format_count(int(columns['trials'] or 0))}"
    return mark(f"table:{table}/{row}", text)


# -- sets -------------------------------------------------------------------------------------------------------------


_CONDITIONS = ("above", "below", "equals", "interval_above", "interval_below", "interval_holds", "p_below")


def _holds(
    v: Value,
    *,
    above: float | None,
    below: float | None,
    equals: float | None,
    interval_above: float | None,
    interval_below: float | None,
    interval_holds: float | None,
    p_below: float | None,
) -> bool:
    def ends(end: float | None, what: str) -> float:
        if end is None:
            raise LeakstatsError(f"{v.name} has no {what}, so it cannot be compared")
        return end

    checks = [
        above is None or v.value > above,
        below is None or v.value < below,
        equals is None or v.value == equals,
        interval_above is None or ends(v.low, "interval") > interval_above,
        interval_below is None or ends(v.high, "interval") < interval_below,
        interval_holds is None or ends(v.low, "interval") <= interval_holds <= ends(v.high, "interval"),
        p_below is None or ends(v.p, "p-value") < p_below,
    ]
    return all(checks)


def _limit(doc: AnalysisDocument, limit: Any) -> float | None:
    """A condition's limit: a number, or the value of the estimate that a text names."""
    if limit is None or (isinstance(limit, int | float) and not isinstance(limit, bool)):
        return limit
    return one(doc, limit, {}).estimate.value


def _where(doc: AnalysisDocument, what: str, facet: str, conditions: dict[str, Any]) -> tuple[list[Value], list[Value]]:
    """The members for which all conditions hold, and all members."""
    asked = {name: conditions.pop(name, None) for name in _CONDITIONS}
    if all(value is None for value in asked.values()):
        raise InputError(f"say what holds for a member: one of {', '.join(_CONDITIONS)}")
    asked = {name: _limit(doc, limit) for name, limit in asked.items()}
    members = over(doc, what, facet, conditions)
    return [m for m in members if _holds(m, **asked)], members


@phrase()
def k_of_n(doc: AnalysisDocument, what: str, *, over: str, words: bool = False, **conditions: Any) -> str:
    """How many of a set satisfy the conditions: "4 of 7".

    ``what`` is ``analysis.statistic`` or ``table:column``, ``over`` the facet that the set ranges over. Conditions:
    above, below, equals, interval_above, interval_below, interval_holds (the interval contains that value), p_below;
    all must hold. A limit is a number (fractions, not percent) or the id of an estimate, which stands for its value.
    What else is given selects, as in :func:`estimate`.
    """
    hit, members = _where(doc, what, over, conditions)
    if words and len(hit) == len(members):
        text = f"all {format_count(len(members))}"
    elif words and not hit:
        text = f"none of {format_count(len(members))}"
    else:
        text = f"{format_count(len(hit))} of {format_count(len(members))}"
    return mark(f"{what} over {over}", text)


@phrase()
def names(doc: AnalysisDocument, what: str, *, over: str, none: str = "none", **conditions: Any) -> str:
    """The members that satisfy the conditions of :func:`k_of_n`, as a list in words; ``none`` where there is none."""
    hit, _ = _where(doc, what, over, conditions)
    return join([str(m.name) for m in hit]) if hit else safe(none)


@phrase()
def range_of(doc: AnalysisDocument, what: str, *, over: str, decimals: int | None = None, **facets: Any) -> str:
    """The smallest and largest value of a set: "0.67 to 0.87"."""
    members = _members(doc, what, over, facets)
    low, high = min(m.value for m in members), max(m.value for m in members)
    unit = members[0].unit
    first, last = (number_text(v, unit=unit, decimals=decimals) for v in (low, high))
    if unit == "points":  # the unit once, behind both
        first = first.removesuffix(" pp")
    return mark(f"{what} over {over}", f"{first} to {last}")


@phrase()
def argmax(doc: AnalysisDocument, what: str, *, over: str, **facets: Any) -> str:
    """The member with the largest value; all that tie are named."""
    members = _members(doc, what, over, facets)
    top = max(m.value for m in members)
    return join([str(m.name) for m in members if m.value == top])


@phrase()
def argmin(doc: AnalysisDocument, what: str, *, over: str, **facets: Any) -> str:
    """The member with the smallest value; all that tie are named."""
    members = _members(doc, what, over, facets)
    bottom = min(m.value for m in members)
    return join([str(m.name) for m in members if m.value == bottom])


@phrase()
def how_many(doc: AnalysisDocument, what: str, *, over: str, **facets: Any) -> str:
    """The number of members of a set: "5"."""
    return mark(f"{what} over {over}", format_count(len(_members(doc, what, over, facets))))


def _members(doc: AnalysisDocument, what: str, facet: str, facets: dict[str, Any]) -> list[Value]:
    return over(doc, what, facet, facets)


def join(words: Sequence[str]) -> str:
    """Names as a list in words.

    >>> join(["a", "b", "c"])
    'a, b and c'
    """
    shown = [safe(w) for w in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


# -- words ------------------------------------------------------------------------------------------------------------


@phrase()
def word(
    doc: AnalysisDocument,
    key: str | None = None,
    *,
    up: str,
    down: str,
    flat: str,
    against: float = 0.0,
    **facets: Any,
) -> str:
    """The word that an estimate's interval earns: ``up`` wholly above ``against``, ``down`` below, else ``flat``.

    ``word("contrast.difference", up="rises", down="falls", flat="does not change")``
    """
    entry = one(doc, key, facets)
    found = entry.estimate.interval
    if found is None:
        raise LeakstatsError(f"{entry.id} has no interval, so no word can be chosen by it")
    return safe(up if found.low > against else down if found.high < against else flat)


@phrase()
def require(doc: AnalysisDocument, what: str, *, over: str | None = None, **conditions: Any) -> str:
    """Prints nothing; refuses to render where the conditions of :func:`k_of_n` do not all hold.

    With ``over`` every member must satisfy them, without it the one estimate that ``what`` and the facets name.
    """
    if over is not None:
        hit, members = _where(doc, what, over, dict(conditions))
        if len(hit) != len(members):
            false = [m for m in members if m not in hit]
            shown = ", ".join(f"{m.name}: {number_text(m.value, unit=m.unit)}" for m in false[:5])
            raise LeakstatsError(f"the text requires {_spoken(conditions)} of every {over}; it is false for {shown}")
        return ""
    held, entry, limits = _one_holds(doc, what, conditions)
    if not held:
        asked = _spoken({k: v for k, v in limits.items() if v is not None})
        raise LeakstatsError(f"the text requires {asked} of {entry.id}; the analysis says {print_estimate(entry)}")
    return ""


def _one_holds(
    doc: AnalysisDocument, what: str, conditions: dict[str, Any]
) -> tuple[bool, Entry, dict[str, float | None]]:
    """Whether all conditions hold for the one estimate that ``what`` and the facets among them name."""
    facets = dict(conditions)
    limits = {name: _limit(doc, facets.pop(name, None)) for name in _CONDITIONS}
    if all(v is None for v in limits.values()):
        raise InputError(f"say what is asked of it: one of {', '.join(_CONDITIONS)}")
    entry = one(doc, what, facets)
    e = entry.estimate
    low, high = (None, None) if e.interval is None else (e.interval.low, e.interval.high)
    found = Value(str(entry.id), e.value, low, high, None if e.p_value is None else e.p_value.value, entry.unit)
    return _holds(found, **limits), entry, limits


@phrase()
def either(
    doc: AnalysisDocument, what: str, *, holds: str, fails: str, over: str | None = None, **conditions: Any
) -> str:
    """``holds`` where the conditions of :func:`k_of_n` all hold, else ``fails``: the words follow the numbers.

    With ``over`` every member must satisfy them, without it the one estimate that ``what`` and the facets name:
    ``either("contrast.range", p_below=0.05, holds="The conditions differ.", fails="No difference is established.")``
    """
    if over is not None:
        hit, members = _where(doc, what, over, dict(conditions))
        return safe(holds if len(hit) == len(members) else fails)
    return safe(holds if _one_holds(doc, what, conditions)[0] else fails)


def _spoken(conditions: dict[str, Any]) -> str:
    return " and ".join(f"{k.replace('_', ' ')} {v}" for k, v in conditions.items())


# -- the study itself -------------------------------------------------------------------------------------------------


@phrase()
def setting(doc: AnalysisDocument, name: str) -> str:
    """How the analysis was run: level and alpha as they read in prose, n_resamples and seed as numbers."""
    settings = doc.raw["settings"]
    if name not in settings or not isinstance(settings[name], int | float):
        known = [k for k, v in settings.items() if isinstance(v, int | float)]
        raise LeakstatsError(f"no setting is called {name!r}{suggest(name, known, n=1)} (there are {', '.join(known)})")
    found = settings[name]
    if name == "level":
        return format_level(found)
    return format_count(found) if isinstance(found, int) else format_number(found, decimals=2)


@phrase()
def primary(doc: AnalysisDocument, name: str) -> str:
    """What the plan names as primary: its layer, statistic, outcome or predictor."""
    found = (doc.raw["plan"].get("primary") or {}).get(name)
    if found is None:
        raise LeakstatsError(f"the plan names no primary {name!r}")
    return safe(str(found))


@phrase()
def label(doc: AnalysisDocument, key: str | None = None, *, capital: bool = False, **facets: Any) -> str:
    """What an estimate is called: "Spearman ρ, villain, layer 20"; ``capital`` makes its first letter large."""
    text = safe(one(doc, key, facets).label)
    return f"{text[:1].upper()}{text[1:]}" if capital else text


@phrase()
def design(doc: AnalysisDocument, name: str) -> str:
    """A text of the design: its unit, unit_noun, independent or exchangeable."""
    return _text_of(doc, "design", name)


@phrase()
def plan(doc: AnalysisDocument, name: str) -> str:
    """A text of the plan: its status, reason or date of registration."""
    return _text_of(doc, "plan", name)


def _text_of(doc: AnalysisDocument, part: str, name: str) -> str:
    found = doc.raw[part].get(name)
    if not isinstance(found, str):
        known = [k for k, v in doc.raw[part].items() if isinstance(v, str)]
        raise LeakstatsError(f"the {part} has no text {name!r}{suggest(name, known, n=1)} (it has {', '.join(known)})")
    return safe(found.strip().rstrip("."))


@phrase()
def setup(doc: AnalysisDocument, table: str, row: str) -> str:
    """What the reproducibility card says in one row, such as ``setup("eval", "Samples / temperature")``."""
    card = doc.raw["setup"]
    rows = card.get(table)
    if not isinstance(rows, dict) or table == "unknown":
        known = [k for k in card if k != "unknown"]
        raise LeakstatsError(f"the card has no table {table!r}{suggest(table, known, n=1)} (it has {', '.join(known)})")
    if rows.get(row) is None:
        hint = suggest(row, list(rows), n=1)
        raise LeakstatsError(f"the card's {table} has no {row!r} that is known{hint}")
    return safe(str(rows[row]))
