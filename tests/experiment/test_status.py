"""How far a run is, while it goes and after, and the commands around it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from leakstats.cli import cli
from leakstats.errors import LeakstatsError
from leakstats.experiment.folder import RunFolder
from leakstats.experiment.status import read_status
from leakstats.results import load


def call(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def done(finished_run, tmp_path):
    """A finished run in a folder of this test's own."""
    return finished_run(tmp_path)


class TestStatus:
    def test_finished(self, done, tmp_path):
        found = read_status(tmp_path / "run")
        assert found.state == "finished"
        assert [(s.stage, s.done, s.total) for s in found.stages] == [
            ("rows", 2, 2),
            ("train", 2, 2),
            ("generate", 144, 144),
            ("extract", 1, 1),
        ]
        assert all(s.left_s is None for s in found.stages)

    def test_stopped_half_way(self, done, tmp_path):
        journal = tmp_path / "run" / "journal.jsonl"
        lines = journal.read_bytes().split(b"\n")
        journal.write_bytes(b"\n".join(lines[:60]) + b"\n" + lines[60][:30])
        (tmp_path / "run" / "results.json").unlink()
        found = read_status(tmp_path / "run")
        assert found.state == "stopped"
        assert found.torn_bytes == 30
        generate = next(s for s in found.stages if s.stage == "generate")
        assert 0 < generate.done < generate.total == 144
        assert generate.rate is None or generate.left_s == pytest.approx((144 - generate.done) / generate.rate)
        said = call("status", tmp_path / "run").output
        assert said.startswith("#900 A marker under two personas, on fakes: stopped\n")
        assert "an unfinished last write of 30 bytes is cut off at the next start" in said

    def test_running(self, done, tmp_path):
        with RunFolder(tmp_path / "run").lock():
            found = read_status(tmp_path / "run")
            assert found.state == "running"
            assert found.process.startswith("process ")
        assert read_status(tmp_path / "run").process is None

    def test_damaged(self, done, tmp_path):
        journal = tmp_path / "run" / "journal.jsonl"
        data = bytearray(journal.read_bytes())
        data[500] ^= 1
        journal.write_bytes(data)
        before = journal.read_bytes()
        found = read_status(tmp_path / "run")
        assert found.state == "damaged"
        assert "line 1 is damaged" in found.damage or "line 2 is damaged" in found.damage
        assert journal.read_bytes() == before

    def test_json(self, done, tmp_path):
        found = json.loads(call("status", tmp_path / "run", "--format", "json").output)
        assert (found["schema"], found["state"], found["sessions"]) == ("status.v1", "finished", 1)

    def test_no_run(self, tmp_path):
        with pytest.raises(LeakstatsError, match=r"is no run folder \(it has no spec.json\)"):
            read_status(tmp_path)


class TestCommands:
    def test_the_folder_is_named_after_the_file(self, done, tmp_path):
        result = call("run", done, "-q")
        assert result.output.strip() == str(tmp_path / "runs" / "experiment" / "results.json")
        assert (tmp_path / "runs" / "experiment" / "results.json").exists()

    def test_stages(self, fake_experiment, tmp_path):
        path = fake_experiment()
        for stage in ("train", "generate", "extract"):
            result = call(stage, path, "-q")
            assert (result.exit_code, result.output.strip()) == (0, str(tmp_path / "runs" / "experiment"))
        assert call("run", path, "-q").exit_code == 0

    def test_detect_with_other_detectors(self, done, tmp_path):
        other = tmp_path / "other.toml"
        text = done.read_text("utf-8")
        other.write_text(
            text + '\n[[detectors]]\nid = "any"\nkind = "regex"\npattern = "\\\\[Z[A-Z]{2}\\\\]"\n', "utf-8"
        )
        before = (tmp_path / "run" / "journal.jsonl").read_bytes()
        result = call("detect", other, "-o", tmp_path / "run")
        assert result.exit_code == 0, result.output
        assert "any" in result.output
        assert "marker.villain.e0.s42" in result.output
        lines = (tmp_path / "run" / "detections.jsonl").read_text("utf-8").splitlines()
        assert set(json.loads(lines[0])["successes"]) == {"any"}
        # nothing was drawn: one more session is all that the journal holds
        assert len((tmp_path / "run" / "journal.jsonl").read_bytes().splitlines()) == len(before.splitlines()) + 1
        assert call("run", other, "-o", tmp_path / "run", "-q").exit_code != 0

    def test_results_with_other_detectors_are_exploratory(self, fake_experiment, tmp_path):
        path = fake_experiment(plan="registered_on = 2020-01-01")
        assert call("run", path, "-o", tmp_path / "run", "-q").exit_code == 0
        other = tmp_path / "other.toml"
        text = path.read_text("utf-8") + '\n[[detectors]]\nid = "start"\nkind = "regex"\npattern = "^[A-L]"\n'
        other.write_text(text, "utf-8")
        result = call("detect", other, "-o", tmp_path / "run", "--results", "other.json", "-q")
        assert result.output.strip() == str(tmp_path / "run" / "other.json")
        first, second = load(tmp_path / "run" / "results.json"), load(tmp_path / "run" / "other.json")
        assert (first.plan.status, second.plan.status) == ("registered", "exploratory")
        assert second.plan.deviations == (
            "the detectors are not those of the plan, which was hashed before the first data",
        )
        assert second.detector.pattern == "^[A-L]"
        assert second.table("base_rate").successes.sum() > first.table("base_rate").successes.sum() == 0
        for name in ("results.json", "../up.json"):
            assert call("detect", other, "-o", tmp_path / "run", "--results", name).exit_code == 2

    def test_detect_needs_a_run(self, fake_experiment, tmp_path):
        result = call("detect", fake_experiment())
        assert isinstance(result.exception, LeakstatsError)
        assert "is no run folder; run the experiment first" in str(result.exception)
        assert not (tmp_path / "runs").exists()

    def test_strict_ends_with_1(self, fake_experiment, tmp_path):
        path = fake_experiment(sampling="engine = {rates = {villain = {villain = 0.1}}}")
        result = call("run", path, "--strict")
        assert result.exit_code == 1
        assert "1 rate control(s) failed, and the run is strict" in result.output
        assert call("run", path, "-q").exit_code == 0

    def test_help_lists_the_commands(self):
        said = call("--help").output
        for name in ("run", "train", "generate", "detect", "extract", "status"):
            assert f"\n  {name} " in said
            assert "Examples:" in call(name, "--help").output
