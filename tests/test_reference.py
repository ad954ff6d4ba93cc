"""docs/reference.md: in step with the docstrings, which say what each estimator is, when valid, and what checks it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

import leakstats.stats as stats
from leakstats.files import read_text

CALLED = [
    name
    for name in stats.__all__
    if inspect.isfunction(getattr(stats, name)) or name in ("AnytimeRate", "Bootstrap", "Permutation")
]
"""What a user calls; the other public classes are what these return."""

LEFT_OVER = re.compile(
    r"@\w+@|\{[A-Za-z_]+\}|%\(\w+\)s|\b[A-Z]+(?:_[A-Z]+)*_(?:TABLE|COVERAGE|DOC)\b|\b(?:TODO|FIXME|XXX)\b"
)


@pytest.fixture(scope="module")
def pages(project_root: Path) -> Any:
    spec = spec_from_file_location("make_reference", project_root / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_in_step(pages: Any) -> None:
    assert pages.is_current(), "run: python docs/make_reference.py"


@pytest.mark.parametrize("name", CALLED)
def test_every_estimator_says_when_it_is_valid_and_what_checks_it(pages: Any, name: str) -> None:
    docstring = inspect.getdoc(getattr(stats, name)) or ""
    assert len(pages.valid_where(docstring)) > 15
    assert pages.valid_where(docstring).endswith(".")
    assert len(pages.checked_against(docstring)) > 25
    assert pages.checked_against(docstring).endswith(".")
    assert ">>> " in docstring, "an example"


def test_a_docstring_without_the_sentences_has_none(pages: Any) -> None:
    assert pages.checked_against("Sum.\n\nNotes\n-----\nAdds.") == ""
    text = "Sum.\n\nNotes\n-----\nValid for\nnumbers. Checked\nagainst a loop.\n\nExamples"
    assert pages.valid_where(text) == "Valid for numbers."
    assert pages.checked_against(text) == "Checked against a loop."


def test_a_stale_page_is_named(pages: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(pages, "TARGET", tmp_path / "reference.md")
    assert pages.main(["--check"]) == 1
    assert "run python docs/make_reference.py" in capsys.readouterr().err
    assert pages.main([]) == 0
    assert pages.is_current()


def test_links_lead_to_headings(pages: Any) -> None:
    text = pages.reference()
    slugs: dict[str, int] = {}
    headings = set()
    for title in re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE):
        slug = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        headings.add(f"{slug}-{slugs[slug]}" if slug in slugs else slug)
        slugs[slug] = slugs.get(slug, 0) + 1
    links = re.findall(r"\]\(#([\w-]+)\)", text)
    assert len(links) == len(stats.__all__)
    assert set(links) <= headings
    assert len(set(links)) == len(links)


def test_named_oracles_and_functions_exist(pages: Any, project_root: Path) -> None:
    tests = "".join(read_text(path) for path in sorted((project_root / "tests" / "stats").glob("test_*.py")))
    families = set()
    for name in CALLED:
        sentence = pages.checked_against(inspect.getdoc(getattr(stats, name)) or "")
        for listed in re.findall(r"oracle (?:family|families) ([a-z, ]+)\)", sentence):
            families |= set(listed.split(", "))
        for function in re.findall(r":func:`(?:leakstats\.stats\.)?(\w+)`", sentence):
            assert function in stats.__all__, f"{name}: {function}"
    assert len(families) > 8
    for family in families:
        assert re.search(rf'glob\("{family}(?:_\*|\*)', tests), f"no test reads the oracles of {family}"


def _docstrings() -> Iterator[tuple[str, str]]:
    """Every docstring of the package as Python sees it after import, decorators done."""
    for info in pkgutil.iter_modules(stats.__path__, "leakstats.stats."):
        module = importlib.import_module(info.name)
        yield info.name, module.__doc__ or ""
        for name, item in vars(module).items():
            if getattr(item, "__module__", None) != info.name or not (inspect.isclass(item) or callable(item)):
                continue
            yield f"{info.name}.{name}", item.__doc__ or ""
            if inspect.isclass(item):
                for member, thing in vars(item).items():
                    yield f"{info.name}.{name}.{member}", getattr(thing, "__doc__", None) or ""


def test_no_placeholder_is_left_in_a_docstring() -> None:
    found = [(place, LEFT_OVER.findall(text)) for place, text in _docstrings() if LEFT_OVER.search(text)]
    assert found == []
    assert sum(1 for _ in _docstrings()) > 300
    for bad in ("SOMETHING_TABLE", "@COVERAGE@", "{coverage}", "%(table)s"):
        assert LEFT_OVER.search(f"Measured:\n\n{bad}\n")
