"""From counts to the page and back: one count changed, and every number that hangs on it changes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leakstats.analysis.document import AnalysisDocument
from leakstats.analysis.questions import analyze
from leakstats.analysis.settings import Settings
from leakstats.errors import LeakstatsError
from leakstats.phrases import evaluate
from leakstats.reporting.cli import cli
from leakstats.reporting.expressions import Expression, read_pieces
from leakstats.results import load

PINNED = "https://raw.githubusercontent.com/o/r/0123456789abcdef0123456789abcdef01234567/"

ASSERTED = '{{ require("similarity.spearman", layer=20, below=0, p_below=0.05) }}'
MORE = '{{ require("rates.source_rate:rate", over="source", below=0.9) }}'


def page(root: Path, folder: Path, hits: int) -> tuple[int, str]:
    """Exit status and page (or message) of assistant_variants with so many hits of the reference persona."""
    results = json.loads((root / "examples/assistant_variants/results.json").read_text("utf-8"))
    table = next(t for t in results["tables"] if t["id"] == "source_rate")
    levels = results["factors"]["source"]["levels"]
    row = table["factors"]["source"].index(levels.index("helpful_assistant"))
    table["successes"][row] = hits
    (folder / "results.json").write_text(json.dumps(results), "utf-8")
    analysis = analyze(load(folder / "results.json"), settings=Settings(n_resamples=999))
    analysis.write(folder, results=folder / "results.json")
    text = (root / "examples/assistant_variants/narrative.md").read_text("utf-8")
    narrative = folder / "narrative.md"
    narrative.write_text(text.replace(ASSERTED, f"{ASSERTED}\n{MORE}", 1), "utf-8")
    done = CliRunner().invoke(
        cli,
        ["render", str(folder / "analysis.json"), "--narrative", str(narrative), "-o", str(folder / "issue.md")],
    )
    if done.exit_code:
        return 2, str(done.exception)
    return 0, (folder / "issue.md").read_text("utf-8")


def test_one_count_changes_what_depends_on_it_and_stops_what_became_false(project_root: Path, tmp_path: Path) -> None:
    status, before = page(project_root, tmp_path, 23)
    assert status == 0
    assert "observed 23.0% and 31.0%" in before
    assert "| helpful_assistant | 23/100 | 23.0% | [15.8%, 32.2%] |" in before
    assert "Pearson's is r = −0.62 [−0.88, −0.07]" in before
    earlier = AnalysisDocument.load(tmp_path / "analysis.json")
    old_spans = spans(tmp_path)
    status, after = page(project_root, tmp_path, 27)
    assert status == 0
    # Every printed piece whose estimate or table changed says something else now, and all others say the same.
    later = AnalysisDocument.load(tmp_path / "analysis.json")
    changed = 0
    for old, new in zip(old_spans, spans(tmp_path), strict=True):
        call = (old["function"], old["args"], old["kwargs"])
        assert call == (new["function"], new["args"], new["kwargs"])
        was, now = (evaluate(document, *call) for document in (earlier, later))
        assert (old["text"], new["text"]) == (was, now)
        changed += was != now
    assert changed >= 12
    moved = {str(e.id) for e in later.entries if e != earlier.find(e.id)}
    assert {f"similarity.pearson[layer={layer}]" for layer in (10, 15, 20, 25)} <= moved
    assert "similarity.spearman[layer=20]" not in moved, "the persona is the lowest still: no rank has changed"
    assert "observed 27.0% and 31.0%" in after
    assert "23/100" not in after
    assert "r = −0.62 [−0.88, −0.07]" not in after
    kept = (tmp_path / "issue.md").read_bytes()
    status, message = page(project_root, tmp_path, 99)
    assert status == 2
    assert 'require("similarity.spearman", layer=20, below=0, p_below=0.05)' in message
    assert "the analysis says ρ = " in message
    assert "What relation there is lies between the categories." in message
    assert (tmp_path / "issue.md").read_bytes() == kept
    # Every assertion of the narrative that is false now is named at its line; those that hold are not.
    latest = AnalysisDocument.load(tmp_path / "analysis.json")
    narrative = (tmp_path / "narrative.md").read_text("utf-8")
    false = []
    for piece in read_pieces(narrative):
        if isinstance(piece, Expression) and piece.function == "require":
            try:
                evaluate(latest, "require", piece.args, piece.kwargs)
            except LeakstatsError as error:
                false.append(f"line {piece.line}: {{{{ {piece.source} }}}}: {error}")
            else:
                assert piece.source not in message
    assert len(false) == 2
    assert "it is false for helpful_assistant: 99.0%" in message
    assert [said for said in false if said not in message] == []


def spans(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "issue.provenance.json").read_text("utf-8"))["spans"]
    return found


@pytest.mark.slow
def test_all_files_are_the_same_on_another_path(project_root: Path, tmp_path: Path) -> None:
    """From counts to page, HTML, provenance and figures, in two checkouts of different depth."""
    made: list[dict[str, bytes]] = []
    for top in (tmp_path / "a", tmp_path / "b c" / "deeper"):
        study = top / "examples" / "assistant_variants"
        study.mkdir(parents=True)
        for name in ("results.json", "narrative.md"):
            shutil.copy(project_root / "examples/assistant_variants" / name, study)
        subprocess.run(["git", "init", "-q", str(top)], check=True)
        out = top / "out"
        analyze(load(study / "results.json"), settings=Settings(n_resamples=99)).write(
            out, results=study / "results.json"
        )
        arguments = ["render", str(out / "analysis.json"), "--narrative", str(study / "narrative.md"), "--html", "-q"]
        done = CliRunner().invoke(cli, [*arguments, "-o", str(out / "issue.md"), "--figure-base", PINNED])
        assert done.exit_code == 0, done.exception
        files = [f for f in out.rglob("*") if f.is_file()]
        made.append({f.relative_to(out).as_posix(): f.read_bytes() for f in files})
    assert made[0].keys() == made[1].keys()
    assert {"issue.md", "issue.html", "issue.provenance.json", "figures/regression.png"} <= made[0].keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


SLOW = [
    pytest.param(n, marks=pytest.mark.slow) for n in ("persona100", "assistant_variants", "em_collapse", "taxonomy200")
]


@pytest.mark.parametrize("name", ["convergence", *SLOW])
def test_every_study_renders_from_a_starting_narrative(project_root: Path, tmp_path: Path, name: str) -> None:
    results = project_root / "examples" / name / "results.json"
    analyze(load(results), settings=Settings(n_resamples=99)).write(tmp_path, results=results)
    runner = CliRunner()
    for version in ("v1", "v2"):
        words = tmp_path / f"{version}.md"
        done = runner.invoke(cli, ["new", str(tmp_path / "analysis.json"), "--template", version, "-o", str(words)])
        assert done.exit_code == 0, done.exception
        target = tmp_path / "issue.md"
        arguments = ["render", str(tmp_path / "analysis.json"), "--narrative", str(words), "-o", str(target), "--html"]
        done = runner.invoke(cli, [*arguments, "--figure-base", PINNED])
        assert done.exit_code == 0, done.exception
        assert len(target.read_text("utf-8")) <= 65_536
        assert " 0 typed" in done.stderr
        done = runner.invoke(cli, ["lint", str(target), "--profile", "publish", "--root", str(project_root)])
        assert "0 errors, 0 warnings, 0 notes" in done.output, done.output


def test_what_was_written_for_a_study_lints_clean(project_root: Path, tmp_path: Path) -> None:
    """A page of `make demo`: here the words are a person's, so every rule about words reads them."""
    study = project_root / "examples/assistant_variants"
    analyze(load(study / "results.json"), settings=Settings()).write(tmp_path, results=study / "results.json")
    runner = CliRunner()
    for words in ("narrative.md", "narrative.v2.md"):
        target = tmp_path / "issue.md"
        arguments = ["render", str(tmp_path / "analysis.json"), "--narrative", str(study / words), "-o", str(target)]
        done = runner.invoke(cli, [*arguments, "--figure-base", PINNED])
        assert done.exit_code == 0, done.exception
        done = runner.invoke(cli, ["lint", str(target), "--profile", "publish", "--root", str(project_root)])
        assert "0 errors, 0 warnings, 0 notes" in done.output, done.output
