"""Estimates and counts as pandas tables, estimates as Markdown or LaTeX rows too, tables as CSV or Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakstats.analysis.document import Entry
from leakstats.errors import InputError, MissingDependency
from leakstats.estimate import Estimate
from leakstats.files import write_bytes
from leakstats.numbers import decimals_for, format_interval, format_number, format_p

if TYPE_CHECKING:
    import pandas as pd

    from leakstats.results import Results

__all__ = ["cells_to_pandas", "to_latex", "to_markdown", "to_pandas", "write_table"]


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


def cells_to_pandas(results: Results) -> pd.DataFrame:
    """Every table of rates of a results file, one below the other.

    Returns
    -------
    pandas.DataFrame
        Columns: table, role, outcome; a column a factor, missing in tables without it; successes, trials and rate, or
        printed, rate, low and high for rates that a page printed.

    Examples
    --------
    >>> from leakstats.results import load
    >>> frame = cells_to_pandas(load("examples/assistant_variants/results.json"))
    >>> bool((frame["successes"] <= frame["trials"]).all())
    True
    """
    import pandas as pd

    parts = []
    for table in results.tables:
        part = table.to_pandas()
        head = pd.DataFrame({"table": table.id, "role": table.role, "outcome": table.outcome}, index=part.index)
        parts.append(pd.concat([head, part], axis=1))
    frame = pd.concat(parts, ignore_index=True)
    values = [c for c in ("successes", "trials", "printed", "rate", "low", "high") if c in frame]
    frame = frame[[c for c in frame if c not in values] + values]
    # a factor that only some tables have would turn whole numbers into floating ones
    held = {c: [part[c].dtype for part in parts if c in part] for c in frame}
    whole: pd.DataFrame = frame.astype({c: "Int64" for c, kinds in held.items() if all(k.kind == "i" for k in kinds)})
    return whole


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as its suffix says: ``.csv`` (UTF-8, empty for missing values) or ``.parquet``.

    Raises
    ------
    InputError
        For another suffix.
    MissingDependency
        For Parquet without pyarrow.
    LeakstatsError
        If the file cannot be written; then it is left as it was.
    """
    if path.suffix == ".csv":
        write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    elif path.suffix == ".parquet":
        if find_spec("pyarrow") is None:
            raise MissingDependency("writing Parquet", extra="interop")
        out = BytesIO()
        frame.to_parquet(out, index=False, engine="pyarrow")
        write_bytes(path, out.getvalue())
    else:
        raise InputError(f"{path.name} ends in {path.suffix or 'nothing'}; it must be .csv or .parquet")
