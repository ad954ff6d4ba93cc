"""The checkout around a page: what it lacks is found, and of what it cannot know nothing is said."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_paths
from leakstats.lint.report import PageReport
from leakstats.lint.repository import Checkout, checkout_of, git, pinned_file, remotes_of

CODES = frozenset({"CR605", "CR606", "CR709"})
RAW = "https://raw.githubusercontent.com/lab/rivers"
PAGE = """# The flow rises (LOW confidence)

## TL;DR

### Results

![Flow by river]({raw}/{commit}/{path})

# Detailed report

## Setup & hyper-parameters

### Environment

| | |
|-|-|
| Git commit | `{code}` |
"""


def run(folder: Path, *args: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout of lab/rivers with one figure and a folder of pages."""
    folder = tmp_path / "clone"
    (folder / "figures").mkdir(parents=True)
    (folder / "pages").mkdir()
    (folder / "figures/flow 1.png").write_bytes(b"png")
    run(folder, "init", "-q")
    run(folder, "remote", "add", "origin", "git@github.com:Lab/rivers.git")
    run(folder, "add", ".")
    run(folder, "commit", "-q", "-m", "Add a figure")
    return folder


def judged(folder: Path, *, raw: str = RAW, commit: str, path: str = "figures/flow%201.png", code: str) -> PageReport:
    page = folder / "pages/issue.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(PAGE.format(raw=raw, commit=commit, path=path, code=code), "utf-8")
    return lint_paths([str(page)], Options(codes=CODES), stdin=io.BytesIO()).pages[0]


def said(report: PageReport) -> list[tuple[str, str, str]]:
    return [(f.code, f.severity, f.message) for f in report.findings]


def test_what_the_checkout_holds_is_no_finding(clone: Path) -> None:
    head = run(clone, "rev-parse", "HEAD")
    report = judged(clone, commit=head, code=head[:7])
    assert (report.findings, report.not_run) == ((), ())


def test_a_commit_that_does_not_exist(clone: Path) -> None:
    report = judged(clone, commit="1" * 40, code="ffffff1")
    assert said(report) == [
        ("CR605", "warning", "the checkout of lab/rivers has no commit 111111111111"),
        ("CR709", "warning", "the checkout of the page's repository has no commit ffffff1"),
    ]
    text = (clone / "pages/issue.md").read_text("utf-8").splitlines()
    marked = [text[f.line - 1][f.column - 1 : f.place.end_column - 1] for f in report.findings]
    assert marked == ["1" * 40, "ffffff1"]


def test_a_file_that_its_commit_does_not_hold(clone: Path) -> None:
    head = run(clone, "rev-parse", "HEAD")
    report = judged(clone, commit=head, path="figures/other.png", code=head)
    assert said(report) == [("CR606", "error", f"commit {head[:12]} of lab/rivers holds no file figures/other.png")]


def test_the_hash_of_something_else_is_no_commit(clone: Path) -> None:
    head = run(clone, "rev-parse", "HEAD")
    assert [f.code for f in judged(clone, commit=head, code=run(clone, "rev-parse", "HEAD^{tree}")).findings] == [
        "CR709"
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (["remote", "set-url", "origin", "git@github.com:lab/kilns.git"], "of another repository"),
        (["remote", "remove", "origin"], "of another repository"),
        (["config", "remote.origin.promisor", "true"], "a partial clone"),
    ],
)
def test_a_checkout_that_cannot_know_is_not_asked(clone: Path, change: list[str], reason: str) -> None:
    run(clone, *change)
    report = judged(clone, commit="1" * 40, code="ffffff1")
    assert report.findings == ()
    assert [n.code for n in report.not_run] == sorted(CODES)
    assert all(reason in n.reason for n in report.not_run)


def test_a_shallow_clone_is_not_asked(clone: Path, tmp_path: Path) -> None:
    run(clone, "commit", "-q", "--allow-empty", "-m", "Go on")
    shallow = tmp_path / "shallow"
    run(tmp_path, "clone", "-q", "--depth=1", clone.as_uri(), str(shallow))
    run(shallow, "remote", "set-url", "origin", "https://github.com/lab/rivers")
    report = judged(shallow, commit="1" * 40, code="ffffff1")
    assert report.findings == ()
    assert all("shallow" in n.reason for n in report.not_run)


def test_outside_a_checkout_nothing_is_asked(tmp_path: Path) -> None:
    report = judged(tmp_path, commit="1" * 40, code="ffffff1")
    assert {n.reason for n in report.not_run} == {"the page lies in no git checkout"}


def test_a_broken_checkout_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    report = judged(tmp_path, commit="1" * 40, code="ffffff1")
    assert {n.reason for n in report.not_run} == {"git cannot read the checkout around the page"}


def test_the_environment_of_a_hook_leads_nowhere_else(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert remotes_of(clone) == {("lab", "rivers")}


def test_standard_input_and_events_ask_the_checkout_of_their_root(clone: Path) -> None:
    text = PAGE.format(raw=RAW, commit="1" * 40, path="a.png", code="ffffff1")
    options = Options(codes=CODES, root=clone)
    (report,) = lint_paths(["-"], options, stdin=io.BytesIO(text.encode())).pages
    assert [f.code for f in report.findings] == ["CR605", "CR709"]


@pytest.mark.parametrize(
    "url",
    [
        f"{RAW}/{'1' * 40}/../../etc/passwd",
        f"{RAW}/{'1' * 40}/a%0Ab.png",
        f"{RAW}/{'1' * 40}/a%2Fb.png",
        f"{RAW}/{'1' * 40}//a.png",
        f"{RAW}/{'1' * 40}/%ff.png",
    ],
)
def test_an_odd_path_is_not_asked(url: str) -> None:
    file = pinned_file(url)
    assert file is not None
    assert file.path == ""


@pytest.mark.parametrize(
    "url",
    [
        f"https://raw.githubusercontent.com/--upload-pack=x/%2e%2e/{'1' * 39}g/a.png",
        f"https://raw.githubusercontent.com/la%20b/rivers/{'1' * 40}/a.png",
        f"https://example.org/lab/rivers/{'1' * 40}/a.png",
        f"{RAW}/{'1' * 40}",
        "figures/a.png",
    ],
)
def test_no_pinned_file_of_a_repository(url: str) -> None:
    assert pinned_file(url) is None


def test_only_hexadecimal_digits_are_asked(clone: Path) -> None:
    checkout = Checkout(clone, frozenset())
    assert not any(checkout.lacks_commit(name) for name in ("HEAD", "--help", "", "main\n1111", "../x"))
    assert not checkout.lacks_file(run(clone, "rev-parse", "HEAD"), "a\nb")


def test_what_git_cannot_do_is_nothing_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git(tmp_path, "no-such-command") == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git(tmp_path, "version") == ""


def test_without_an_address_of_a_repository_git_is_not_started(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leakstats.lint.parsing import parse_document

    monkeypatch.setattr("subprocess.run", None)
    assert checkout_of([clone], parse_document("# T\n")) == (None, "the page links to no repository on GitHub")
