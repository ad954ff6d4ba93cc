"""The reproducibility card, the log of runs, the places of the data, the artifacts."""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.numbers import format_count, format_number

from .escape import cell, safe
from .markdown_table import markdown_table
from .registry import phrase, suggest

__all__: list[str] = []


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return format_count(value)
    if isinstance(value, float):
        # As it was written: a learning rate of 1e-05 has no decimals to choose.
        return repr(value) if value != int(value) else format_number(value, decimals=1)
    return cell(str(value))


@phrase(block=True)
def card(doc: AnalysisDocument, table: str, rows: list[str]) -> str:
    """One table of the reproducibility card: ``rows`` in their order, then what else is recorded.

    A row without a value says that it was not recorded, and why.
    """
    setup = doc.raw["setup"]
    recorded = setup.get(table) or {}
    reasons = setup.get("unknown") or {}
    body = []
    for label in [*rows, *(r for r in recorded if r not in rows)]:
        value = recorded.get(label)
        if value is None or value == "":
            reason = reasons.get(f"{table}.{label}", "the results file has no such row")
            body.append([cell(label), f"not recorded — {cell(reason)}"])
        else:
            body.append([cell(label), _said(value)])
    return markdown_table(["", ""], body, align="ll")


@phrase(block=True)
def runs(doc: AnalysisDocument) -> str:
    """Where the runs are logged; what was not logged is said."""
    log = doc.raw["runs"]
    lines = []
    if log.get("project"):
        where = f" at {_link(log['url'])}" if log.get("url") else ""
        lines.append(f"Project: `{cell(log['project']).replace('`', '')}`{where}")
    if log.get("runs"):
        body = [
            [_code(run["id"]), cell(run.get("state") or "–"), _link(run.get("url")), cell(run.get("note") or "–")]
            for run in log["runs"]
        ]
        lines.append(markdown_table(["Run", "State", "Where", "Note"], body, align="llll"))
    if log.get("not_logged"):
        lines.append(f"Not logged: {safe(log['not_logged'])}.")
    if not lines:
        lines.append("N/A — the results file names no project and no run.")
    return "\n\n".join(lines)


def _code(text: str) -> str:
    """``text`` in a code span, which no markup inside can end."""
    shown = " ".join(str(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown.isprintable() and shown else cell(str(text))


def _link(url: str | None) -> str:
    if not url:
        return "–"
    if url.startswith(("https://", "http://")) and not set(url) & set(' <>()[]|`"\\') and url.isprintable():
        return f"<{url}>"
    return _code(url)


def _place(where: str) -> str:
    """A path in a code span, an address as a link, anything else in words."""
    if where.startswith(("https://", "http://")):
        return _link(where)
    return _code(where) if " " not in where.strip() else cell(where)


@phrase(block=True)
def full_data(doc: AnalysisDocument) -> str:
    """Where the complete raw outputs live."""
    places = doc.raw["runs"].get("full_data") or []
    if not places:
        return "N/A — the results file names no place of raw outputs."
    return markdown_table(
        ["Artifact", "Location"], [[cell(p["artifact"]), _place(p["location"])] for p in places], align="ll"
    )


@phrase(block=True)
def artifacts(doc: AnalysisDocument, here: str, page: list[list[str]]) -> str:
    """The files behind the page: ``page`` lists [type, path] of what was rendered from, ``here`` is their folder."""
    rows = [[cell(kind), _code(path)] for kind, path in page]
    results = doc.raw["inputs"]["results"]
    rows.append(["Results", f"{_code(normpath(here + results['path']))}, {_code(results['sha256'])}"])
    for figure in doc.figures:
        for form in ("png", "pdf", "data"):
            if form in figure.files:
                kind = "data" if form == "data" else form.upper()
                rows.append([f"Figure {cell(figure.id)} ({kind})", _code(normpath(here + figure.files[form]["path"]))])
    rows += [[cell(a["type"]), _place(a["location"])] for a in doc.raw["runs"].get("artifacts") or []]
    return markdown_table(["Type", "Path / URL"], rows, align="ll")


@phrase(block=True)
def environment(doc: AnalysisDocument) -> str:
    """What computed the numbers of the page: library versions, resamples, seed, overrides."""
    settings = doc.raw["settings"]
    versions = ", ".join(f"{safe(k)} {safe(str(v))}" for k, v in doc.raw["versions"].items())
    overrides = "; ".join(safe(str(v)) for v in settings["overrides"].values())
    text = f"Statistics: {versions}; {format_count(settings['n_resamples'])} resamples, seed {settings['seed']}."
    return text + (f" Overridden: {overrides}." if overrides else "")


@phrase()
def study(doc: AnalysisDocument, name: str) -> str:
    """A text of the study: its title, description, source or id."""
    found = doc.raw["study"].get(name)
    if not isinstance(found, str):
        known = [k for k, v in doc.raw["study"].items() if isinstance(v, str)]
        raise LeakstatsError(f"the study has no {name!r}{suggest(name, known, n=1)} (it has {', '.join(known)})")
    return safe(found)
