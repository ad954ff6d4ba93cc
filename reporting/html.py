"""One self-contained HTML page: figures inside, every number with where it comes from, tables that sort."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
from markdown_it import MarkdownIt
from markdown_it.token import Token

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.contracts import html_asset
from leakstats.errors import LeakstatsError
from leakstats.estimate import Estimate, Interval
from leakstats.files import read_bytes
from leakstats.ident import EstimateId
from leakstats.numbers import format_level
from leakstats.phrases.marks import marking
from leakstats.template import Template

from .narrative import Narrative
from .render import Place, render

__all__ = ["html_page"]

# Private-use characters never reach a page by themselves: data show them as ⟨U+E010⟩, narratives are refused.
_OPEN, _MIDDLE, _CLOSE = "\ue010", "\ue011", "\ue012"
_MARK = re.compile(f"{_OPEN}([0-9]+){_MIDDLE}(.*?){_CLOSE}", re.DOTALL)


def html_page(document: AnalysisDocument, narrative: Narrative, template: Template) -> str:
    """The page as one HTML file that needs nothing else; the same input gives the same bytes.

    Raises
    ------
    LeakstatsError
        If a figure's file is missing or is not the one that the analysis drew; and as :func:`render` does.
    """
    origins: dict[str, int] = {}

    def wrap(origin: str, text: str) -> str:
        return f"{_OPEN}{origins.setdefault(origin, len(origins))}{_MIDDLE}{text}{_CLOSE}"

    with marking(wrap):
        # The figures' paths stay as the analysis has them, so that they can be found and put inside.
        page = render(document, narrative, template, place=Place(figure_base="figure:"), limit=False)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page.text)
    headings = _headings(tokens)
    for token in _all(tokens):
        if token.type == "image":
            _put_inside(document, token)
    body = MarkdownIt("commonmark", {"html": True}).enable("table").renderer.render(tokens, _OPTIONS, {})
    body = body.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    body = body.replace(' style="text-align:right"', ' class="r"').replace(' style="text-align:left"', "")
    body = "".join(_marked(part) for part in re.split(r"(<table>.*?</table>)", body, flags=re.DOTALL))
    style, script = html_asset("style.css.j2"), html_asset("script.js.j2")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    title = next((h["text"] for h in headings if h["level"] == 1), "Clean result")
    return environment.from_string(html_asset("page.html.j2")).render(
        title=title,
        headings=[h for h in headings if h["level"] in (1, 2, 3)],
        body=body,
        origins=_script_safe({str(i): _explained(document, origin) for origin, i in origins.items()}),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
    )


_OPTIONS = MarkdownIt("commonmark", {"html": True}).options


def _marked(part: str) -> str:
    """Numbers as elements that explain themselves; those of a table are not tab stops, since there are thousands."""
    stop = "-1" if part.startswith("<table>") else "0"
    return _MARK.sub(lambda m: f'<span class="q" tabindex="{stop}" data-o="{m[1]}">{m[2]}</span>', part)


def _all(tokens: list[Token]) -> list[Token]:
    return [t for token in tokens for t in (token, *(token.children or []))]


def _headings(tokens: list[Token]) -> list[dict[str, Any]]:
    """Level, text and id of every heading; the ids are put into the tokens."""
    out: list[dict[str, Any]] = []
    for token, inside in pairwise(tokens):
        if token.type != "heading_open":
            continue
        text = _MARK.sub(r"\2", inside.content)
        text = re.sub(r"\\(.)", r"\1", text)
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "section"
        used = {h["id"] for h in out}
        name = next(n for n in (slug, *(f"{slug}-{i}" for i in range(2, len(out) + 3))) if n not in used)
        token.attrSet("id", name)
        out.append({"level": int(token.tag[1]), "text": text, "id": name})
    return out


def _put_inside(document: AnalysisDocument, image: Token) -> None:
    """Replace a figure's path by its bytes."""
    path = str(image.attrGet("src") or "")
    if not path.startswith("figure:"):
        raise LeakstatsError(f"the picture {path!r} is no figure of the analysis; an HTML page holds only those")
    path = unquote(path.removeprefix("figure:"))
    files = {f["path"]: f["sha256"] for figure in document.figures for f in figure.files.values()}
    if path not in files:
        raise LeakstatsError(f"the picture {path!r} is no figure of the analysis")
    data = read_bytes((document.path or Path()).parent / path)
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != files[path]:
        raise LeakstatsError(f"{path}: is not the figure that the analysis drew; run leakstats analyze again")
    image.attrSet("src", f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _script_safe(data: Any) -> str:
    """JSON that cannot end the script element around it."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# -- what a number is -------------------------------------------------------------------------------------------------


def _explained(document: AnalysisDocument, origin: str) -> list[list[str]]:
    """Name and value of what a reader should know about a number."""
    if origin.startswith("table:"):
        table_id, _, row = origin.removeprefix("table:").rpartition("/")
        table, i = document.table(table_id), int(row)
        rows = [["table", table.title], ["id", table_id]]
        rows += [[name, str(column[i])] for name, column in table.factors.items()]
        rows += [[name, repr(column[i])] for name, column in table.columns.items() if column[i] is not None]
        return [*rows, ["method", table.method]] if table.method else rows
    parsed = _parsed(origin)
    entry = None if parsed is None else document.find(parsed)
    if entry is None:
        return [["from", origin]]
    return _of_estimate(entry)


def _parsed(origin: str) -> EstimateId | None:
    try:
        return EstimateId.parse(origin)
    except LeakstatsError:
        return None


def _of_estimate(entry: Entry) -> list[list[str]]:
    rows = [["what", entry.label], ["id", str(entry.id)]]
    e = entry.result
    if not isinstance(e, Estimate):
        return [*rows, ["undefined", e.reason]]
    rows.append(["value", repr(e.value)])
    if e.interval is not None:
        rows.append(["interval", _interval(e.interval)])
    rows += [["also", _interval(i)] for i in e.other_intervals]
    if e.p_value is not None:
        rows += [["p", f"{e.p_value} ({e.p_value.method})"], ["null", e.null]]
    rows += [["also", f"{p} ({p.method})"] for p in e.other_p_values]
    if entry.adjusted_p is not None:
        rows.append(["within family", f"{entry.adjusted_p} ({entry.adjusted_p.method})"])
    behind = f", {e.n_rows} rows" if e.n_rows is not None and e.n_rows != e.n else ""
    rows += [["N", f"{e.n} {entry.unit_noun}{behind}"], ["method", e.method], ["role", entry.role]]
    rows += [["assumes", a] for a in e.assumptions]
    return rows + [["note", n] for n in e.notes]


def _interval(interval: Interval) -> str:
    level = format_level(interval.level)
    return f"{level} [{interval.low!r}, {interval.high!r}] ({interval.method})"
