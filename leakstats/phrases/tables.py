"""Tables of rates and of estimates, complete and in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leakstats.analysis.document import AnalysisDocument, Entry, Table
from leakstats.errors import InputError, LeakstatsError
from leakstats.estimate import Estimate, Interval, Undefined
from leakstats.numbers import decimals_for, decimals_of, format_count, format_level, format_number, format_p

from .escape import cell, safe
from .grouping import left_over, row_name, rows_across
from .inline import counted, interval_text, number_text, print_estimate
from .markdown_table import folded, markdown_table
from .marks import mark
from .registry import phrase, suggest
from .select import column_of, row_of

__all__: list[str] = []

_SHORT = 40
"""Rows that a reader scans; a longer table is folded."""


def _header(name: str, unit: str) -> str:
    words = name.replace("_", " ")
    words = _WORDS.get(words, words if unit == "p" else words[:1].upper() + words[1:])
    return safe(words) + (" (z)" if unit == "z" else "")


_WORDS = {
    "cooks distance": "Cook's distance",
    "covratio": "COVRATIO",
    "dffits": "DFFITS",
    "dfbetas[intercept]": "DFBETAS, intercept",
    "dfbetas[x]": "DFBETAS, x",
    "icc": "ICC",
    "p value": "p",
    "sigma": "SD of the residuals",
}
"""Column names that are spelt otherwise than their key."""


def _number(value: float | int | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "p":
        from leakstats.estimate import PValue

        return format_p(PValue(value, "stored")).removeprefix("p ").removeprefix("= ")
    if unit == "flag":
        return "yes" if value else "no"
    if unit in ("", "cosine", "z"):
        decimals = 3 if unit == "cosine" else 2
        return format_number(value, decimals=0 if float(value).is_integer() and unit == "" else decimals)
    return number_text(value, unit=unit)


# Files keep their keys sorted; a reader wants what was counted, its value, then how far it can be trusted.
_ORDER = ("successes", "trials", "rate", "observed", "prediction", "value", "low", "high", "half_width", "inside")


def _interval_column(table: Table) -> bool:
    return {"low", "high"} <= set(table.columns)


def _plan(table: Table, wanted: Sequence[str] | None) -> list[str]:
    """The columns to print; counts and interval ends are merged into one column each."""
    if wanted is not None:
        for name in wanted:
            if name not in ("k/n", "interval"):
                column_of(table, name)
        return list(wanted)
    out = [c for c in _ORDER if c in table.columns] + [c for c in table.columns if c not in _ORDER]
    if {"successes", "trials"} <= set(out):
        out[out.index("successes")] = "k/n"
        out.remove("trials")
    if _interval_column(table):
        out[out.index("low")] = "interval"
        out.remove("high")
        if _only_digits(table):
            out.remove("interval")
    return out


def _only_digits(table: Table) -> bool:
    """Whether every interval is the range of one printed digit, which repeats the value beside it."""
    ends = zip(table.columns["low"], table.columns["high"], strict=True)
    widths = [high - low for low, high in ends if low is not None and high is not None]
    return table.units.get("low") == "fraction" and bool(widths) and max(widths) <= _DIGIT


_DIGIT = 0.0011
"""Width of an interval that a percentage with one decimal cannot show, with some room for binary fractions."""


def _cell(table: Table, column: str, row: int) -> str:
    text = _cell_text(table, column, row)
    return mark(f"table:{table.id}/{row}", text) if any(c.isdigit() for c in text) else text


def _cell_text(table: Table, column: str, row: int) -> str:
    if column == "k/n":
        successes, trials = table.columns["successes"][row], table.columns["trials"][row]
        return (
            "–"
            if successes is None or trials is None
            else f"{format_count(int(successes))}/{format_count(int(trials))}"
        )
    if column == "interval":
        low, high = table.columns["low"][row], table.columns["high"][row]
        if low is None or high is None:
            return "–"
        unit = table.units.get("low", "")
        return interval_text(Interval(low, high), unit, 1 if unit in ("fraction", "points") else 2)
    return _number(table.columns[column][row], table.units.get(column, ""))


def _selected(table: Table, facets: Mapping[str, Any]) -> list[int]:
    for name in facets:
        if name not in table.factors:
            hint = suggest(name, list(table.factors), n=1)
            raise LeakstatsError(f"table {table.id!r} has no factor {name!r}{hint} (it has {', '.join(table.factors)})")
    return table.rows(**facets)


@phrase(block=True)
def table(
    doc: AnalysisDocument,
    id: str,
    *,
    columns: list[str] | None = None,
    sort: str | None = None,
    descending: bool = True,
    limit: int | None = None,
    fold: bool | None = None,
    **facets: Any,
) -> str:
    """A table of the analysis: all rows, or those with the given levels.

    ``columns`` chooses and orders the columns (``k/n`` and ``interval`` are the merged ones), ``sort`` orders by a
    column, ``limit`` keeps the first rows and says how many there are, ``fold`` hides the table behind a line (by
    itself if it is long).
    """
    found = doc.table(id)
    rows = _selected(found, facets)
    if sort is not None:
        values = column_of(found, sort)
        known = [i for i in rows if values[i] is not None]
        known.sort(key=lambda i: values[i] or 0.0, reverse=descending)
        rows = known + [i for i in rows if values[i] is None]
    total = len(rows)
    if limit is not None:
        if limit < 1:
            raise InputError(f"limit must be at least 1, got {limit}")
        rows = rows[:limit]
    shown = _plan(found, columns)
    factors = [name for name in found.factors if name not in facets]
    header = [_header(name, "") for name in factors]
    header += [_column_header(found, name) for name in shown]
    body = [
        [cell(str(found.factors[f][i])) if found.factors[f][i] is not None else "–" for f in factors]
        + [_cell(found, name, i) for name in shown]
        for i in rows
    ]
    text = markdown_table(header, body, align="l" * max(1, len(factors)))
    cut = f" (the first {len(rows)} of {total} rows)" if len(rows) < total else ""
    if fold or (fold is None and len(rows) > _SHORT):
        text = folded(f"{safe(found.title)}{cut or f' ({total} rows)'}", text)
        cut = ""
    return _with_notes(f"{text}\n\n{cut.strip()}" if cut else text, found)


def _column_header(found: Table, name: str) -> str:
    if name == "interval":
        return "Interval"
    if name == "k/n":
        return "k/n"
    return _header(name, found.units.get(name, ""))


def _with_notes(text: str, found: Table) -> str:
    said = [found.method, *found.notes]
    said += [f"– in {name.replace('_', ' ')}: {reason}" for name, reason in found.undefined.items()]
    words = "; ".join(safe(s.rstrip(".")) for s in dict.fromkeys(s for s in said if s))
    return f"{text}\n\n*{_sentence(words)}*" if words else text


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


@phrase(block=True)
def crosstab(
    doc: AnalysisDocument,
    id: str,
    *,
    rows: str,
    columns: str,
    value: str = "rate",
    sort: str | None = None,
    fold: bool | None = None,
) -> str:
    """A table with one row a level of ``rows`` and one column a level of ``columns``; rates carry their interval.

    ``sort`` is a level of ``columns``: rows then descend by it.
    """
    found = doc.table(id)
    for name in (rows, columns):
        if name not in found.factors:
            hint = suggest(name, list(found.factors), n=1)
            raise LeakstatsError(f"table {id!r} has no factor {name!r}{hint} (it has {', '.join(found.factors)})")
    values = column_of(found, value)
    across = list(dict.fromkeys(found.factors[columns]))
    down = list(dict.fromkeys(found.factors[rows]))
    place = {(found.factors[rows][i], found.factors[columns][i]): i for i in range(len(found))}
    if len(place) != len(found):
        raise LeakstatsError(f"table {id!r} has several rows for one {rows} and {columns}; use table() instead")
    if sort is not None:
        if sort not in across:
            raise LeakstatsError(f"{columns} has no level {sort!r}{suggest(str(sort), [str(a) for a in across], n=1)}")
        down.sort(key=lambda level: -(_at(values, place.get((level, sort))) or 0.0))
    with_interval = value == "rate" and _interval_column(found) and not _only_digits(found)
    body = []
    for level in down:
        line = [cell(str(level))]
        for other in across:
            i = place.get((level, other))
            if i is None or values[i] is None:
                line.append("–")
                continue
            text = mark(f"table:{id}/{i}", _number(values[i], found.units.get(value, "")))
            line.append(f"{text} {_cell(found, 'interval', i)}" if with_interval else text)
        body.append(line)
    text = markdown_table([_header(rows, ""), *(cell(str(a)) for a in across)], body)
    if fold or (fold is None and len(body) > _SHORT):
        text = folded(f"{safe(found.title)} ({len(body)} × {len(across)})", text)
    return _with_notes(text, found)


@phrase(block=True)
def comparison_table(
    doc: AnalysisDocument, id: str, *, over: str, of: list[str], notes: list[str] | None = None, **facets: Any
) -> str:
    """Chosen rows of a table of rates beside each other, each with a remark of the author.

    ``of`` lists the levels of ``over`` in the order wanted, ``notes`` a remark for each ("" for none); facets select.
    """
    found = doc.table(id)
    remarks = notes if notes is not None else [""] * len(of)
    if not of or len(remarks) != len(of):
        raise InputError(f"comparison_table: {len(remarks)} notes for {len(of)} levels of {over}; give one for each")
    shown = _plan(found, None)
    body = []
    for level, remark in zip(of, remarks, strict=True):
        _, row = row_of(doc, id, {**facets, over: level})
        body.append([cell(str(level)), *(_cell(found, name, row) for name in shown), safe(str(remark))])
    header = [_header(over, ""), *(_column_header(found, name) for name in shown), "Note"]
    align = "l" + "r" * len(shown) + "l"
    return _with_notes(markdown_table(header, body, align=align), found)


def _at(values: Sequence[float | int | None], row: int | None) -> float | int | None:
    return None if row is None else values[row]


# -- estimates --------------------------------------------------------------------------------------------------------


def _digits(entries: Sequence[Entry]) -> int:
    """One number of decimals for a whole table: what its least certain estimate deserves."""
    found = [
        decimals_for(e.result.interval)
        for e in entries
        if isinstance(e.result, Estimate) and e.result.interval is not None and e.unit == "number"
    ]
    return min(found, default=2)


def _result_cell(entry: Entry | None, *, digits: int, p: bool = True) -> str:
    if entry is None:
        return ""
    if isinstance(entry.result, Undefined):
        return "undefined"
    e = entry.result
    unit = entry.unit
    digits = {"fraction": 1, "points": 1, "count": 0}.get(unit, digits)
    if e.interval is not None:
        text = print_estimate(entry, show="bare", decimals=digits)
    else:
        small = decimals_of(e.value, default=digits) if unit == "number" else digits
        text = mark(str(entry.id), number_text(e.value, unit=unit, decimals=small))
    if p and e.p_value is not None:
        text += f", {mark(str(entry.id), format_p(e.p_value))}"
    return text


def _n(e: Estimate, noun: str) -> str:
    rows = f" ({format_count(e.n_rows)} rows)" if e.n_rows is not None and e.n_rows != e.n else ""
    return f"{counted(e.n, noun)}{rows}"


@phrase(block=True)
def estimates_by(
    doc: AnalysisDocument,
    analysis: str,
    *,
    facet: str = "layer",
    statistic: str | list[str] | None = None,
    after: list[str] | None = None,
) -> str:
    """The estimates of an analysis with one column a level of ``facet``: value, interval and p; N at the end.

    Rows are what differs in the other facets; what stands alone is left to :func:`estimates`, and what the tables by
    the facets ``after`` show already is left out.
    """
    rows = rows_across(left_over(_chosen(doc, analysis, statistic), after or []), facet)
    if not rows:
        raise LeakstatsError(f"no estimate of {analysis!r} has several levels of {facet!r}")
    entries = [e for by in rows for e in by.values()]
    levels = sorted({level for by in rows for level in by}, key=lambda v: (isinstance(v, str), v))
    if any(isinstance(level, str) for level in levels):
        levels = list(dict.fromkeys(level for by in rows for level in by))
    primary = next((e.id.facets[facet] for e in entries if e.role == "primary"), None)
    digits, tested = _digits(entries), _tested(entries)
    named = [f"{facet} {level}" if isinstance(level, int) else str(level) for level in levels]
    marks = [" (primary)" if level == primary else "" for level in levels]
    header = [
        "",
        *(f"{name}{mark}" for name, mark in zip(named, marks, strict=True)),
        "N",
        *(["p by"] if tested else []),
    ]
    body = []
    for by in rows:
        members = list(by.values())
        first = by.get(primary, members[0]) if primary is not None else members[0]
        estimates = [e.result for e in members if isinstance(e.result, Estimate)]
        name = safe(row_name(members, facet) or first.label)
        name = f"**{name}**" if any(e.role == "primary" for e in members) else name
        n = _n(estimates[0], first.unit_noun) if estimates else "–"
        methods = [_p_methods(members)] if tested else []
        body.append([name, *(_result_cell(by.get(level), digits=digits) for level in levels), n, *methods])
    text = markdown_table([safe(h) for h in header], body)
    if len(body) > _SHORT:
        text = folded(f"{safe(analysis.capitalize())} by {safe(facet)}: {len(body)} × {len(levels)} estimates", text)
    return text + _methods(entries, _contents(doc, entries, "each cell: value"))


def _contents(doc: AnalysisDocument, entries: Sequence[Entry], opening: str) -> str:
    """What stands in a cell: an interval and a p-value are named only where one is printed."""
    found = [e.result for e in entries if isinstance(e.result, Estimate)]
    parts = [opening] if opening else []
    if any(e.interval is not None for e in found):
        parts.append(f"{_level(doc)} interval" if opening else f"estimate with its {_level(doc)} interval")
    if opening and any(e.p_value is not None for e in found):
        parts.append("p")
    return ", ".join(parts) if len(parts) > 1 or not opening else ""


def _level(doc: AnalysisDocument) -> str:
    return format_level(doc.raw["settings"]["level"])


def _tested(entries: Sequence[Entry]) -> bool:
    return any(isinstance(e.result, Estimate) and e.result.p_value is not None for e in entries)


def _p_methods(entries: Sequence[Entry]) -> str:
    """The tests behind the p-values of a row, by name."""
    found = [e.result.p_value for e in entries if isinstance(e.result, Estimate)]
    return ", ".join(dict.fromkeys(safe(p.method) for p in found if p is not None)) or "–"


def _methods(entries: Sequence[Entry], opening: str) -> str:
    """How the numbers of a table were made, once for each statistic that differs."""
    said: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry.result, Estimate):
            e = entry.result
            words = [e.method]
            if e.interval is not None and e.interval.method:
                words.append(f"interval: {e.interval.method}")
            said["; ".join(words)] = None
    undefined = {f"undefined: {e.result.reason}": None for e in entries if isinstance(e.result, Undefined)}
    lines = [line for line in (opening, *said, *undefined) if line]
    return "\n\n*" + " ".join(_sentence(safe(s.strip().rstrip("."))) for s in lines) + "*"


def _chosen(doc: AnalysisDocument, analysis: str, statistic: str | list[str] | None) -> list[Entry]:
    """The estimates of an analysis, or those of the named statistics."""
    found = doc.select(analysis=analysis)
    if not found:
        known = list(dict.fromkeys(e.id.analysis for e in doc.entries))
        hint = suggest(str(analysis), known, n=1)
        raise LeakstatsError(f"the analysis has no estimate of {analysis!r}{hint} (it has {', '.join(known)})")
    wanted = [statistic] if isinstance(statistic, str) else statistic
    statistics = list(dict.fromkeys(e.id.statistic for e in found))
    for name in wanted or []:
        if name not in statistics:
            hint = suggest(str(name), statistics, n=1)
            raise LeakstatsError(f"{analysis} has no statistic {name!r}{hint} (it has {', '.join(statistics)})")
    return [e for e in found if wanted is None or e.id.statistic in wanted]


@phrase(block=True)
def estimates(
    doc: AnalysisDocument,
    analysis: str,
    *,
    statistic: str | list[str] | None = None,
    fold: bool | None = None,
    single: str | list[str] | None = None,
    **facets: Any,
) -> str:
    """The estimates of an analysis, one a row: value with interval, p, p within its family, N.

    ``single`` leaves out those that :func:`estimates_by` shows for that facet (or each of these); facets select.
    """
    entries = [e for e in _chosen(doc, analysis, statistic) if e.id.matches(**facets)]
    entries = left_over(entries, [single] if isinstance(single, str) else single or [])
    if not entries:
        raise LeakstatsError(f"no estimate of {analysis!r} is left with {facets or statistic or single}")
    adjusted = any(e.adjusted_p is not None for e in entries)
    tested = _tested(entries)
    digits = _digits(entries)
    header = [
        "",
        "Estimate",
        *(["p"] if tested else []),
        *(["p within family"] if adjusted else []),
        "N",
        *(["p by"] if tested else []),
    ]
    body = []
    for entry in entries:
        name = safe(entry.label)
        line = [f"**{name}**" if entry.role == "primary" else name, _result_cell(entry, digits=digits, p=False)]
        result = entry.result if isinstance(entry.result, Estimate) else None
        if tested:
            line.append(
                "–" if result is None or result.p_value is None else mark(str(entry.id), _bare_p(result.p_value))
            )
        if adjusted:
            line.append("–" if entry.adjusted_p is None else mark(str(entry.id), _bare_p(entry.adjusted_p)))
        line.append("–" if result is None else _n(result, entry.unit_noun))
        if tested:
            line.append(_p_methods([entry]))
        body.append(line)
    text = markdown_table(header, body)
    if fold or (fold is None and len(body) > _SHORT):
        text = folded(f"{safe(analysis.capitalize())}: {len(body)} estimates", text)
    return text + _methods(entries, _contents(doc, entries, ""))


def _bare_p(p: Any) -> str:
    text = format_p(p).removeprefix("p ")
    return text.removeprefix("= ")


@phrase()
def table_title(doc: AnalysisDocument, id: str) -> str:
    """What a table holds, in words."""
    title = safe(doc.table(id).title)
    return f"{title[:1].upper()}{title[1:]}"


@phrase(block=True)
def not_run(doc: AnalysisDocument) -> str:
    """The questions that were not asked of these data, each with its reason; nothing where all were."""
    left = [a for a in doc.raw["analyses"] if a["status"] == "not_run"]
    return "\n".join(f"- Not run: {safe(a['name'])} — {safe(a['reason'].strip().rstrip('.'))}." for a in left)


@phrase(block=True)
def attached(doc: AnalysisDocument, what: str, file: str) -> str:
    """Where a table stands that was too long for the page; ``what`` is its id, or the analysis that it lists."""
    known = [t.id for t in doc.tables]
    title = table_title(doc, what) if what in known else f"Estimates of {safe(what)}"
    return f"{title}: too long for this page, in [`{file}`]({file})."


@phrase(block=True)
def families(doc: AnalysisDocument) -> str:
    """Which tests were corrected together: name, size, method."""
    found = doc.raw["families"]
    if not found:
        return "No family of tests was corrected: none holds more than one test."
    body = [[cell(f["name"]), format_count(f["size"]), cell(f["method"]), cell(f["note"])] for f in found]
    return markdown_table(["Family", "Tests", "Correction", "What it ranges over"], body, align="lrll")
