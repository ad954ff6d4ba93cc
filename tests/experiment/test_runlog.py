"""The run log, as lines and in wandb."""

from __future__ import annotations

import sys

import pytest

from leakstats.errors import MissingDependency
from leakstats.experiment.reader import load_spec
from leakstats.experiment.runlog import JsonlRunLog, open_runlog


def fill(log):
    log.start("train/a", {"rank": 8})
    log.metrics("train/a", {"loss": 0.5}, step=1)
    log.artifact("train/a", kind="adapter", location="adapters/a", sha256="sha256:1", size=1234)
    log.finish("train/a", "finished")
    log.start("train/b", {})


def test_summary(tmp_path):
    log = JsonlRunLog(tmp_path / "runlog.jsonl")
    assert log.summary()["not_logged"] == "no run tracker was used; runlog.jsonl in the run folder has them"
    fill(log)
    log.close()
    said = JsonlRunLog(tmp_path / "runlog.jsonl").summary()  # as a later session reads it
    assert said["runs"] == [{"id": "train/a", "state": "finished"}, {"id": "train/b", "state": "running"}]
    assert said["artifacts"] == [
        {"type": "adapter", "location": "adapters/a in the run folder (1,234 bytes, sha256:1); not uploaded"}
    ]
    assert said["not_logged"] is None


def test_a_torn_line_and_a_run_started_again(tmp_path):
    path = tmp_path / "runlog.jsonl"
    log = JsonlRunLog(path)
    fill(log)
    log.close()
    path.write_text(path.read_text() + '{"event": "fini')
    again = JsonlRunLog(path)
    again.start("train/b", {})
    again.finish("train/b", "finished")
    again.close()
    runs = JsonlRunLog(path).summary()["runs"]
    assert runs == [{"id": "train/a", "state": "finished"}, {"id": "train/b", "state": "finished"}]


def test_without_wandb(fake_experiment, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)  # as if it were not installed
    spec = load_spec(fake_experiment(run_log='kind = "wandb"'))
    with pytest.raises(MissingDependency, match=r"pip install 'leakstats\[wandb\]'"):
        open_runlog(spec, tmp_path / "runlog.jsonl")


def test_wandb_offline(fake_experiment, tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    spec = load_spec(fake_experiment(run_log='kind = "wandb"\nproject = "leaks"'))
    log = open_runlog(spec, tmp_path / "runlog.jsonl")
    fill(log)
    log.close()  # the run that was left open has crashed
    said = log.summary()
    assert said["project"] == "leaks"
    assert [(r["id"], r["state"]) for r in said["runs"]] == [("train/a", "finished"), ("train/b", "crashed")]
    assert len(list((tmp_path / "wandb").glob("offline-run-*"))) == 2


def test_addresses_of_earlier_sessions_are_kept(tmp_path):
    path = tmp_path / "runlog.jsonl"
    log = JsonlRunLog(path)
    log.start("train/a", {})
    log.finish("train/a", "finished", url="https://wandb.example/runs/a")
    log.close()
    (kept,) = JsonlRunLog(path).summary()["runs"]
    assert kept == {"id": "train/a", "state": "finished", "url": "https://wandb.example/runs/a"}
