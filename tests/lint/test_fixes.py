"""Repairs: shown as a diff, written only when asked, and never where a person must decide."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from leakstats.errors import LeakstatsError
from leakstats.lint.commands import lint
from leakstats.lint.engine import lint_text
from leakstats.lint.fixes import pinned_url, repair
from leakstats.lint.report import PageReport

PAGE = """# The rate falls with distance

## TL;DR

### Results

The slope is −0.42 at layer 10 and -0.62 at layer 20.

**Confidence: LOW** — one training seed and twelve personas.
"""

# "~" is a line of context that is empty.
DIFF = """--- a/issue.md
+++ b/issue.md
@@ -1,9 +1,9 @@
-# The rate falls with distance
+# The rate falls with distance (LOW confidence)
~
 ## TL;DR
~
 ### Results
~
-The slope is −0.42 at layer 10 and -0.62 at layer 20.
+The slope is −0.42 at layer 10 and −0.62 at layer 20.
~
 **Confidence: LOW** — one training seed and twelve personas.
""".replace("\n~\n", "\n \n")


def run(*args: str) -> Result:
    return CliRunner().invoke(lint, list(args), catch_exceptions=False)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("issue.md")
    path.write_text(PAGE, "utf-8")
    return path


def test_fix_shows_a_diff_and_writes_nothing(page: Path) -> None:
    result = run("--fix", "--select", "CR108,CR803")
    assert result.stdout == DIFF
    assert result.stderr == "clean-result lint: 2 repairs in 1 page; --fix --write makes them\n"
    assert result.exit_code == 1  # as found
    assert page.read_text("utf-8") == PAGE


def test_a_page_that_is_not_there_is_named(page: Path) -> None:
    page.unlink()
    result = run("--fix")
    assert result.exit_code == 2
    assert "clean-result lint: issue.md: cannot be read: No such file or directory" in result.stderr


def test_write_makes_the_repairs_and_judges_again(page: Path) -> None:
    result = run("--fix", "--write", "--select", "CR108,CR803")
    assert result.stderr == DIFF + "clean-result lint: 2 repairs in 1 page\n"
    assert "no findings" in result.stdout
    assert result.exit_code == 0
    assert "-0.62" not in page.read_text("utf-8")
    assert run("--fix", "--select", "CR108,CR803").stdout == ""


def test_the_report_says_what_can_be_repaired(page: Path) -> None:
    last = run("--select", "CR108,CR803").stdout.splitlines()[-1]
    assert last == "1 page: 1 error, 0 warnings, 1 note; --fix repairs 2: failed"


def test_line_ends_and_byte_order_mark_stay(page: Path) -> None:
    page.write_bytes(b"\xef\xbb\xbf" + PAGE.replace("\n", "\r\n").encode())
    run("--fix", "--write", "--select", "CR108,CR803")
    data = page.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# The rate falls with distance (LOW confidence)\r\n")
    assert data.count(b"\r\n") == data.count(b"\n")


def test_mixed_line_ends_are_refused(page: Path) -> None:
    page.write_bytes(PAGE.encode().replace(b"\n", b"\r\n", 1))
    with pytest.raises(LeakstatsError, match="mixes line ends"):
        run("--fix", "--select", "CR108")


@pytest.mark.parametrize(
    ("title", "repaired"),
    [
        ("---\ntitle: 'Rates fall'\n---\n", "title: 'Rates fall (LOW confidence)'"),
        ("---\ntitle: Rates fall.\n---\n", "title: Rates fall (LOW confidence)."),
        ("---\ntitle: 'Rates\n  fall'\n---\n", None),
        ("# Rates fall (very confident)\n", None),
    ],
)
def test_titles(title: str, repaired: str | None, page: Path) -> None:
    page.write_text(title + PAGE.split("\n", 1)[1], "utf-8")
    out = run("--fix", "--select", "CR108").stdout
    assert (f"+{repaired}\n" in out) if repaired else not out


def test_minus_signs_are_one_note_and_a_repair_each(page: Path) -> None:
    page.write_text("ρ = −0.4, -0.5, -0.6 and -0.7\n", "utf-8")
    shown = run("--select", "CR803").stdout
    assert shown.count("CR803") == 1
    assert "this number has a hyphen for a minus sign, and so have 2 below; others have U+2212" in shown
    run("--fix", "--write", "--select", "CR803")
    assert page.read_text("utf-8") == "ρ = −0.4, −0.5, −0.6 and −0.7\n"


def test_no_level_is_guessed() -> None:
    other = PAGE + "\n**Confidence: HIGH** — many seeds and many more personas.\n"
    for text in (other, "# The rate falls\n"):
        assert [f.edits for f in lint_text(text).findings if f.code == "CR108"] == [()]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-", "--fix"], "--fix repairs files"),
        (["--write"], "--write goes with --fix"),
        (["--update-baseline"], "needs --baseline"),
        (["a.md", "--event", "e.json"], "name no page beside it"),
        (["a.md", "--no-results", "--results", "r.json"], "--no-results judges the page alone"),
        (["a.md", "--root", "nowhere"], "Directory 'nowhere' does not exist"),
    ],
)
def test_options_that_contradict_each_other(args: list[str], message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        lint.main(args, standalone_mode=False)


def test_a_rendered_number_is_restored_from_its_id(page: Path, project_root: Path) -> None:
    example = project_root / "templates/clean_result/v1/example"
    for name in ("analysis.json", "issue.provenance.json"):
        Path(name).write_bytes((example / name).read_bytes())
    text = (example / "issue.md").read_text("utf-8")
    assert text.count("**Leakage") == 1
    start = text.index("0.70", text.index("**Leakage"))
    page.write_text(text[:start] + "0.71" + text[start + 4 :], "utf-8")
    assert "CR301" in run("--select", "CR301").stdout
    run("--fix", "--write", "--select", "CR301")
    assert page.read_text("utf-8") == text


# -- addresses --------------------------------------------------------------------------------------------------------


def git(folder: Path, *args: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/hero.png").write_bytes(b"png")
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "git@github.com:Lab/repo.git")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Add a figure")
    return tmp_path


RAW = "https://raw.githubusercontent.com/lab/repo"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (f"{RAW}/main/figures/hero.png", f"{RAW}/COMMIT/figures/hero.png"),
        (f"{RAW}/fix/the/plot/figures/hero.png", f"{RAW}/COMMIT/figures/hero.png"),
        ("https://github.com/lab/repo/blob/main/figures/hero.png", "https://github.com/lab/repo/blob/COMMIT/figures/hero.png"),
        (f"{RAW}/main/figures/other.png", None),
        ("https://raw.githubusercontent.com/else/repo/main/figures/hero.png", None),
        ("https://github.com/lab/repo/issues/1/figures/hero.png", None),
        ("https://example.org/main/figures/hero.png", None),
        (f"{RAW}/main/figures/hero.png?raw=true", None),
        ("figures/hero.png", None),
    ],
)  # fmt: skip
def test_addresses_are_pinned_to_the_checked_out_commit(checkout: Path, url: str, form: str | None) -> None:
    wanted = form.replace("COMMIT", git(checkout, "rev-parse", "HEAD")) if form else None
    assert pinned_url(url, checkout) == wanted


def test_outside_a_checkout_nothing_is_pinned(tmp_path: Path) -> None:
    assert pinned_url(f"{RAW}/main/figures/hero.png", tmp_path) is None


@pytest.mark.parametrize(
    ("before", "after"), [("![Rates](", ")"), ('<img width="3" src="', '">'), ("Rates: <img src='", "' alt='x'> here")]
)
def test_a_figure_is_pinned_on_the_page(checkout: Path, before: str, after: str) -> None:
    path = checkout / "issue.md"
    path.write_text(f"# T\n\n{before}{RAW}/main/figures/hero.png{after}\n", "utf-8")
    found = lint_text(path.read_text("utf-8"), path=str(path))
    report = PageReport(str(path), tuple(f for f in found.findings if f.code == "CR604"), lines=found.lines)
    done = repair(report)
    assert done.count == 1
    done.write()
    commit = git(checkout, "rev-parse", "HEAD")
    assert path.read_text("utf-8") == f"# T\n\n{before}{RAW}/{commit}/figures/hero.png{after}\n"
