"""Estimates as a pandas table, and as rows of Markdown or LaTeX with printed numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from leakstats.analysis.document import Entry
from leakstats.estimate import Estimate
from leakstats.numbers import decimals_for, format_interval, format_number, format_p

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_latex", "to_markdown", "to_pandas"]


def to_pandas(entries: Iterable[Entry]) -> pd.DataFrame:
    """One row an estimate, full precision; undefined estimates have a ``reason`` and no value.

    Parameters
    ----------
    entries : iterable of Entry
        Such as ``document.entries`` or ``document.select(analysis="similarity")``.

    Returns
    -------
    pandas.DataFrame
        Columns: key, label, role, value, low, high, level, interval_method, p, p_relation, p_method, adjusted_p, n,
        unit, n_rows, method, reason; and one ``facet_NAME`` column for each facet.

    Examples
    --------
    >>> from leakstats.estimate import Interval
    >>> from leakstats.ident import EstimateId
    >>> rate = Estimate("rate", 0.33, 100, "ratio", interval=Interval(0.246, 0.427, method="wilson"))
    >>> key = EstimateId("rates", "rate", {"source": "villain"})
    >>> frame = to_pandas([Entry(key, rate, "rate, villain", "completions")])
    >>> frame.loc[0, "facet_source"], float(frame.loc[0, "low"])
    ('villain', 0.246)
    """
    import pandas as pd

    return pd.DataFrame([_record(entry) for entry in entries])


def _record(entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = {"key": str(entry.id), "label": entry.label, "role": entry.role}
    out |= {f"facet_{name}": value for name, value in entry.id.facets.items()}
    result = entry.result
    if not isinstance(result, Estimate):
        return out | {"n": result.n, "unit": entry.unit_noun, "reason": result.reason}
    interval, p = result.interval, result.p_value
    return out | {
        "value": result.value,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "level": None if interval is None else interval.level,
        "interval_method": None if interval is None else interval.method,
        "p": None if p is None else p.value,
        "p_relation": None if p is None else p.relation,
        "p_method": None if p is None else p.method,
        "adjusted_p": None if entry.adjusted_p is None else entry.adjusted_p.value,
        "n": result.n,
        "unit": entry.unit_noun,
        "n_rows": result.n_rows,
        "method": result.method,
        "reason": None,
    }


def _printed(entries: Iterable[Entry]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for entry in entries:
        result = entry.result
        row = {"estimate": entry.label, "value": "undefined", "interval": "", "p": "", "n": ""}
        if isinstance(result, Estimate):
            decimals = decimals_for(result.interval)
            row["value"] = format_number(result.value, decimals=decimals)
            row["interval"] = "" if result.interval is None else format_interval(result.interval, decimals=decimals)
            row["p"] = "" if result.p_value is None else format_p(result.p_value)
        row["n"] = f"{result.n} {entry.unit_noun}"
        rows.append(row)
    return pd.DataFrame(rows)


def to_markdown(entries: Iterable[Entry]) -> str:
    """The estimates as a Markdown table with printed numbers."""
    frame = _printed(entries).map(lambda text: text.replace("|", "\\|"))
    return str(frame.to_markdown(index=False, disable_numparse=True))


def to_latex(entries: Iterable[Entry]) -> str:
    """The estimates as a LaTeX ``tabular`` (booktabs) with printed numbers, special characters escaped."""
    frame = _printed(entries).map(lambda text: text.replace("\u2212", "-"))
    return str(frame.to_latex(index=False, escape=True))
