"""Write docs/reference.md from the docstrings of leakstats.stats: ``python docs/make_reference.py [--check]``.

For each estimator: what it is, when it is valid, what checks it. A test keeps the page in step.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import leakstats.stats as stats
from leakstats.files import read_text, write_text

__all__ = ["CHECKED", "VALID", "checked_against", "is_current", "reference", "valid_where"]

TARGET = Path(__file__).resolve().parent / "reference.md"

VALID, CHECKED = "Valid", "Checked against"
"""The docstring of every estimator says in its last note when it is valid, and what its values are checked against."""

_PROMISES = re.compile(rf"(?:Notes -+ )?({VALID}\b.*) ({CHECKED} .*)")


def _promises(docstring: str) -> tuple[str, str]:
    """The two sentences of the paragraph that holds both; "" where there is none."""
    for paragraph in docstring.split("\n\n"):
        match = _PROMISES.fullmatch(" ".join(paragraph.split()))
        if match is not None:
            return match[1], match[2]
    return "", ""


def valid_where(docstring: str) -> str:
    """The sentence that says when an estimator is valid; "" where there is none."""
    return _promises(docstring)[0]


def checked_against(docstring: str) -> str:
    """The sentence that says what the values are checked against; "" where there is none."""
    return _promises(docstring)[1]


def _by_module() -> dict[str, list[tuple[str, Any]]]:
    """Public functions and classes by module, in alphabetical order."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for name in stats.__all__:
        item = getattr(stats, name)
        module = item.__module__.removeprefix("leakstats.stats.").lstrip("_")
        found.setdefault(module, []).append((name, item))
    return dict(sorted(found.items()))


def _summary(docstring: str) -> str:
    return " ".join(docstring.split("\n\n", 1)[0].split())


def _anchors(modules: dict[str, list[tuple[str, Any]]]) -> dict[str, str]:
    """Where a name's heading is found: a second heading with the same letters gets "-1"."""
    seen: dict[str, int] = {}
    out = {}
    for items in modules.values():
        for name, _ in items:
            slug = name.lower()
            again = seen.get(slug, 0)
            seen[slug] = again + 1
            out[name] = f"#{slug}-{again}" if again else f"#{slug}"
    return out


def _plain(text: str) -> str:
    """Text of a docstring as a Markdown cell: roles become code."""
    text = re.sub(r":[a-z]+:`~?(?:leakstats\.stats\.)?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`").replace("|", "\\|")


def reference() -> str:
    """The page."""
    modules = _by_module()
    anchors = _anchors(modules)
    lines = [
        "# Reference of the estimators",
        "",
        "Made from the docstrings by `python docs/make_reference.py`; do not edit. `from leakstats.stats import NAME`.",
        "An oracle family is a set of inputs with R's answers; tests/stats/data holds some of each.",
        "",
        "| estimator | what it is | valid | checked against |",
        "|---|---|---|---|",
    ]
    returned = []
    for items in modules.values():
        for name, item in items:
            doc = inspect.getdoc(item) or ""
            link = f"[`{name}`]({anchors[name]})"
            valid, checked = _promises(doc)
            if not valid:
                returned.append(f"{link}: {_plain(_summary(doc))}")
                continue
            valid, checked = valid.removeprefix(VALID).lstrip(" ,"), checked.removeprefix(CHECKED).lstrip()
            lines.append(f"| {link} | " + " | ".join(_plain(cell) for cell in (_summary(doc), valid, checked)) + " |")
    lines += ["", "What they return, besides `Estimate` and `Columns`:", "", *(f"- {text}" for text in returned)]
    for module, items in modules.items():
        home = inspect.getdoc(importlib.import_module(items[0][1].__module__)) or ""
        lines += ["", f"## Module {module}", "", home]
        for name, item in items:
            signature = f"{name}{inspect.signature(item)}" if inspect.isfunction(item) else name
            lines += ["", f"### {name}", "", "```python", signature, "```", ""]
            lines += ["```text", inspect.getdoc(item) or "", "```"]
    return "\n".join(lines) + "\n"


def is_current() -> bool:
    """Whether the page on disk says what the docstrings say."""
    return TARGET.exists() and read_text(TARGET) == reference()


def main(argv: Iterable[str]) -> int:
    if "--check" in argv:
        current = is_current()
        if not current:
            print("docs/reference.md is out of step: run python docs/make_reference.py", file=sys.stderr)
        return int(not current)
    write_text(TARGET, reference())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
