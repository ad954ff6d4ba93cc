"""Which results files belong to a page, and what is said of those that cannot be read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.lint.commands import lint
from leakstats.lint.engine import Options, lint_paths
from leakstats.lint.parsing import parse_document
from leakstats.lint.report import Report
from leakstats.lint.results import ResultFiles, load_results

PAGE = "# A title (LOW confidence)\n\nRates are in `{}`.\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a page's folder and a results file beside it."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / "pages").mkdir()
    (root / "out").mkdir()
    (root / "out" / "results.json").write_text('{"villain": {"rate": 0.57}, "nurse": {"rate": 0.12}}')
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "results.json").write_text('{"secret": 1}')
    return root


def files_of(checkout: Path, name: str, **more: Path) -> ResultFiles:
    page = checkout / "pages" / "issue.md"
    page.write_text(PAGE.format(name))
    return load_results(parse_document(page.read_text()), given=(), page=page, root=more.get("root"))


@pytest.mark.parametrize("name", ["out/results.json", "../out/results.json", "./../out/results.json"])
def test_a_file_of_the_checkout_is_found(checkout: Path, name: str) -> None:
    found = files_of(checkout, name)
    assert [d.name for d in found.datasets] == ["results.json"]
    assert found.reason == ""


@pytest.mark.parametrize("name", ["../../results/results.json", "../../../etc/results.json"])
def test_a_path_that_leaves_the_checkout_is_neither_read_nor_blamed(checkout: Path, name: str) -> None:
    found = files_of(checkout, name)
    assert (found.datasets, found.named) == ((), ())
    assert "no results file" in found.reason


def test_a_climbing_path_inside_the_checkout_that_does_not_exist_is_named(checkout: Path) -> None:
    (named,) = files_of(checkout, "../out/old_results.json").named
    assert named.file is None


def test_an_absolute_path_is_not_read(checkout: Path) -> None:
    assert files_of(checkout, str(checkout / "out" / "results.json")).datasets == ()


def test_an_unreadable_file_is_a_problem_beside_a_readable_one(checkout: Path) -> None:
    broken = checkout / "out" / "scores.json"
    broken.write_text("{nonsense")
    page = checkout / "pages" / "issue.md"
    page.write_text(PAGE.format("x"))
    given = (checkout / "out" / "results.json", broken, checkout / "gone.csv")
    found = load_results(parse_document(page.read_text()), given=given, page=page, root=None)
    assert len(found.datasets) == 1
    assert [name for name, _ in found.problems] == [str(broken), str(checkout / "gone.csv")]
    assert "No such file" in found.problems[1][1]


def test_every_given_file_is_read_and_named_files_beyond_a_few_are_said_to_be_left_out(checkout: Path) -> None:
    files = [checkout / "out" / f"results_{i}.json" for i in range(9)]
    for file in files:
        file.write_text('{"villain": {"rate": 0.57}}')
    page = checkout / "issue.md"
    page.write_text("# T\n\n" + ", ".join(f"`out/{file.name}`" for file in files) + "\n")
    document = parse_document(page.read_text())
    given = load_results(document, given=files, page=page, root=None)
    assert (len(given.datasets), given.problems) == (9, ())
    named = load_results(document, given=(), page=page, root=None)
    assert len(named.datasets) == 6
    assert [reason for _, reason in named.problems] == ["the page names more than 6 results files"] * 3


@pytest.mark.parametrize("target", ["../out/results.json", "../out/results.json#L3", "%2e%2e/out/results.json"])
def test_a_link_names_the_file_that_it_points_to(checkout: Path, target: str) -> None:
    page = checkout / "pages" / "issue.md"
    page.write_text(f"# T\n\nSee [the numbers]({target}) and [a page](https://example.org/out/results.json).\n")
    found = load_results(parse_document(page.read_text()), given=(), page=page, root=None)
    assert [d.name for d in found.datasets] == ["results.json"]
    (named,) = found.named
    assert named.text.text[named.start : named.end] == "the numbers"


def test_standard_input_names_files_of_the_current_folder(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    text = PAGE.format("out/results.json").encode()
    assert lint_paths(["-"], Options(), stdin=io.BytesIO(text)).pages[0].data == ("results.json",)
    (found,) = lint_paths(["-"], Options(), stdin=io.BytesIO(text.replace(b"out/", b"in/"))).pages
    assert "CR205" in {f.code for f in found.findings}


def test_a_page_that_is_judged_alone_says_why(good_page: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(good_page)
    (report,) = lint_paths([str(page)], Options(no_results=True), stdin=io.BytesIO()).pages
    assert {n.reason for n in report.not_run if n.code == "CR311"} == {"the page is judged alone (--no-results)"}


def test_a_contradiction_says_what_was_found_and_where(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text('{"nurse": {"share": 0.425}, "cook": {"share": 0.415}, "poet": {"share": 0.125}}')
    page = tmp_path / "issue.md"
    table = "| persona | rate |\n|---|---|\n| nurse | 42% |\n| cook | 42% |\n| poet | 13% |\n"
    page.write_text(f"# T (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{table}\nThe nurse reaches 52.5% (n = 200).\n")
    (finding,) = [f for f in linted(page, results).findings if f.code == "CR312"]
    assert finding.message == "52.5% is no value known of nurse: those nearest are 42.5% (/nurse/share)"


def linted(page: Path, *results: Path) -> Report:
    return lint_paths([str(page)], Options(results=results), stdin=io.BytesIO())


def test_a_given_file_that_cannot_be_read_makes_the_status_2_and_no_pass(good_page: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(good_page.replace("### Next steps", "It was said in 83.7% of the answers.\n\n### Next steps", 1))
    report = linted(page, tmp_path / "none.json")
    assert report.status == 2
    (unread,) = report.pages[0].unread
    assert (unread.given, unread.reason) == (True, "No such file or directory")
    assert report.pages[0].tally["not checked"] > 0
    assert report.pages[0].tally["grounded"] == report.pages[0].tally["unexplained"] == 0
    assert linted(page).status == 0


def test_a_named_file_that_cannot_be_read_is_not_checked(good_page: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text("[1, 2")
    page = tmp_path / "page.md"
    page.write_text(good_page + "\nThe rates are in `out/results.json`.\n")
    report = linted(page)
    (unread,) = report.pages[0].unread
    assert not unread.given
    assert report.status == 0
    assert {n.code for n in report.pages[0].not_run} >= {"CR311", "CR313", "CR320"}


def test_the_command_names_a_given_file_that_cannot_be_read_once(good_page: str, tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(good_page, "utf-8")
    missing = tmp_path / "none.json"
    done = CliRunner().invoke(lint, [str(tmp_path / "a.md"), str(tmp_path / "b.md"), "--results", str(missing)])
    assert done.exit_code == 2
    assert done.stderr.count("none.json cannot be read, so it is not checked: No such file or directory") == 1
    assert done.stdout.splitlines()[-1].endswith("not judged: a file could not be read")


def test_a_file_beside_the_page_needs_no_folder(checkout: Path) -> None:
    (checkout / "pages" / "leakage.csv").write_text("persona,rate\nvillain,0.57\nnurse,0.12\n")
    assert [d.name for d in files_of(checkout, "leakage.csv").datasets] == ["leakage.csv"]
    assert files_of(checkout, "results.json").datasets == (), "it lies in another folder"


@pytest.mark.parametrize(("name", "read"), [("data/leakage.csv", True), ("data/train.csv", False)])
def test_a_file_that_is_there_is_read_unless_its_name_says_that_it_holds_something_else(
    checkout: Path, name: str, read: bool
) -> None:
    (checkout / "data").mkdir()
    (checkout / name).write_text("persona,rate\nvillain,0.57\nnurse,0.12\n")
    assert bool(files_of(checkout, name).datasets) == read


@pytest.mark.parametrize("name", ["data/leakage.csv", "leakage.csv", "configs/sweep.json"])
def test_a_file_that_is_not_there_and_may_hold_no_results_is_no_matter(checkout: Path, name: str) -> None:
    assert files_of(checkout, name).named == ()
