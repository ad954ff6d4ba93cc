"""The baseline: what is known fails nothing, what is new does, and the file only shrinks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leakstats.errors import LeakstatsError
from leakstats.lint.baseline import Baseline
from leakstats.lint.commands import lint

PAGE = "# T\n\nTBD one.\n\nTBD two.\n"


def run(*args: str) -> Result:
    every = ["--select", "CR121", "--baseline", "known.json", *args]
    return CliRunner().invoke(lint, every, catch_exceptions=False)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("issue.md")
    path.write_text(PAGE, "utf-8")
    assert run("--update-baseline").exit_code == 0
    return path


def known() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path("known.json").read_text("utf-8"))["findings"]
    return found


def test_the_file_names_rule_and_text(page: Path) -> None:
    assert known() == [
        {"path": "issue.md", "code": "CR121", "text": "tbd one.", "count": 1},
        {"path": "issue.md", "code": "CR121", "text": "tbd two.", "count": 1},
    ]


def test_known_findings_fail_nothing_wherever_they_stand(page: Path) -> None:
    page.write_text("# T\n\nNew line.\n\nTBD  Two.\n\nTBD one.\n", "utf-8")
    result = run()
    assert result.exit_code == 0
    assert "2 known findings not shown: see the baseline" in result.stdout


def test_a_new_finding_fails_even_with_a_known_text(page: Path) -> None:
    page.write_text(PAGE + "\nTBD two.\n", "utf-8")
    result = run()
    assert result.exit_code == 1
    assert "1 page: 1 error" in result.stdout


def test_it_only_shrinks(page: Path) -> None:
    page.write_text("# T\n\nTBD one.\n\nTBD three.\n", "utf-8")
    first = run()
    assert "1 known finding no longer occurs; --update-baseline drops them from known.json" in first.stderr
    assert first.exit_code == 1
    assert len(known()) == 2, "nothing is written unless asked"
    assert run("--update-baseline").exit_code == 1
    assert [k["text"] for k in known()] == ["tbd one."]


def test_entries_of_pages_that_were_not_judged_stay(page: Path) -> None:
    Path("other.md").write_text("# T\n", "utf-8")
    assert run("other.md", "--update-baseline").exit_code == 0
    assert len(known()) == 2


def test_entries_of_a_deleted_page_go_when_its_folder_is_judged(page: Path) -> None:
    Path("pages").mkdir()
    Path("pages/kept.md").write_text("# T\n", "utf-8")
    page.rename("pages/gone.md")
    Path("known.json").unlink()
    assert run("pages", "--update-baseline").exit_code == 0
    assert len(known()) == 2
    Path("pages/gone.md").unlink()
    assert "no longer occur" not in run("pages/kept.md").stderr, "a page that nobody asked about may be elsewhere"
    assert "2 known findings no longer occur" in run("pages").stderr
    assert run("pages", "--update-baseline").exit_code == 0
    assert known() == []


def test_entries_of_rules_that_did_not_run_stay(page: Path) -> None:
    every = ["--baseline", "known.json", "--update-baseline"]
    result = CliRunner().invoke(lint, ["--select", "CR2", *every], catch_exceptions=False)
    assert result.exit_code == 0
    assert len(known()) == 2


@pytest.mark.parametrize("name", ["./issue.md", "{here}/issue.md", "{here}"])
def test_a_page_is_known_from_wherever_it_is_named(page: Path, name: str) -> None:
    assert "2 known findings not shown" in run(name.format(here=Path.cwd())).stdout


def test_a_page_is_known_from_another_folder(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    every = ["--select", "CR121", "--baseline", "../known.json", "../issue.md"]
    assert CliRunner().invoke(lint, every, catch_exceptions=False).exit_code == 0


def test_what_was_hidden_is_in_the_report(page: Path) -> None:
    data = json.loads(run("--format", "json").stdout)
    assert data["findings"] == []
    assert {s["reason"] for s in data["pages"][0]["suppressed"]} == {"known since known.json was made"}
    run_ = json.loads(run("--format", "sarif").stdout)["runs"][0]
    assert {s["kind"] for r in run_["results"] for s in r["suppressions"]} == {"external"}
    assert "2 known findings not shown" in run("--format", "markdown").stdout


def test_an_unreadable_page_is_never_known(page: Path) -> None:
    assert run("missing.md").exit_code == 2


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"schema": "lint-baseline.v1"}', '{"schema": "lint-baseline.v1", "findings": [{"path": 1}]}']
)
def test_a_broken_baseline_is_one_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text, "utf-8")
    with pytest.raises(LeakstatsError, match=r"known\.json"):
        Baseline.load(path)


def test_a_baseline_that_does_not_exist_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(LeakstatsError, match=r"does not exist\n.*make it with --update-baseline"):
        Baseline.load(tmp_path / "none.json")
