"""Which field of a file a table prints, and where two cells that agree with one prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

RATES = {
    "plain": [97, 112, 68, 121, 77],
    "notice": [61, 83, 59, 72, 80],
    "pledge": [38, 47, 31, 20, 41],
}
FITS = {"fits": {"test": ["plain_vs_fall", "plain_vs_size", "size_vs_fall"], "value": [0.9, 0.7, 0.4], "size": [5] * 3}}
UNITS = ["heron", "gull", "tern", "stork", "crane"]


def test_rows_of_one_unit_are_not_the_largest_of_each_condition(tmp_path: Path) -> None:
    """Gull holds the maximum of two of the three conditions, which makes its third cell no maximum."""
    path = tmp_path / "results.json"
    path.write_text(
        json.dumps(
            {
                "units": UNITS,
                **FITS,
                **{k: {"hits": v, "asked": [180] * 5, "percent": [x / 1.8 for x in v]} for k, v in RATES.items()},
            }
        )
    )
    rows = [
        f"| {unit} | {arm} | {RATES[arm][i] / 1.8:.1f} | {RATES[arm][i]}/180 |"
        for i, unit in enumerate(UNITS)
        for arm in RATES
    ]
    page = "\n".join(
        ["# Notices help (LOW confidence)", "", "| Unit | Condition | Rate % | k/n |", "|---|---|---|---|", *rows, ""]
    )
    report = lint_text(page, Options(results=(path,)))
    assert [f.message for f in report.findings if f.code == "CR311"] == []


def found(tmp_path: Path, file: dict[str, object], table: str) -> list[str]:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(file))
    report = lint_text(f"# Notices help (LOW confidence)\n\n{table}\n", Options(results=(path,)))
    return [f.message.partition(",")[0] for f in report.findings if f.code == "CR311"]


BIRDS = {u: {"hits": h, "of": 180} for u, h in zip(UNITS, RATES["plain"], strict=True)}


@pytest.mark.parametrize("wrong", [False, True])
def test_a_rank_that_the_last_row_lacks_is_no_label(tmp_path: Path, wrong: bool) -> None:
    rows = [f"| {i + 1} | {u} | {68 if wrong and u == 'gull' else BIRDS[u]['hits']} |" for i, u in enumerate(UNITS)]
    table = "\n".join(["| Rank | Bird | Hits |", "|---|---|---|", *rows, "| – | All | 475 |"])
    assert found(tmp_path, {"birds": BIRDS}, table) == (["the cell says 68"] if wrong else [])


@pytest.mark.parametrize("wrong", [False, True])
def test_a_first_column_that_says_the_same_of_all_is_no_label(tmp_path: Path, wrong: bool) -> None:
    rows = [f"| lake | {u} | {68 if wrong and u == 'gull' else BIRDS[u]['hits']} |" for u in UNITS]
    table = "\n".join(["| Where | Bird | Hits |", "|---|---|---|", *rows])
    assert found(tmp_path, {"birds": BIRDS}, table) == (["the cell says 68"] if wrong else [])


def test_zeros_and_single_digits_bind_no_column(tmp_path: Path) -> None:
    file = {"birds": {u: {"lost": n} for u, n in zip(UNITS, (6, 1, 0, 0, 0), strict=True)}}
    rows = [f"| {u} | {n} |" for u, n in zip(UNITS, (9, 1, 0, 0, 0), strict=True)]
    assert found(tmp_path, file, "\n".join(["| Bird | Rings |", "|---|---|", *rows])) == []


def test_a_bare_zero_is_no_small_p(tmp_path: Path) -> None:
    file = {"birds": {u: {"q": p} for u, p in zip(UNITS, (1e-9, 2e-7, 3e-5, 4e-6, 0.61), strict=True)}}
    rows = [f"| {u} | {n} |" for u, n in zip(UNITS, (0, 0, 0, 0, 12), strict=True)]
    assert found(tmp_path, file, "\n".join(["| Bird | Rings |", "|---|---|", *rows])) == []


@pytest.mark.parametrize("wrong", [False, True])
def test_of_two_fields_that_agree_the_one_with_all_rows_counts(tmp_path: Path, wrong: bool) -> None:
    values = (0.42, 0.13, 0.77, 0.58, 0.31)
    birds = {u: {"cosine": v, "cosine_start_end": [v, v + 0.1]} for u, v in zip(UNITS, values, strict=True)}
    del birds["crane"]["cosine_start_end"]
    rows = [f"| {u} | {0.81 if wrong and u == 'crane' else v} |" for u, v in zip(UNITS, values, strict=True)]
    table = "\n".join(["| Bird | Cosine |", "|---|---|", *rows])
    assert found(tmp_path, {"birds": birds}, table) == (["the cell says 0.81"] if wrong else [])
