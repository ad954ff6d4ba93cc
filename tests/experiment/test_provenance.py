"""Where numbers come from: captured, without the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from leakstats.experiment import provenance as module
from leakstats.experiment.assemble import _gpu_seconds
from leakstats.experiment.card import together
from leakstats.experiment.provenance import capture, environment_lock, hardware, portable_command, stage_seconds
from leakstats.experiment.reader import load_spec
from leakstats.experiment.weights import hub_commit


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(fake_experiment, tmp_path):
    path = fake_experiment()
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return path


def captured(path, **more):
    return capture(load_spec(path), argv=["leakstats", "run"], spec_file=path, folder=Path("runs"), **more)


class TestGit:
    def test_the_author_s_commit(self, checkout):
        found = captured(checkout)
        assert len(found["commit"]) == 40
        assert (found["dirty"], found["diff_sha256"], found["repository"]) == (False, None, None)
        assert found["unknown"]["repository"] == "the checkout has no remote called origin"

    def test_uncommitted_changes_are_hashed(self, checkout):
        checkout.write_text(checkout.read_text() + "\n# changed\n")
        one = captured(checkout)
        checkout.write_text(checkout.read_text() + "\n# more\n")
        two = captured(checkout)
        assert one["dirty"]
        assert one["commit"] == two["commit"]
        assert one["diff_sha256"] != two["diff_sha256"]

    def test_a_new_file_counts(self, checkout, tmp_path):
        (tmp_path / "helper.py").write_text("x = 1\n")
        assert captured(checkout)["dirty"]

    def test_no_password_of_the_remote(self, checkout, tmp_path):
        git(tmp_path, "remote", "add", "origin", "https://someone:secret@example.org/a/b.git")
        assert captured(checkout)["repository"] == "https://example.org/a/b.git"

    def test_without_git(self, checkout, monkeypatch):
        monkeypatch.setattr(module, "_run", lambda *command, cwd=None: None)
        found = captured(checkout)
        assert found["commit"] is None
        assert "neither the specification nor leakstats lies in a git checkout" in found["unknown"]["commit"]


class TestHardware:
    def test_gpus_as_the_driver_names_them(self, monkeypatch):
        row = "NVIDIA H100 80GB HBM3, 550.54.15, 81559 MiB\n"
        monkeypatch.setattr(module, "_run", lambda *command, cwd=None: row * 2)
        found = hardware()
        assert found["gpus"] == 2
        assert found["hardware"].startswith("2 x NVIDIA H100 80GB HBM3 (81559 MiB), driver 550.54.15; ")

    def test_none(self, monkeypatch):
        monkeypatch.setattr(module, "_run", lambda *command, cwd=None: None)
        assert hardware()["gpus"] == 0
        assert hardware()["hardware"].startswith("no GPU; ")


class TestCommand:
    def test_a_stage_may_be_called_like_the_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        said = portable_command(["leakstats", "run", "a b.toml", "--output=run"], folder=Path("run"))
        assert said == "leakstats run 'a b.toml' --output=RUN"

    def test_a_folder_around_the_run(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        said = portable_command(["leakstats", "demo", "-o", "first", "--seed", "7"], folder=Path("first/run"))
        assert said == "leakstats demo -o OUT --seed 7"

    def test_no_absolute_path(self):
        assert portable_command(["/x/leakstats", "run", "/home/me/e.toml"], folder=Path("r")) == "leakstats run e.toml"


def test_times_of_stages_over_sessions():
    records = [
        {"stage": "session", "t": 0.0},
        {"stage": "backend", "t": 5.0},  # loading belongs to what it was done for
        {"stage": "train", "t": 8.0},
        {"stage": "session", "t": 0.0},
        {"stage": "generate", "t": 2.0},
        {"stage": "generate", "t": 3.5},
    ]
    assert stage_seconds(records) == {"train": 8.0, "generate": 3.5}


def test_the_lock_lists_every_package():
    lines = environment_lock().splitlines()
    assert any(line.startswith("numpy==") for line in lines)
    assert lines == sorted(lines, key=lambda line: line.split("==")[0].lower())


def test_sessions_leave_no_trace_in_what_backends_said():
    whole = [{"dtype": "fp32", "layout": {"a": 1}, "seen": ["x"]}, {"dtype": "fp32", "layout": {"a": 1, "b": 2}}]
    parts = [{"dtype": "fp32", "layout": {"b": 2}}, {"dtype": "fp32", "layout": {"a": 1}, "seen": ["x"]}]
    assert together(whole) == together(parts) == {"dtype": "fp32", "layout": {"a": 1, "b": 2}, "seen": ["x"]}
    assert together([{"batch": 64}, {"batch": 128}, {"batch": 64}]) == {"batch": [128, 64]}


class TestHub:
    @pytest.fixture
    def hub(self, monkeypatch, tmp_path):
        """A stand-in for huggingface_hub with one model in its cache."""
        kept = tmp_path / "snapshots" / ("ab" * 20)

        def try_to_load_from_cache(name, file, revision):
            return str(kept / file) if (name, revision) == ("owner/name", "main") else None

        monkeypatch.setitem(
            sys.modules, "huggingface_hub", SimpleNamespace(try_to_load_from_cache=try_to_load_from_cache)
        )

    def test_the_commit_of_a_model_in_the_cache(self, hub):
        assert hub_commit("owner/name") == "ab" * 20
        assert hub_commit("owner/other") is None

    def test_a_folder_has_none(self, hub, tmp_path):
        assert hub_commit(str(tmp_path)) is None

    def test_without_the_package(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "huggingface_hub", None)
        assert hub_commit("owner/name") is None


def test_gpu_hours_count_the_stages_that_ran_on_gpus():
    seconds = {"train": 100.0, "generate": 50.0, "extract": 10.0, "canary": 5.0}
    said = {
        "trainer": [{"device": "NVIDIA H100 80GB HBM3"}],
        "generator": [{"device": "cuda", "n_gpus": 2}],
        "extractor": [{"device": "x86_64 CPU"}],
    }
    assert _gpu_seconds(seconds, said) == {"train": 100.0, "generate": 100.0}
    assert _gpu_seconds(seconds, {"trainer": [{"device": "cpu"}]}) == {}
