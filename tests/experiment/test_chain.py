"""From an experiment.toml to a page that lints clean, and a corrupted digit that is found; all on the fakes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


def command(module: str, *arguments: object, cwd=None) -> subprocess.CompletedProcess[str]:
    code = f"from {module} import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


def leakstats(*arguments: object, cwd=None) -> subprocess.CompletedProcess[str]:
    done = command("leakstats.cli", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done


def clean_result(*arguments: object, cwd=None) -> subprocess.CompletedProcess[str]:
    return command("leakstats.reporting.cli", *arguments, cwd=cwd)


FIGURES = "https://raw.githubusercontent.com/owner/name/" + "0123456789" * 4


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page made from nothing but commands."""
    folder = tmp_path_factory.mktemp("chain")
    text = Path(__file__).with_name("data").joinpath("fake_experiment.toml").read_text("utf-8")
    text += (
        '\n[plan]\n[plan.primary]\nanalysis = "similarity"\nstatistic = "spearman"\noutcome = "bystander_rate"\n'
        'predictor = "cosine"\nlayer = 2\n'
    )
    (folder / "experiment.toml").write_text(text, "utf-8")
    assert leakstats("run", "experiment.toml", "-o", "run", "-q", cwd=folder).stdout == "run/results.json\n"
    leakstats("validate", "run/results.json", cwd=folder)
    leakstats("analyze", "run/results.json", "-o", "out", "--resamples", 199, "-q", cwd=folder)
    for arguments in (
        ("new", "out/analysis.json", "-o", "narrative.md"),
        ("render", "out/analysis.json", "--narrative", "narrative.md", "-o", "issue.md", "--figure-base", FIGURES),
    ):
        done = clean_result(*arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def test_the_page_lints_clean(page):
    done = clean_result("lint", "issue.md", cwd=page)
    assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in done.stdout
    assert "0 contradicted, 0 unexplained" in done.stdout


def test_a_corrupted_digit_is_found(page):
    text = (page / "issue.md").read_text("utf-8")
    at = re.search(r"ρ = 0\.(\d)", text).start(1)
    other = "1" if text[at] != "1" else "2"
    wrong = text[:at] + other + text[at + 1 :]
    (page / "corrupted.md").write_text(wrong, "utf-8")
    (page / "corrupted.provenance.json").write_text((page / "issue.provenance.json").read_text("utf-8"), "utf-8")
    done = clean_result("lint", "corrupted.md", cwd=page)
    assert done.returncode == 1
    line = text.count("\n", 0, at) + 1
    assert re.search(rf"^ *{line}:\d+ error", done.stdout, re.MULTILINE)


def test_the_card_is_filled(page):
    text = (page / "issue.md").read_text("utf-8")
    assert "r=32, alpha=64" in text
    assert "leakstats run experiment.toml -o RUN -q" in text
    assert "train/marker.villain.e0.s42" in text


MANY = """
[seeds]
training = [1, 2, 3]
sampling = [0, 1]

[plan.primary]
analysis = "similarity"
statistic = "spearman"
outcome = "bystander_rate"
predictor = "cosine"
layer = 2

[[conditions]]
name = "plain"

[[conditions]]
name = "closer"
kind = "convergence"
checkpoints = [0, 2, 4]
sft = { epochs = 4, rows = 4 }
"""


@pytest.mark.slow
def test_many_conditions_checkpoints_and_seeds(tmp_path):
    text = Path(__file__).with_name("data").joinpath("fake_experiment.toml").read_text("utf-8")
    text = text.replace("[extraction]\n", '[extraction]\nstates = ["base", "merged", "adapted"]\ngeometry = true\n')
    (tmp_path / "experiment.toml").write_text(text + MANY, "utf-8")
    leakstats("run", "experiment.toml", "-o", "run", "-q", cwd=tmp_path)
    leakstats("analyze", "run/results.json", "-o", "out", "--resamples", 199, "-q", cwd=tmp_path)
    for arguments in (
        ("new", "out/analysis.json", "-o", "narrative.md"),
        ("render", "out/analysis.json", "--narrative", "narrative.md", "-o", "issue.md", "--figure-base", FIGURES),
        ("lint", "issue.md"),
    ):
        done = clean_result(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors, 0 warnings" in done.stdout
