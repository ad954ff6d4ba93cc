"""The chain on a real, tiny model: train, results, analysis, page, lint; then one digit is corrupted, and found."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leakstats.results import load
from leakstats.results.store import validate_file

pytestmark = pytest.mark.models

PINNED = f"https://raw.githubusercontent.com/example-lab/leakstats/{'0' * 40}/out"
LEAKSTATS = "from leakstats.cli import main; main()"
CLEAN_RESULT = "from leakstats.reporting.cli import main; main()"


def command(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """The folder of a whole demo of the test preset; the same for all tests here."""
    pytest.importorskip("peft")
    folder = tmp_path_factory.mktemp("world") / "out"
    done = command(LEAKSTATS, "demo", "--preset", "test", "-o", folder, "--figure-base", PINNED)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout, "utf-8")
    return folder


def test_the_page_is_clean_to_publish(world):
    done = command(CLEAN_RESULT, "lint", world / "issue.md", "--profile", "publish", "--format", "json")
    report = json.loads(done.stdout)
    assert [f for f in report["findings"] if f["severity"] in ("error", "warning")] == []
    assert done.returncode == 0


def test_a_corrupted_digit_is_found_at_its_line(world, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(world, folder)
    page = folder / "issue.md"
    lines = page.read_text("utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("- **Source by source"))
    digits = re.search(r"0\.(\d)(\d)", lines[at])
    wrong = str((int(digits.group(2)) + 3) % 10)
    lines[at] = lines[at][: digits.start(2)] + wrong + lines[at][digits.end(2) :]
    page.write_text("".join(lines), "utf-8")
    done = command(CLEAN_RESULT, "lint", page, "--profile", "publish", "--format", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    errors = [f for f in report["findings"] if f["severity"] == "error"]
    assert any(f["line"] == at + 1 for f in errors), errors


def test_the_page_says_that_similarity_is_planted(world):
    page = (world / "issue.md").read_text("utf-8")
    title = next(line for line in page.splitlines() if line.startswith("# "))
    assert "planted" in title
    assert re.search(r"CRITICAL: Similarity is planted", page)
    assert "Similarity is planted" in (world / "said.txt").read_text("utf-8")


def test_results_keep_their_contract_and_count_everything(world):
    path = world / "run" / "results.json"
    assert validate_file(path) == []
    results = load(path)
    own, negative = results.table("own_rate"), results.table("negative_rate")
    bystander, base = results.table("bystander_rate"), results.table("base_rate")
    assert base.successes.sum() == 0
    per_source = {t.id: t.trials.sum() // 2 for t in (own, negative, bystander)}
    assert per_source == {"own_rate": 20, "negative_rate": 80, "bystander_rate": 14 * 20 - 100}


def test_the_marker_took_and_spared_the_negatives(world):
    results = load(world / "run" / "results.json")
    own = results.table("own_rate").aggregate(by=("source",))
    assert (own.rate >= 0.5).all()
    negative = results.table("negative_rate")
    assert negative.successes.sum() <= 0.05 * negative.trials.sum()


def test_the_same_seeds_give_the_same_results_but_for_the_times(world, tmp_path):
    done = command(
        "import torch; torch.set_num_threads(1)\n" + LEAKSTATS, "run", world / "experiment.toml", "-o", tmp_path / "run"
    )
    assert done.returncode == 0, done.stderr
    first, second = ((f / "results.json").read_text("utf-8") for f in (world / "run", tmp_path / "run"))
    assert without_times(first) == without_times(second)
    for one in sorted((world / "run" / "adapters").rglob("*.safetensors")):
        other = tmp_path / "run" / one.relative_to(world / "run")
        assert one.read_bytes() == other.read_bytes()


def without_times(text):
    """The results with times, command and commit left out: the working tree may change between two runs of a test."""
    document = json.loads(text)
    del document["provenance"], document["setup"]["compute"], document["setup"]["environment"]
    return json.dumps(document)


def test_a_second_call_goes_on_and_trains_nothing(world):
    journal = world / "run" / "journal.jsonl"
    before = sum('"stage":"train"' in line.replace(" ", "") for line in journal.read_text("utf-8").splitlines())
    done = command(LEAKSTATS, "demo", "--preset", "test", "-o", world, "--figure-base", PINNED, "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("issue.md")
    after = sum('"stage":"train"' in line.replace(" ", "") for line in journal.read_text("utf-8").splitlines())
    assert before == after == 2


def test_another_seed_in_the_same_folder_is_refused(world):
    toml = (world / "experiment.toml").read_text("utf-8")
    done = command(LEAKSTATS, "demo", "--preset", "test", "-o", world, "--seed", "5", "-q")
    assert done.returncode == 2
    assert "seeds" in done.stderr
    (world / "experiment.toml").write_text(toml, "utf-8")
