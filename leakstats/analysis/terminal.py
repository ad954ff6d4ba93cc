"""The analysis as a reader meets it in a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.analysis.precision import DesignPrecision
from leakstats.estimate import Estimate
from leakstats.numbers import decimals_for, format_count, format_interval, format_number, format_p, format_points
from leakstats.numerals import MINUS

__all__ = ["print_analysis", "print_precision", "progress"]

_MOST = {"descriptive": 12, "exploratory": 8}
"""How many estimates of a role are shown for a question; the others are counted."""
_RATES = ("rate", "own_rate", "mean_rate", "median_rate", "max_rate", "share_at_zero", "predicted", "observed")


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A status line on stderr while questions are answered; one plain line a question where that is no terminal."""
    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield lambda name: None if quiet else console.print(f"analyzing: {name}", highlight=False, markup=False)
        return
    with console.status("starting") as status:
        yield lambda name: status.update(f"analyzing: {name}")


def _value(entry: Entry, estimate: Estimate) -> str:
    percent = entry.id.statistic in _RATES
    if estimate.interval is None and not percent and estimate.value.is_integer() and abs(estimate.value) > 1:
        return format_count(int(estimate.value))
    decimals = decimals_for(estimate.interval, default=3 if percent else 2)
    return format_number(estimate.value, decimals=decimals)


def _interval(estimate: Estimate) -> str:
    if estimate.interval is None:
        return ""
    return format_interval(estimate.interval, decimals=decimals_for(estimate.interval, default=2))


def _p(estimate: Estimate) -> str:
    p = estimate.p_value
    return "" if p is None else f"{format_p(p).replace('p = ', '').replace('p ', '')} ({p.method})"


def _count(entry: Entry, estimate: Estimate) -> str:
    rows = estimate.n_rows
    behind = f" ({rows} rows)" if rows is not None and rows != estimate.n else ""
    return f"{estimate.n} {entry.unit_noun}{behind}"


def _console() -> Console:
    """Standard output, at least 100 columns wide: narrower tables cannot be read."""
    out = Console(highlight=False)
    return out if out.width >= 100 else Console(width=100, highlight=False)


def print_analysis(document: AnalysisDocument, *, everything: bool = False, console: Console | None = None) -> None:
    """Print estimates by question, families, what was not run, and the ceiling of the confidence label."""
    out = console or _console()
    study = document.raw["study"]
    out.print(Text(f"{study['id']}: {study['title']}", style="bold"))
    for question in document.raw["analyses"]:
        _print_question(out, document, question, everything=everything)
    if document.raw.get("crosscheck") is not None:
        from leakstats.analysis.crosscheck import summary  # late: most analyses have none

        out.print()
        for line in summary(document):
            out.print(Text(line, style="bold red" if line.startswith("  DIFFER") else ""))
    confidence = document.raw["confidence"]
    out.print(Text(f"\nConfidence: {confidence['ceiling']} at the most", style="bold"))
    for reason in confidence["reasons"]:
        out.print(f"  {reason['ceiling']}: {reason['detail']}", markup=False)
    for name, text in document.raw["settings"]["overrides"].items():
        out.print(f"  OVERRIDE {name}={text}", markup=False)


def _first(entries: list[Entry], role: str) -> list[Entry]:
    return [e for e in entries if e.role == role][: _MOST.get(role)]


def _print_question(out: Console, document: AnalysisDocument, question: dict[str, object], *, everything: bool) -> None:
    name = str(question["name"])
    if question["status"] == "not_run":
        out.print(f"\n[bold]{name}[/bold]: not run: {question['reason']}")
        return
    entries = document.select(analysis=name)
    table = RichTable(title=f"\n{name}", title_justify="left", box=None, pad_edge=False)
    table.add_column("estimate", overflow="fold", ratio=5)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("interval", no_wrap=True)
    table.add_column("p", overflow="fold", ratio=3)
    table.add_column("adj. p", no_wrap=True)
    table.add_column("n", overflow="fold", ratio=3)
    order = {"primary": 0, "secondary": 1, "descriptive": 2, "exploratory": 3}
    ranked = sorted(entries, key=lambda e: order[e.role])
    shown = ranked if everything else [e for role in order for e in _first(ranked, role)]
    for entry in shown:
        result = entry.result
        style = "bold" if entry.role == "primary" else None
        if isinstance(result, Estimate):
            adjusted = (
                "" if entry.adjusted_p is None else format_p(entry.adjusted_p).replace("p = ", "").replace("p ", "")
            )
            cells = [entry.label, _value(entry, result), _interval(result), _p(result), adjusted, _count(entry, result)]
        else:
            cells = [entry.label, MINUS, "", f"undefined: {result.reason}", "", f"{result.n} {entry.unit_noun}"]
        table.add_row(*(Text(c) for c in cells), style=style)
    if entries:
        out.print(table)
    if len(entries) > len(shown):
        out.print(f"  ... and {len(entries) - len(shown)} more (--all shows them)", markup=False)
    tables = [t for t in document.tables if t.id.split(".")[0] == name]
    for each in tables:
        out.print(f"  table {each.id}: {each.title}, {len(each)} rows ({each.method})", markup=False)
    for assumption in question["assumptions"]:  # type: ignore[attr-defined]
        if assumption["status"] in ("doubtful", "failed"):
            out.print(f"  {assumption['status']}: {assumption['name']}: {assumption['detail']}", markup=False)


def print_precision(report: DesignPrecision, *, console: Console | None = None) -> None:
    """Print what a design can show, as ``leakstats plan`` does."""
    out = console or _console()
    cell, interval = report.cell, report.cell.interval
    out.print(
        f"One cell: {report.questions} questions x {report.completions} completions x {report.training_seeds} training"
        f" seed(s); rate {format_number(report.rate, decimals=3)}, ICC {format_number(report.icc, decimals=3)}"
        f" ({report.icc_source})",
        markup=False,
    )
    if interval is not None:
        effective = cell.details.get("effective_n")
        worth = f", worth {effective:.0f} independent completions" if isinstance(effective, float) else ""
        out.print(f"  expected interval {format_interval(interval, decimals=3)}{worth}", markup=False)
    for estimate in report.correlations:
        out.print(f"  {estimate}", markup=False)
    table = RichTable(title="\nWhat other numbers would buy", title_justify="left", box=None, pad_edge=False)
    for name in ("questions", "completions each", "training seeds", "completions in all", "half-width"):
        table.add_column(name, justify="right")
    table.add_column("detectable difference", justify="right")
    columns = report.table.to_json()["columns"]
    for i in range(len(report.table)):
        detectable = columns["minimum_detectable_difference"][i]
        table.add_row(
            *(f"{columns[name][i]:.0f}" for name in ("questions", "completions", "training_seeds", "total")),
            format_points(columns["half_width"][i], plus=False),
            MINUS if detectable is None else format_points(detectable, plus=False),
        )
    out.print(table)
    for note in report.notes:
        out.print(f"  note: {note}", markup=False)
