"""Every number that the five published studies let anyone recompute, by a route that its wording finds."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis import Settings, analyze
from leakstats.results import load

ROOT = Path(__file__).resolve().parents[2]

_spec = importlib.util.spec_from_file_location("golden_routes", Path(__file__).with_name("golden_routes.py"))
assert _spec is not None
assert _spec.loader is not None
routes = importlib.util.module_from_spec(_spec)
sys.modules["golden_routes"] = routes  # dataclasses look their module up
_spec.loader.exec_module(routes)

STUDIES = {"persona100": 99, "assistant_variants": 99, "convergence": 99, "em_collapse": 9999, "taxonomy200": 99}
"""Resamples: only em_collapse has golden values that are Monte-Carlo p-values; the others are exact."""


@pytest.fixture(scope="module")
def study(shared_dir: Path) -> Callable[[str], Any]:
    """A study's analysis, made when first asked for."""
    made: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in made:
            results = load(ROOT / "examples" / name / "results.json")
            document = analyze(results, settings=Settings(n_resamples=STUDIES[name])).document
            made[name] = routes.Study(document, results, shared_dir / "data" / name)
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
