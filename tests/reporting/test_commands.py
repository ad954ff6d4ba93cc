"""``clean-result render`` and ``new`` as a user meets them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from leakstats.contracts import check_document
from leakstats.reporting.cli import main

PINNED = "https://raw.githubusercontent.com/o/r/0123456789abcdef0123456789abcdef01234567"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, folder: Path) -> Done:
    """The command as the shell would run it in ``folder``, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["clean-result", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
    return Done(int(left.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture
def folder(project_root: Path, tmp_path: Path) -> Path:
    shutil.copy(project_root / "tests/data/small_analysis.json", tmp_path / "analysis.json")
    shutil.copy(project_root / "tests/reporting/data/narrative.md", tmp_path)
    return tmp_path


def test_bare_render_works_and_says_what_was_typed(folder: Path) -> None:
    done = run("render", folder=folder)
    assert (done.returncode, done.stdout) == (0, "issue.md\nissue.provenance.json\n")
    assert "numbers: " in done.stderr
    assert "  narrative.md:29: 20 was typed" in done.stderr
    assert "linked by relative path" in done.stderr
    provenance = json.loads((folder / "issue.provenance.json").read_text("utf-8"))
    check_document(provenance, "provenance.v1", where="issue.provenance.json")
    assert provenance["counts"]["typed"] == 1
    assert provenance["analysis"]["path"] == "analysis.json"
    first = (folder / "issue.md").read_text("utf-8").splitlines()[0]
    assert provenance["analysis"]["sha256"] in first


def test_rendering_again_and_elsewhere_changes_no_byte(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "deep er"
    other.mkdir()
    for name in ("analysis.json", "narrative.md"):
        shutil.copy(folder / name, other)
    pages = []
    for place in (folder, folder, other):
        assert run("render", "-q", folder=place).returncode == 0
        pages.append([(place / name).read_bytes() for name in ("issue.md", "issue.provenance.json")])
    assert pages[0] == pages[1] == pages[2]


def test_our_page_lints_clean_and_one_edited_digit_is_found(folder: Path) -> None:
    assert run("render", "-q", "--figure-base", PINNED, folder=folder).returncode == 0
    done = run("lint", "issue.md", "--profile", "publish", folder=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    page = (folder / "issue.md").read_text("utf-8")
    (folder / "issue.md").write_text(page.replace("60.5% [53.6%", "60.6% [53.6%"), "utf-8")
    done = run("lint", "issue.md", "--profile", "publish", folder=folder)
    assert done.returncode == 1
    assert "60.6" in done.stdout


@pytest.mark.parametrize("nested", ["out", "."])
def test_defaults_find_analysis_and_narrative(folder: Path, nested: str) -> None:
    inside = folder / nested
    inside.mkdir(exist_ok=True)
    if nested != ".":
        (folder / "analysis.json").rename(inside / "analysis.json")
    assert run("render", "-q", folder=folder).returncode == 0
    page = (folder / "issue.md").read_text("utf-8")
    assert ("(out/figures/hero.png)" in page) == (nested == "out")


def test_messages_say_what_to_do(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    done = run("render", folder=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "clean-result: no analysis here (looked for analysis.json, out/analysis.json);"
        " name it, or make one with: leakstats analyze results.json\n"
    )
    shutil.copy(folder / "analysis.json", empty)
    done = run("render", folder=empty)
    assert done.returncode == 2
    assert "no narrative here" in done.stderr
    assert "clean-result new analysis.json" in done.stderr
    done = run("render", "--narrative", "nowhere.md", folder=empty)
    assert (done.returncode, "nowhere.md: no such file" in done.stderr) == (2, True)
    (empty / "analysis.json").write_text("{")
    done = run("render", "--narrative", str(folder / "narrative.md"), folder=empty)
    assert (done.returncode, "not JSON" in done.stderr) == (2, True)
    done = run("render", "--template", "v99", folder=folder)
    assert (done.returncode, "no template clean_result 'v99'" in done.stderr) == (2, True)


def test_a_refused_narrative_leaves_the_old_page(folder: Path) -> None:
    assert run("render", "-q", folder=folder).returncode == 0
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    text = (folder / "narrative.md").read_text("utf-8").replace("villain", "vilain")
    (folder / "narrative.md").write_text(text, "utf-8")
    done = run("render", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 21: " in done.stderr
    after = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert {k: v for k, v in after.items() if k != "narrative.md"} == {
        k: v for k, v in before.items() if k != "narrative.md"
    }


@pytest.mark.parametrize("blocked", ["issue.md", "issue.provenance.json"])
def test_an_unwritable_target_leaves_nothing_half_written(folder: Path, blocked: str) -> None:
    (folder / blocked).mkdir()
    before = sorted(p.name for p in folder.iterdir())
    done = run("render", folder=folder)
    assert done.returncode == 2
    assert f"{blocked}: is a folder; name a file" in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == before
    done = run("render", "-o", "analysis.json/issue.md", folder=folder)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == before


def test_new_writes_a_narrative_that_renders_and_keeps_an_existing_one(folder: Path) -> None:
    done = run("new", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "exists already" in done.stderr
    assert run("new", "-o", "fresh.md", folder=folder).returncode == 0
    done = run("render", "--narrative", "fresh.md", "--figure-base", PINNED, folder=folder)
    assert done.returncode == 0, done.stderr
    assert " 0 typed" in done.stderr
    done = run("lint", "issue.md", "--profile", "publish", folder=folder)
    assert done.returncode == 0, done.stdout


def test_the_narrative_names_its_template(folder: Path) -> None:
    assert run("migrate", "narrative.md", "--to", "v2", "-o", "n2.md", folder=folder).returncode == 0
    assert "\ntemplate: v2\n---\n" in (folder / "n2.md").read_text("utf-8")
    assert run("render", "-q", "--narrative", "n2.md", folder=folder).returncode == 0
    assert (folder / "issue.md").read_text("utf-8").startswith("<!-- clean_result v2 ")
    done = run("render", "-q", "--narrative", "n2.md", "--template", "v1", folder=folder)
    assert done.returncode == 2
    assert "no section is called 'summary'" in done.stderr


def test_html_stands_beside_the_page(folder: Path) -> None:
    done = run("render", "--html", folder=folder)
    assert done.returncode == 2
    assert "figures/hero.png: no such file" in done.stderr
    assert not (folder / "issue.md").exists()


def test_figures_are_pinned_where_the_checkout_holds_them(folder: Path) -> None:
    (folder / "figures").mkdir()
    for name in ("hero.png", "hero.pdf", "hero.data.json"):
        (folder / "figures" / name).write_text(name)

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@x", *arguments]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("remote", "add", "origin", "git@github.com:some-lab/some_repo.git")
    git("add", "figures")
    git("commit", "-q", "-m", "figures")
    assert run("render", folder=folder).returncode == 0
    page = (folder / "issue.md").read_text("utf-8")
    assert f"(https://raw.githubusercontent.com/some-lab/some_repo/{git('rev-parse', 'HEAD')}/figures/hero.png)" in page
    (folder / "figures" / "hero.png").write_text("redrawn")
    done = run("render", folder=folder)
    assert "figures/hero.png differs from the committed one" in done.stderr
    assert "(figures/hero.png)" in (folder / "issue.md").read_text("utf-8")


def test_help_and_lint_import_nothing_heavy(folder: Path) -> None:
    assert run("render", "-q", "--figure-base", PINNED, folder=folder).returncode == 0
    heavy = "{'scipy', 'numpy', 'pandas', 'matplotlib', 'statsmodels', 'pingouin', 'jsonschema', 'torch', 'jinja2'}"
    for arguments in (["--help"], ["lint", "issue.md"], ["render", "--help"]):
        code = (
            "import sys\n"
            "from leakstats.reporting.cli import main\n"
            f"sys.argv = ['clean-result', *{arguments!r}]\n"
            "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
            f"assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr[-400:])


def test_help_has_an_example(folder: Path) -> None:
    for command in ("render", "new"):
        done = run(command, "--help", folder=folder)
        assert done.returncode == 0
        assert f"clean-result {command}" in done.stdout


def test_a_page_with_a_second_opinion_lints_clean(folder: Path) -> None:
    raw = json.loads((folder / "analysis.json").read_text("utf-8"))
    row = {"library": "scipy", "quantity": "value", "ours": 0.25, "theirs": 0.75, "detail": "differs by 0.5"}
    raw["crosscheck"] = [
        {**row, "key": e["key"], "verdict": "differ" if i == 0 else "agree"} for i, e in enumerate(raw["estimates"])
    ]
    (folder / "analysis.json").write_text(json.dumps(raw), "utf-8")
    assert run("render", "-q", "--figure-base", PINNED, folder=folder).returncode == 0
    page = (folder / "issue.md").read_text("utf-8")
    assert "1 differ without explanation." in page
    assert "| 0.25 | 0.75 | differs by 0.5 |" in page
    done = run("lint", "issue.md", "--profile", "publish", folder=folder)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("checkout", "listed"), [(True, "study/results.json"), (False, "results.json")])
def test_files_outside_the_pages_folder_are_named_without_this_machines_paths(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, checkout: bool, listed: str
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "study").mkdir()
    (other / "study/results.json").write_text("{}")
    (folder / "narrative.md").rename(other / "study/narrative.md")
    if checkout:
        subprocess.run(["git", "init", "-q", str(other)], check=True)
    raw = json.loads((folder / "analysis.json").read_text("utf-8"))
    raw["inputs"]["results"]["path"] = os.path.relpath(other / "study/results.json", folder)
    (folder / "analysis.json").write_text(json.dumps(raw), "utf-8")
    narrative = str(other / "study/narrative.md")
    assert run("render", "-q", "--narrative", narrative, "--figure-base", PINNED, folder=folder).returncode == 0
    page = (folder / "issue.md").read_text("utf-8")
    artifacts = page[page.index("## Artifacts") :]
    assert f"| Results | `{listed}`, " in artifacts
    assert f"| Narrative | `{listed.replace('results.json', 'narrative.md')}` |" in artifacts
    assert "../" not in artifacts
    assert str(other) not in page
    done = run("lint", "issue.md", "--profile", "publish", "--root", str(other), folder=folder)
    assert done.returncode == 0, done.stdout
    assert "unresolved-results" not in done.stdout


def test_a_page_beyond_what_an_issue_holds_says_where_its_tables_went(folder: Path) -> None:
    raw = json.loads((folder / "analysis.json").read_text("utf-8"))
    n = 2500
    raw["tables"][1]["factors"] = {"persona": [f"persona_{i}" for i in range(n)]}
    raw["tables"][1]["columns"] = {"cooks_d": [0.25] * n, "leverage": [0.125] * n}
    (folder / "analysis.json").write_text(json.dumps(raw), "utf-8")
    done = run("render", "--figure-base", PINNED, folder=folder)
    assert (done.returncode, done.stdout) == (0, "issue.md\nissue.provenance.json\nissue.tables.md\n")
    assert "tables were moved to issue.tables.md: a GitHub issue holds 65,536 characters" in done.stderr
    assert len((folder / "issue.md").read_text("utf-8")) <= 65_536
    assert "| persona_2499 | 0.25 | 0.12 |" in (folder / "issue.tables.md").read_text("utf-8")
    done = run("lint", "issue.md", "--profile", "publish", folder=folder)
    assert done.returncode == 0, done.stdout
    words = (folder / "narrative.md").read_text("utf-8")
    long = words.replace(
        "an exception.\n", "an exception. " + "\n\n".join(["Many words follow here. " * 300] * 10) + "\n", 1
    )
    (folder / "narrative.md").write_text(long, "utf-8")
    done = run("render", folder=folder)
    assert re.search(
        r"the page has \d\d,\d{3} characters; a GitHub issue holds 65,536: shorten the narrative", done.stderr
    )
