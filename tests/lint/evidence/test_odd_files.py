"""Tables with any delimiter, trials kept one by one, and files that hold nothing to compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_paths
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.shapes import Dataset
from leakstats.lint.report import Report

PAGE = """# Delay rises with load (LOW confidence)

## TL;DR

### Results

| Quay | Delay |
|---|---|
| Amber | 0.37 |
| Birch | 0.52 |
| Cedar | {} |

The delays are in `{}`.
"""
COMMAS = "quay,delay,trips\nAmber,0.37,120\nBirch,0.52,80\nCedar,0.64,95\n"


def known(found: Dataset) -> dict[str, float]:
    return {",".join(map(str, leaf.path)): leaf.value for leaf in found.leaves}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_delimiter_is_told_by_the_columns(mark: str, name: str) -> None:
    assert known(read_dataset(name, COMMAS.replace(",", mark))) == known(read_dataset("a.csv", COMMAS))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_decimal_comma_stands_where_a_semicolon_parts(end: str) -> None:
    text = COMMAS.replace(",", ";").replace("0.", "0,").replace("\n", end)
    assert known(read_dataset("a.csv", text)) == known(read_dataset("a.csv", COMMAS))


def test_a_comma_of_thousands_is_none() -> None:
    found = read_dataset("a.csv", "quay;delay;trips\nAmber;0.37;1,200\nBirch;0.52;2,800\n")
    assert 1.2 not in known(found).values()


def test_other_marks_in_cells_part_nothing() -> None:
    found = read_dataset("a.csv", 'quay,delay\n"Amber; north | old",0.37\n"Birch; south",0.52\n')
    assert [leaf.path[0] for leaf in found.leaves] == [("Amber; north | old",), ("Birch; south",)]


def judged(tmp_path: Path, name: str, text: str, *, cell: str = "0.64", given: bool = True) -> Report:
    (tmp_path / "out").mkdir(exist_ok=True)
    file = tmp_path / "out" / name
    file.write_text(text)
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(cell, f"out/{name}"))
    return lint_paths([str(page)], Options(results=(file,) if given else ()), stdin=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("results.csv", COMMAS.replace(",", ";").replace("0.", "0,")),
        ("results.jsonl", "".join(f'{{"quay": "{q}", "delay": {d}}}\n' for q, d in
                                  (("Amber", 0.37), ("Birch", 0.52), ("Cedar", 0.64)))),
        ("results.json", '{"Amber": {"d": 0.37}, "Birch": {"d": 0.52}, "Cedar": {"d": 0.64}}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("given", [True, False])
def test_a_wrong_cell_is_found(tmp_path: Path, name: str, text: str, given: bool) -> None:
    (right,) = judged(tmp_path, name, text, given=given).pages
    assert right.tally["grounded"] == 3
    assert "CR311" not in {f.code for f in right.findings}
    (wrong,) = judged(tmp_path, name, text, cell="0.46", given=given).pages
    assert "CR311" in {f.code for f in wrong.findings}


@pytest.mark.parametrize(
    ("name", "text"),
    [("results.csv", ""), ("results.csv", "quay,delay\n"), ("results.json", "{}"), ("results.json", '{"a": "b"}')],
)
@pytest.mark.parametrize("given", [True, False])
def test_nothing_is_compared_with_a_file_without_a_number(tmp_path: Path, name: str, text: str, given: bool) -> None:
    report = judged(tmp_path, name, text, given=given)
    (page,) = report.pages
    (unread,) = page.unread
    assert unread.reason == "it holds no number to compare with"
    assert page.data == ()
    assert page.tally["unexplained"] == 0
    assert page.tally["not checked"] == 3
    assert report.status != 2


def test_lines_of_json_that_are_not_there_are_no_fault(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format("0.64", "out/results.jsonl"))
    (report,) = lint_paths([str(page)], Options(), stdin=None).pages  # type: ignore[arg-type]
    assert "CR205" not in {f.code for f in report.findings}


@pytest.mark.parametrize("yes", ["1", "true"])
def test_a_list_of_outcomes_gives_a_rate(tmp_path: Path, yes: str) -> None:
    no = "0" if yes == "1" else "false"
    lists = {q: ", ".join([yes] * k + [no] * (40 - k)) for q, k in (("Amber", 6), ("Birch", 14), ("Cedar", 31))}
    (tmp_path / "r.json").write_text("{" + ", ".join(f'"{q}": [{values}]' for q, values in lists.items()) + "}")
    page = tmp_path / "page.md"
    rows = "| Quay | Delayed |\n|---|---|\n| Amber | 15% |\n| Birch | 35% |\n| Cedar | {}% |\n"
    body = "# Delay rises with load (LOW confidence)\n\n## TL;DR\n\n### Results\n\n" + rows
    found = {}
    for cell in ("78", "87"):
        page.write_text(body.format(cell))
        (report,) = lint_paths([str(page)], Options(results=(tmp_path / "r.json",)), stdin=None).pages  # type: ignore[arg-type]
        found[cell] = "CR311" in {f.code for f in report.findings}
    assert found == {"78": False, "87": True}
