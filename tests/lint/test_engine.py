"""A run over pages: what is read, what is judged, what is said of the rest."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leakstats.errors import InputError
from leakstats.lint.engine import DEFAULT_MAX_BYTES, Options, lint_paths, lint_text
from leakstats.lint.finding import Finding
from leakstats.lint.parsing import parse_document
from leakstats.lint.registry import all_rules
from leakstats.lint.report import Coverage, PageReport, Report
from leakstats.lint.results import load_results
from leakstats.lint.source import Place

NOTHING = io.BytesIO()


def one(report: PageReport) -> Finding:
    (finding,) = report.findings
    return finding


def test_a_missing_file_is_a_finding_and_status_2(tmp_path: Path) -> None:
    report = lint_paths([str(tmp_path / "no.md")], Options(), stdin=NOTHING)
    assert one(report.pages[0]).code == "CR901"
    assert "No such file" in one(report.pages[0]).message
    assert report.status == 2
    assert len(report.pages[0].not_run) == len(all_rules()) - 1


@pytest.mark.parametrize("raw", [b"caf\xe9 au lait", "# T\n".encode("utf-16")])
def test_bytes_that_are_no_utf8_are_not_judged(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(raw)
    report = lint_paths([str(path)], Options(), stdin=NOTHING)
    assert "is no UTF-8" in one(report.pages[0]).message
    assert report.status == 2


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    assert lint_paths([str(tmp_path)], Options(), stdin=NOTHING).status == 2


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.md")
    report = lint_paths([str(tmp_path / "page.md")], Options(), stdin=NOTHING)
    assert (one(report.pages[0]).message, report.status) == ("cannot be read: no regular file", 2)


def test_an_open_pipe_is_read_as_standard_input_is(tmp_path: Path, good_page: str) -> None:
    end, start = os.pipe()
    with os.fdopen(start, "w", encoding="utf-8") as out:
        out.write(good_page[:4000])
    name = f"/dev/fd/{end}"
    (page,) = lint_paths([name], Options(), stdin=NOTHING).pages
    os.close(end)
    assert (page.path, page.readable) == (name, True)
    assert page.findings == lint_text(good_page[:4000], path=name).findings


def test_a_folder_stands_for_its_pages(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "below/c.md", ".hidden/d.md", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# T")
    report = lint_paths([str(tmp_path), str(tmp_path / "a.md")], Options(), stdin=NOTHING)
    assert [Path(p.path).relative_to(tmp_path).as_posix() for p in report.pages] == ["a.md", "b.md", "below/c.md"]


def test_many_pages_are_judged_in_parallel_and_in_order(tmp_path: Path, good_page: str) -> None:
    for i in range(20):
        (tmp_path / f"{i:02}.md").write_text(good_page + "TBD\n" * i, "utf-8")
    options = Options(codes=frozenset({"CR121"}), severity={"CR121": "note"})
    paths = [str(tmp_path), "-", str(tmp_path / "none.md")]
    one, two = (lint_paths(paths, options, stdin=io.BytesIO(b"TBD"), jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert [len(p.findings) for p in one.pages] == [*range(20), 1, 1]
    assert {f.severity for p in one.pages[:-1] for f in p.findings} == {"note"}


def test_a_large_page_is_one_finding_without_parsing(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("| 0.5 | 23% |\n" * 800_000)
    report = lint_paths([str(path)], Options(), stdin=NOTHING)
    assert one(report.pages[0]).rule == "too-large"
    assert report.status == 1
    assert lint_text("x" * DEFAULT_MAX_BYTES).findings[0].code != "CR902"
    assert one(lint_text("x" * (DEFAULT_MAX_BYTES + 1))).code == "CR902"
    assert one(lint_text("x" * 11, Options(max_bytes=10))).code == "CR902"


def test_markup_that_nobody_writes_is_not_parsed() -> None:
    finding = one(lint_text("[" * 20_000))
    assert (finding.code, finding.message) == ("CR902", "the page was not parsed: it has 20000 '[', more than 10000")


def test_standard_input(good_page: str) -> None:
    report = lint_paths(["-"], Options(), stdin=io.BytesIO(good_page.encode()))
    assert report.pages[0].path == "<stdin>"
    assert report.status == 0


def test_an_unknown_version_is_judged_by_nothing_else(good_page: str) -> None:
    report = lint_text(good_page.replace("clean_result v1", "clean_result v99"))
    assert one(report).code == "CR903"
    assert report.template == ""
    assert {n.code for n in report.not_run} == {r.code for r in all_rules()} - {"CR903"}


def test_what_needs_a_sidecar_is_not_run_without_one(good_page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(good_page, "utf-8")
    page = lint_paths([str(path)], Options(), stdin=NOTHING).pages[0]
    grounded = {r.code for r in all_rules() if r.needs & {"provenance", "analysis"}}
    idle = {n.code: n.reason for n in page.not_run}
    assert grounded <= set(idle)
    assert all("page.provenance.json" in idle[code] for code in grounded)
    assert page.coverage is None


def test_profiles_change_severities_and_switch_rules_off(good_page: str) -> None:
    relative = good_page.replace(
        "https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/", ""
    )
    assert [f.code for f in lint_text(relative).findings] == ["CR604"]
    assert lint_text(relative, Options(profile="draft")).findings == ()
    unranked = good_page.replace("- MAJOR — ", "- ")
    assert [f.severity for f in lint_text(unranked).findings] == ["note"]
    assert [f.severity for f in lint_text(unranked, Options(profile="publish")).findings] == ["warning"]
    with pytest.raises(InputError, match=r"no profile 'strict'; it has draft, review, publish, rigorous"):
        lint_text(good_page, Options(profile="strict"))


def test_only_selected_rules_run() -> None:
    report = lint_text("# T", Options(codes=frozenset({"CR108"})))
    assert [f.code for f in report.findings] == ["CR108"]
    assert report.not_run == ()


def test_one_rule_does_not_flood_the_report() -> None:
    report = lint_text("TBD " * 5000, Options(codes=frozenset({"CR121"})))
    assert len(report.findings) == 200
    assert report.findings[-1].message == "4801 more findings of this rule stand from here on"


def test_findings_are_sorted_and_distinct(good_page: str) -> None:
    findings = lint_text(good_page.replace("## ", "### ")).findings
    assert list(findings) == sorted(set(findings), key=lambda f: f.order)


def test_status_follows_the_mildest_failing_severity() -> None:
    note = Finding("p", Place(1, 1, 1, 2), "CR119", "x", "note", "m")
    page = PageReport("p", (note,))
    assert Report((page,), "").status == 0
    assert Report((page,), "", "warning").status == 0
    assert Report((page,), "", "note").status == 1
    assert Report((PageReport("p", (note.at("error"),)),), "").status == 1


@pytest.mark.parametrize(
    ("place", "severity", "message", "why"),
    [
        (Place(0, 1, 1, 1), "error", "m", "needs a place"),
        (Place(2, 1, 1, 1), "error", "m", "needs a place"),
        (Place(1, 1, 1, 1), "fatal", "m", "severity must be one of error, warning, note"),
        (Place(1, 1, 1, 1), "error", "", "needs a message"),
        (Place(1, 1, 1, 1), "error", "a\nb", "needs a message of one line"),
    ],
)
def test_a_finding_cannot_exist_incomplete(place: Place, severity: str, message: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        Finding("p", place, "CR101", "x", severity, message)  # type: ignore[arg-type]


def test_coverage_starts_at_nothing() -> None:
    assert Coverage() == Coverage(0, 0, 0, 0, 0)


@pytest.mark.shared
def test_clean_pages_of_the_bench_have_no_error_or_warning(shared_dir: Path) -> None:
    pages = sorted((shared_dir / "lintbench" / "docs").glob("c*.md"))
    assert pages
    loud = [f for p in pages for f in lint_text(p.read_text("utf-8"), path=p.name).findings if f.severity != "note"]
    assert loud == []


@pytest.mark.shared
def test_published_pages_are_judged(shared_dir: Path) -> None:
    pages = sorted((shared_dir / "published").glob("page_*.md"))
    assert pages
    for path in pages:
        codes = {f.code for f in lint_text(path.read_text("utf-8")).findings}
        assert "CR101" in codes  # no human summary


def test_results_that_changed_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    document = parse_document("The loss is 0.5.")

    def known() -> list[float]:
        (dataset,) = load_results(document, given=(path,), page=None, root=None).datasets
        return [leaf.value for leaf in dataset.leaves]

    path.write_text('{"loss": 0.5}', "utf-8")
    assert known() == known() == [0.5]
    path.write_text('{"loss": 0.25}', "utf-8")
    assert known() == [0.25]


TWO_AT_ONE_PLACE = """# Warmth follows closeness (LOW confidence)

## TL;DR

### Results

- **Closeness and warmth hang together (N=14).** On the raw scale the link is r=-.78, p=9.7e-4, N=14.

## Headline numbers

| Voice | Closeness | Warmth |
|---|---|---|
{}

| Statistic | Middle layer |
|---|---|
| Pearson r (N=14) | .781 (p=9.7e-4) |
"""
CLOSENESS = (0.612, 0.571, 0.488, 0.455, 0.367, 0.298, 0.214, -0.021, -0.038, -0.064, -0.119, -0.207, -0.331, -0.418)
WARMTH = (83.0, 76.4, 64.8, 69.8, 52.7, 12.1, 57.1, 48.4, 39.0, 34.1, 43.4, 25.8, 29.7, 18.1)


def test_the_report_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """Two findings of one rule at one place: which of them tells the number's outcome must not change."""
    page = tmp_path / "page.md"
    rows = enumerate(zip(CLOSENESS, WARMTH, strict=True))
    page.write_text(TWO_AT_ONE_PLACE.format("\n".join(f"| voice_{chr(97 + i)} | {x:+} | {y}% |" for i, (x, y) in rows)))
    code = "from leakstats.reporting.cli import main; main()"
    command = [sys.executable, "-c", code, "lint", "--format", "json", "--no-results", "page.md"]
    answers = {
        subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2", "3", "4")
    }
    assert len(answers) == 1
    assert sum(f["code"] == "CR419" for f in json.loads(answers.pop())["findings"]) == 2
