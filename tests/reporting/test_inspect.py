"""Looking at what there is: phrases, differences between pages, migration."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leakstats.errors import LeakstatsError
from leakstats.phrases import NAMES
from leakstats.reporting.cli import cli
from leakstats.reporting.migrate import migrated
from leakstats.template import load_template


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def pages(project_root: Path, tmp_path: Path) -> Path:
    """A folder with a rendered page, old.md."""
    shutil.copy(project_root / "tests/data/small_analysis.json", tmp_path / "analysis.json")
    shutil.copy(project_root / "tests/reporting/data/narrative.md", tmp_path)
    render(tmp_path, "old.md")
    return tmp_path


def render(folder: Path, page: str, narrative: str = "narrative.md") -> None:
    done = run(
        "render", str(folder / "analysis.json"), "--narrative", str(folder / narrative), "-o", str(folder / page)
    )
    assert done.exit_code == 0, done.output + str(done.exception)


def change(folder: Path, old: str, new: str, name: str = "narrative.md") -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), "utf-8")


def test_phrases_lists_every_function_and_explains_one() -> None:
    listed = run("phrases").output
    assert all(f"{name}(" in listed for name in NAMES)
    assert "interval_holds" in run("phrases", "k_of_n").output
    assert "did you mean 'k_of_n'" in str(run("phrases", "kofn").exception)


def test_nothing_changed(pages: Path) -> None:
    render(pages, "new.md")
    done = run("diff", str(pages / "old.md"), str(pages / "new.md"))
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_changed_number_is_told_from_a_changed_word(pages: Path) -> None:
    raw = json.loads((pages / "analysis.json").read_text("utf-8"))
    for entry in raw["estimates"]:
        if entry["key"] == "similarity.spearman[layer=20,source=comedian]":
            entry["result"]["value"] = 0.65
    (pages / "analysis.json").write_text(json.dumps(raw), "utf-8")
    change(pages, "Train with further seeds", "Train with more seeds")
    render(pages, "new.md")
    done = run("diff", str(pages / "old.md"), str(pages / "new.md"))
    assert done.exit_code == 1
    assert 'rho(source="comedian", layer=20, show="interval") printed \'ρ = 0.67 [0.54, 0.77]\', prints' in done.stdout
    assert "estimates_by of headline_numbers prints other values" in done.stdout
    words = done.stdout[done.stdout.index("+ - Train with more seeds") :].split("\n")[1]
    assert words.strip() == "the words around the numbers changed"


def test_pages_that_build_on_a_changed_one_are_stale(pages: Path) -> None:
    shutil.copy(pages / "narrative.md", pages / "child.narrative.md")
    change(pages, 'id: "#66"', 'id: "#70"', "child.narrative.md")
    change(pages, 'parents: ["#12"]', 'parents: ["#66"]', "child.narrative.md")
    render(pages, "child.md", "child.narrative.md")
    change(pages, "Earlier work", "Older work")
    render(pages, "new.md")
    done = run("diff", str(pages / "old.md"), str(pages / "new.md"), "--among", str(pages))
    assert f"stale: {pages / 'child.md'} builds on #66" in done.stdout
    assert "old.md builds on" not in done.stdout


def test_only_rendered_pages_are_compared(pages: Path) -> None:
    (pages / "hand.md").write_text("# By hand\n")
    done = run("diff", str(pages / "hand.md"), str(pages / "old.md"))
    assert "only rendered pages are compared" in str(done.exception)


def test_migration_loses_no_sentence(pages: Path) -> None:
    old = (pages / "narrative.md").read_text("utf-8")
    new = migrated(old, source="v1", to=load_template("v2"))
    for line in old.split("---\n", 2)[2].split("\n"):
        assert line.startswith("<!-- section:") or line in new
    assert new.count("<!-- section: result: ") == 2
    (pages / "n2.md").write_text(new, "utf-8")
    done = run(
        "render", str(pages / "analysis.json"), "--narrative", str(pages / "n2.md"), "--template", "v2",
        "-o", str(pages / "v2.md"),
    )  # fmt: skip
    assert done.exit_code == 0, done.exception
    assert "### Result: Leakage follows similarity for the villain\n" in (pages / "v2.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "source", "message"),
    [
        ("no front matter", "v1", "is no narrative"),
        ("---\nclaim: x\n---\n<!-- section: tldr -->\nx", "v1", "'tldr' has no place in v2"),
        ("---\nclaim: x\n---\n", "v9", "cannot take a narrative of 'v9'; it knows v1"),
    ],
)
def test_what_cannot_be_migrated_is_said(text: str, source: str, message: str) -> None:
    with pytest.raises(LeakstatsError, match=message):
        migrated(text, source=source, to=load_template("v2"))


def test_a_bold_lead_is_a_sentence_of_its_own(pages: Path) -> None:
    raw = json.loads((pages / "analysis.json").read_text("utf-8"))
    for entry in raw["estimates"]:
        if entry["key"] == "similarity.spearman[layer=20,source=comedian]":
            entry["result"]["value"] = 0.65
    (pages / "analysis.json").write_text(json.dumps(raw), "utf-8")
    render(pages, "new.md")
    done = run("diff", str(pages / "old.md"), str(pages / "new.md"))
    first = done.stdout.split("\n    ")[0]
    assert first.endswith("  + The comedian agrees with ρ = 0.65 [0.54, 0.77], the nurse does not.")
    assert "Leakage follows similarity for the villain" not in first
