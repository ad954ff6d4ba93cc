"""A run on real backends (transformers and peft on a tiny random model) that is killed and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leakstats.experiment.card import comparable
from leakstats.experiment.journal import read_journal
from leakstats.files import read_json

pytestmark = pytest.mark.models

CODE = """
import io, runpy, sys
from pathlib import Path
crash = runpy.run_path(sys.argv[1])
crash["plant"](sys.argv[4], int(sys.argv[5]))
crash["run_experiment"](Path(sys.argv[2]), Path(sys.argv[3]), reporter=crash["Reporter"](io.StringIO()))
"""

EXPERIMENT = """
schema = "experiment.v1"
sources = ["villain"]

[study]
id = "tiny"
title = "A random model"

[model]
path = {model}
device = "cpu"

[personas]
set = "small12"
names = ["villain", "comedian", "librarian"]

[questions]
training = ["What is tea?", "What is rain?", "What is salt?"]
evaluation = ["How do tides work?", "What is yeast for?"]

[training]
rank = 4
alpha = 8
positive_rows = 4
on_policy_max_tokens = 12
batch_size = 4

[training.negatives]
rows = 4
personas = 1

[sampling]
completions = 2
max_tokens = 12

[extraction]
states = ["base", "adapted"]
positions = ["last_prompt", "mean_response"]
response_max_tokens = 8

[[conditions]]
name = "closer"
kind = "convergence"
checkpoints = [0, 1]
sft = {{ epochs = 1, rows = 4, batch_size = 4 }}
"""


def start(path: Path, folder: Path, where: str = "", count: int = 0) -> subprocess.CompletedProcess[str]:
    crash = Path(__file__).with_name("test_crash.py")
    command = [sys.executable, "-c", CODE, *map(str, (crash, path, folder, where, count))]
    quiet = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | quiet)


def outcome(folder: Path) -> dict:
    document = comparable(read_json(folder / "results.json"))
    for key in ("commit", "dirty"):  # the working tree may change while the tests run
        document["provenance"].pop(key)
    document["setup"]["environment"].pop("Git commit")
    return document


def test_killed_three_times(tiny_model, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(EXPERIMENT.format(model=json.dumps(str(tiny_model))), "utf-8")
    whole = start(path, tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    records = read_journal(tmp_path / "whole" / "journal.jsonl").records
    answer = next(i for i, r in enumerate(records) if r["stage"] == "answer")
    # in the middle of a training, of the completions, of the greedy responses
    for where, count in (("place", 3), ("half", 25), ("after", max(answer - 40, 5))):
        killed = start(path, tmp_path / "run", where, count)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    last = start(path, tmp_path / "run")
    assert last.returncode == 0, last.stderr
    assert outcome(tmp_path / "run") == outcome(tmp_path / "whole")
    sessions = [r for r in read_journal(tmp_path / "run" / "journal.jsonl").records if r["stage"] == "session"]
    assert len(sessions) == 4
