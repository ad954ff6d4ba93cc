"""Fixtures of the linter's tests: a page without fault, and rendered values beside a page."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import leakstats.lint
from leakstats.analysis.document import AnalysisDocument
from leakstats.lint.engine import Options, lint_text
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.page import Page, WrittenVersion
from leakstats.lint.parsing import parse_document
from leakstats.lint.regex import regex
from leakstats.lint.report import PageReport
from leakstats.lint.repository import Checkout
from leakstats.lint.results import ResultFiles
from leakstats.lint.rule import Rule
from leakstats.lint.sidecar import Grounding, Sidecar, Span, find_values
from leakstats.template import VersionLine, load_template

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def good_page() -> str:
    """A page on which no rule speaks."""
    return (HERE / "data" / "good.md").read_text("utf-8")


@pytest.fixture(scope="session")
def expressions() -> list[tuple[str, re.Pattern[str]]]:
    """Every expression that a module of the linter holds, with the name of what holds it."""
    return [
        (f"{module.name}.{name}", expression)
        for module in pkgutil.walk_packages(leakstats.lint.__path__, "leakstats.lint.")
        for name, value in vars(importlib.import_module(module.name)).items()
        for expression in _expressions_in(value)
    ]


def _expressions_in(value: object) -> Iterator[re.Pattern[str]]:
    if type(value) is type(regex("")):
        yield value  # type: ignore[misc]
    elif isinstance(value, dict):
        yield from _expressions_in(tuple(value.items()))
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _expressions_in(one)


PRINTED = "falls with ρ = −0.74"
TODAY = "falls with ρ = −0.81"
HASH_HERE = "sha256:" + "1" * 64


class FakeAnalysis(AnalysisDocument):
    """An analysis of which only the hash is asked."""

    def __init__(self) -> None:
        self.sha256 = HASH_HERE


def grounded(text: str, *, today: str) -> Page:
    """A page with one rendered value and the analysis that prints ``today`` in its place."""
    span = Span("title", "rho", (), {}, "rho(layer=20)", PRINTED, "The rate ", " over the personas.")
    document = parse_document(text)
    values = tuple(find_values(document.source.text, (span,), lambda _: (today, "")))
    sidecar = Sidecar(Path("page.provenance.json"), Path("analysis.json"), HASH_HERE, (span,))
    comment = document.comments[0] if document.comments else None
    line = VersionLine.parse(comment.text) if comment is not None else None
    template = load_template("v1")
    version = WrittenVersion(line, comment.at if comment is not None else 0)
    return Page(
        document, template, template.profiles["review"], version, Grounding(sidecar, FakeAnalysis(), "", values)
    )


RESULTS = """
{"units": {"villain": {"hits": 57, "of": 100, "share": 0.57}, "nurse": {"hits": 12, "of": 100, "share": 0.12},
           "pirate": {"hits": 31, "of": 100, "share": 0.31}, "judge": {"hits": 44, "of": 100, "share": 0.44}},
 "link": {"rho": -0.7392, "p": 0.0060, "size": 12}}
"""


def with_results(text: str) -> Page:
    """A page with a results file of four personas and one correlation."""
    template = load_template("v1")
    results = ResultFiles((read_dataset("results.json", RESULTS),))
    return Page(parse_document(text), template, template.profiles["review"], results=results)


COMMIT = "5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4"


class FakeCheckout(Checkout):
    """A clone of lab/repo with one commit, which holds one figure."""

    def lacks_commit(self, commit: str) -> bool:
        return not COMMIT.startswith(commit)

    def lacks_file(self, commit: str, path: str) -> bool:
        return commit == COMMIT and path != "a.png"


def in_checkout(text: str) -> Page:
    """A page in a clone of lab/repo."""
    template = load_template("v1")
    clone = FakeCheckout(Path(), frozenset({("lab", "repo")}))
    return Page(parse_document(text), template, template.profiles["review"], repository=clone)


def fires(rule: Rule, text: str) -> bool:
    """True if ``rule`` speaks on the page ``text``, given what it needs."""
    if rule.code == "CR901":
        report = lint_text(text) if text.startswith("#") else _missing_file(text)
    elif rule.code == "CR902":
        report = lint_text(text, Options(max_bytes=64))
    elif rule.code == "CR205":
        report = lint_text(text, Options(root=HERE))
    elif "repository" in rule.needs:
        return bool(list(rule.check(in_checkout(text))))
    elif rule.needs & {"results", "numbers"}:
        return bool(list(rule.check(with_results(text))))
    elif rule.needs:
        return bool(list(rule.check(grounded(text, today=TODAY if rule.code == "CR302" else PRINTED))))
    else:
        report = lint_text(text, Options(profile=rule.profile))
    return any(f.code == rule.code for f in report.findings)


def _missing_file(name: str) -> PageReport:
    import io

    from leakstats.lint.engine import lint_paths

    return lint_paths([name.strip()], Options(), stdin=io.BytesIO()).pages[0]


@pytest.fixture(scope="session")
def speaks() -> Callable[[Rule, str], bool]:
    """Does this rule speak on this page?"""
    return fires
