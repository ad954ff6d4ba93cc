"""Which field of a file a table prints, and where two cells that agree with one prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.facts import Fact, Series
from leakstats.lint.document import Table
from leakstats.lint.engine import Options, lint_text
from leakstats.lint.evidence.by_value import Index
from leakstats.lint.evidence.table_binding import bind
from leakstats.lint.evidence.tables import entity_names, read_sheet
from leakstats.lint.parsing import parse_document

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


RELATIONS = {
    "size_vs_fall": {"spearman": {"est": 0.612, "p": 0.0031, "n": 21}, "pearson": {"est": 0.587, "p": 0.0052, "n": 21}},
    "size_vs_start": {"spearman": {"est": 0.418, "p": 0.059, "n": 21}, "pearson": {"est": 0.377, "p": 0.092, "n": 21}},
    "age_vs_start": {"spearman": {"est": 0.233, "p": 0.31, "n": 21}, "pearson": {"est": 0.199, "p": 0.387, "n": 21}},
}


@pytest.mark.parametrize("wrong", [False, True])
def test_rows_in_words_are_known_by_their_values(tmp_path: Path, wrong: bool) -> None:
    said = {"size_vs_fall": "how large, how far down", "size_vs_start": "how large at first", "age_vs_start": "how old"}
    first = 0.687 if wrong else 0.612
    rows = [f"| {said['size_vs_fall']} | Spearman | {first} | 0.0031 |"]
    rows += [
        f"| {said[k]} | {s.title()} | {f['est']} | {f['p']} |"
        for k, both in RELATIONS.items()
        for s, f in both.items()
        if (k, s) not in (("size_vs_fall", "spearman"), ("age_vs_start", "pearson"))
    ]
    table = "\n".join(["| What | Method | Value | p |", "|---|---|---|---|", *rows])
    assert found(tmp_path, RELATIONS, table) == (["the cell says 0.687"] if wrong else [])


@pytest.mark.parametrize("wrong", [False, True])
def test_runs_under_numbers_of_their_own_and_numbers_in_quotes(tmp_path: Path, wrong: bool) -> None:
    share = [v / 1.8 for v in RATES["plain"]]
    runs = {f"a{i}f03{i}b": {"bird": UNITS[i], "share": f"{share[i]:.2f}%"} for i in range(5)}
    rows = [f"| {u} | {35.8 if wrong and u == 'tern' else round(share[i], 1)} |" for i, u in enumerate(UNITS)]
    table = "\n".join(["| Bird | Share (%) |", "|---|---|", *rows])
    assert found(tmp_path, {"runs": runs}, table) == (["the cell says 35.8%"] if wrong else [])


@pytest.mark.parametrize("wrong", [False, True])
def test_columns_two_objects_deep(tmp_path: Path, wrong: bool) -> None:
    file = {"kit": {"seed": 3}, "index": UNITS, "arms": {k: {"hits": v, "of": [180] * 5} for k, v in RATES.items()}}
    file["fits"] = {"index": ["plain_vs_notice", "plain_vs_pledge"], "value": [0.31, 0.42]}
    notice = [51 if wrong and u == "tern" else RATES["notice"][i] for i, u in enumerate(UNITS)]
    rows = [f"| {u} | {RATES['plain'][i]} | {notice[i]} |" for i, u in enumerate(UNITS)]
    table = "\n".join(["| Bird | Plain | Notice |", "|---|---|---|", *rows])
    assert found(tmp_path, file, table) == (["the cell says 51"] if wrong else [])


def test_of_two_records_that_a_row_names_the_one_with_its_whole_name_is_bound() -> None:
    """In whatever order the names of the row are known: sets of text have another one in each process."""
    stones = [
        "chert",
        "slate",
        "marl",
        "gneiss",
        "basalt",
        "schist",
        "tuff",
        "chalk",
        "flint",
        "opal",
        "jasper",
        "shale",
    ]
    ranks = {s: 0.05 + i / 40 for i, s in enumerate(stones)}
    held = {**ranks, **{s + "spearman": p + 0.001 for s, p in ranks.items()}}
    facts = {name: Fact("p", frozenset({name}), p, p, f"/fits/{name}/p") for name, p in held.items()}
    file = Series("p", frozenset({"p"}), facts, False, "data", "/fits/*/p")
    rows = "\n".join(f"| {s} (Spearman) | {p + 0.001:.3f} |" for s, p in ranks.items())
    (table,) = (b for b in parse_document(f"| Fit | p |\n|---|---|\n{rows}\n").blocks if isinstance(b, Table))
    sheet = read_sheet(table, "")
    assert sheet is not None
    ((series, cells),) = [x for x in sheet.series if x[0].pointer.startswith("column")]
    names = [entity_names(sheet, c, across=False) for c in cells]
    assert names[0] == {"chert", "chertspearman"}
    found = bind(series, cells, names, Index([file]), [file])
    assert found is not None
    assert len(found.matched) == len(stones)
