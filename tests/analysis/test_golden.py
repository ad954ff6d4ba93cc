"""Every number that the five published studies let anyone recompute, by a route that its wording finds."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from leakstats.analysis import Settings, analyze
from leakstats.results import load

ROOT = Path(__file__).resolve().parents[2]


def _loaded(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
    return sys.modules[name]


routes = _loaded("golden_routes", Path(__file__).with_name("golden_routes.py"))
make_golden = _loaded("make_golden", ROOT / "docs/make_golden.py")

STUDIES = {"persona100": 99, "assistant_variants": 99, "convergence": 99, "em_collapse": 9999, "taxonomy200": 99}
"""Resamples: only em_collapse has golden values that are Monte-Carlo p-values; the others are exact."""


@pytest.fixture(scope="module")
def study() -> Callable[[str], Any]:
    """A study's analysis, made when first asked for."""
    made: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in made:
            results = load(ROOT / "examples" / name / "results.json")
            document = analyze(results, settings=Settings(n_resamples=STUDIES[name])).document
            made[name] = routes.Study(document, results, ROOT.parent / "shared/data" / name)
        return made[name]

    return of


def golden(shared_dir: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((shared_dir / "data" / name / "golden.json").read_text("utf-8"))
    return rows


@pytest.mark.shared
@pytest.mark.parametrize("name", STUDIES)
def test_every_recomputable_value_is_given_within_its_tolerance(
    name: str, study: Callable[[str], Any], shared_dir: Path
) -> None:
    wrong, kinds = [], Counter[str]()
    for row in golden(shared_dir, name):
        quantity, expected = row["quantity"], row["recomputed"]
        excepted = [why for pattern, why in routes.EXCEPTIONS.items() if re.fullmatch(pattern, quantity)]
        if excepted:
            continue
        found = routes.find(study(name), quantity)
        if found is None:
            wrong.append(f"{quantity}: no route")
            continue
        kinds[found.kind] += 1
        if isinstance(expected, bool):
            held = found.value is expected
        else:
            held = abs(found.value - expected) <= row["tolerance"] + 1e-12 * abs(expected)
        if not held:
            wrong.append(f"{quantity}: {found.value} ({found.where}), golden {expected} ± {row['tolerance']}")
    assert not wrong, "\n".join(wrong)
    assert kinds["estimate"] + kinds["table"] > 0.75 * kinds.total(), kinds


@pytest.mark.shared
def test_exceptions_are_what_the_published_data_lack(shared_dir: Path) -> None:
    rows = [row for name in STUDIES for row in golden(shared_dir, name)]
    for pattern in routes.EXCEPTIONS:
        (row,) = (r for r in rows if re.fullmatch(pattern, r["quantity"]))
        assert row["recomputed"] is None
        assert "NOT IN THE SNAPSHOT" in row["note"]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_page_is_what_the_analyses_say(study: Callable[[str], Any]) -> None:
    """All but the last column, which holds resampled intervals: the next test makes those in full."""
    page = (ROOT / "docs/golden.md").read_text("utf-8")
    committed = [_cells(line) for line in page.splitlines() if line.startswith(tuple(f"| {name} " for name in STUDIES))]
    made = [_cells(line) for line in make_golden.table_rows(study)]
    assert [row[:5] for row in committed] == [row[:5] for row in made]
    assert all(re.search(r"\d|independent", row[5]) for row in made)
    assert {row[0] for row in made} == set(STUDIES)


@pytest.mark.slow
def test_the_page_is_in_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_golden.main(["--check"]) == 0
    assert "in step" in capsys.readouterr().out


def test_a_page_out_of_step_is_told(
    study: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = make_golden.page(study)
    monkeypatch.setattr(make_golden, "page", lambda: text)
    monkeypatch.setattr(make_golden, "TARGET", tmp_path / "golden.md")
    assert make_golden.main(["--check"]) == 1
    assert make_golden.main([]) == 0
    assert make_golden.main(["--check"]) == 0
    (tmp_path / "golden.md").write_text(text.replace("0.602", "0.603"), "utf-8")
    assert make_golden.main(["--check"]) == 1
    assert "not in step" in capsys.readouterr().out


def test_routes_know_the_wording_and_not_the_study(study: Callable[[str], Any]) -> None:
    """The same words about another study lead to that study's numbers."""
    taxonomy, hundred = study("taxonomy200"), study("persona100")
    for one in (taxonomy, hundred):
        found = routes.find(one, "spearman rho, layer 20, villain")
        assert found.value == one.document.get("similarity.spearman[layer=20,source=villain]").estimate.value
    assert routes.find(taxonomy, "tie share at rate 0, villain").value == 8 / 40
    assert routes.find(hundred, "within-category spearman rho layer 20, opposite").where.startswith("similarity.")
    assert routes.find(hundred, "the number of angels on a pin") is None
    with pytest.raises(LookupError):
        routes.find(hundred, "source marker %, nobody")


@pytest.mark.shared
def test_what_the_page_calls_published_is_what_was_printed(shared_dir: Path) -> None:
    printed = {(name, row["quantity"]): row["printed"] for name in STUDIES for row in golden(shared_dir, name)}
    for row in make_golden.rows():
        assert row["published"] == (printed[row["study"], row["quantity"]] or ""), row["quantity"]
