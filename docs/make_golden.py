"""Write docs/golden.md from the analyses of the shipped studies: ``python docs/make_golden.py [--check]``.

Each row names a published number, what this library makes of it, where that stands, and the answer that the design
supports. Every number but the published one is computed here; ``--check`` fails where the page is not in step.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from leakstats.analysis import AnalysisDocument, analyze
from leakstats.analysis.document import Entry
from leakstats.errors import InputError
from leakstats.estimate import PValue
from leakstats.files import read_text, write_text
from leakstats.numbers import format_count, format_interval, format_number, format_p, format_percent
from leakstats.numerals import parse_number
from leakstats.results import load

__all__ = ["fill", "main", "page", "rows"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = HERE / "golden.md"
_PLACE = re.compile(r"\{((?:[^{}|\"]|\"[^\"]*\")+)(?:\|([^{}]+))?\}")


def rows() -> list[dict[str, str]]:
    """The rows of ``golden_rows.toml``."""
    found: list[dict[str, str]] = tomllib.loads(read_text(HERE / "golden_rows.toml"))["row"]
    return found


def routes() -> ModuleType:
    """The routes that the golden test uses, loaded from beside it."""
    name = "golden_routes"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tests/analysis/golden_routes.py")
        if spec is None or spec.loader is None:
            raise InputError("tests/analysis/golden_routes.py cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def _shown(entry: Entry, what: str) -> str:
    """One number of an estimate, as the word after the bar asks for it."""
    e = entry.estimate
    name, _, which = what.partition("=")
    if name in ("", "value3"):
        return format_number(e.value, decimals=3 if name else 2)
    if name == "%":
        return format_percent(e.value)
    if name == "count":
        return format_count(int(e.value))
    if name == "n":
        return str(e.n)
    if name in ("ci", "ci3", "ci%"):
        interval = e.interval_by(which) if which else e.interval
        if interval is None:
            raise InputError(f"{entry.id} has no interval")
        if name == "ci%":
            return format_interval(interval, decimals=1, percent=True)
        return format_interval(interval, decimals=3 if name == "ci3" else 2)
    if name in ("p", "adj", "pmin"):
        p = entry.adjusted_p if name == "adj" else e.p_by(which) if which else e.p_value
        if p is None:
            raise InputError(f"{entry.id} has no {what}")
        if name != "pmin":
            return format_p(p)
        if p.minimum is None:
            raise InputError(f"{entry.id}: the p by {p.method} has no floor")
        return format_p(PValue(p.minimum, p.method)).removeprefix("p = ")
    if name == "d":
        detail = e.details[which]
        whole = isinstance(detail, int) or (isinstance(detail, float) and detail.is_integer())
        return str(int(detail)) if whole else format_number(float(detail), decimals=2)
    raise InputError(f"{what!r} is no way to show a number")


def fill(text: str, document: AnalysisDocument) -> str:
    """``text`` with every {id|what} replaced by the number of the analysis."""
    return _PLACE.sub(lambda m: _shown(document.get(m[1]), m[2] or ""), text)


def _recomputed(value: float | bool, published: str) -> str:
    """With one digit more than the page printed, so that a misprint shows."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value != 0.0 and abs(value) < 1e-4:
        return f"{value:.2e}"
    printed = parse_number(published) if published else None
    if printed is not None and value.is_integer() and "." not in published:
        return format_count(int(value))
    decimals = len(published.partition(".")[2]) + 1 if "." in published else 2
    return format_number(value, decimals=decimals)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def table_rows(studies: Callable[[str], Any]) -> list[str]:
    """One line of the table a row; ``studies`` gives a study of the golden routes by name."""
    lines = []
    for row in rows():
        study = studies(row["study"])
        found = routes().find(study, row["quantity"])
        if found is None:
            raise InputError(f"no route leads to {row['quantity']!r}")
        cells = (
            row["study"],
            row["quantity"],
            row["published"].replace("-", "−")
            if row["published"].startswith("-")
            else row["published"] or "not printed",
            _recomputed(found.value, row["published"]),
            f"`{found.where}`",
            fill(row["beside"], study.document),
        )
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return lines


def page(studies: Callable[[str], Any] | None = None) -> str:
    """The whole page; without ``studies`` the shipped results are analysed as ``leakstats analyze`` does by default."""
    made: dict[str, Any] = {}

    def shipped(name: str) -> Any:
        if name not in made:
            results = load(ROOT / "examples" / name / "results.json")
            made[name] = routes().Study(analyze(results).document, results)
        return made[name]

    of = studies or shipped
    head = [
        "# Golden values and what stands beside them",
        "",
        "Five published studies ship as `examples/*/results.json`. `tests/analysis/test_golden.py` recomputes every"
        " number of them that the published data allow, each by a route found from its wording"
        " (`tests/analysis/golden_routes.py`). Here are the ones that matter, with the answer that the design supports:"
        " `leakstats analyze` gives both. Made by `python docs/make_golden.py`; do not edit.",
        "",
        "| study | quantity | published | recomputed | where | beside it |",
        "|---|---|---|---|---|---|",
    ]
    body = table_rows(of)
    ceilings: Mapping[str, str] = {n: of(n).document.raw["confidence"]["ceiling"] for n in dict.fromkeys(_studies())}
    tail = [
        "",
        "Intervals are 95 %. Every study has one training run a source or condition, so no interval or p here covers"
        " training noise; the confidence ceilings are "
        + ", ".join(f"{name} {label}" for name, label in ceilings.items())
        + ".",
        "",
        "Not recomputable, since rates of single seeds were never published: the ICC over seeds and the per-seed anchor"
        " drift of taxonomy200.",
    ]
    return "\n".join([*head, *body, *tail]) + "\n"


def _studies() -> list[str]:
    return [row["study"] for row in rows()]


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is in step (exit status 1 where it is not)."""
    text = page()
    if "--check" in arguments:
        held = TARGET.exists() and read_text(TARGET) == text
        print("docs/golden.md is in step" if held else "docs/golden.md is not in step: python docs/make_golden.py")
        return 0 if held else 1
    write_text(TARGET, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
