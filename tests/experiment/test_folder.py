"""The run folder: whose it is, and that one process works in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leakstats.errors import LeakstatsError
from leakstats.experiment.folder import RunFolder, locked_by
from leakstats.experiment.identity import differences, identity_document, portable_path
from leakstats.experiment.reader import load_spec
from leakstats.files import read_json


class TestClaim:
    def test_holds_specification_and_plan(self, tmp_path, fake_experiment):
        path = fake_experiment()
        folder = RunFolder(tmp_path / "run")
        assert folder.claim(load_spec(path), spec_file=path)
        assert (folder.path / "experiment.toml").read_bytes() == path.read_bytes()
        stored = read_json(folder.spec)
        assert stored["spec"]["sampling"]["top_p"] == 1.0  # every default is written out
        assert read_json(folder.plan)["sha256"].startswith("sha256:")
        assert not folder.claim(load_spec(path))

    def test_another_specification_is_refused_with_what_differs(self, tmp_path, fake_experiment):
        folder = RunFolder(tmp_path / "run")
        folder.claim(load_spec(fake_experiment()))
        other = load_spec(fake_experiment(sampling="temperature = 0.7", training="rank = 8"))
        with pytest.raises(LeakstatsError) as caught:
            folder.claim(other)
        assert str(caught.value).splitlines()[1:3] == [
            "  sampling.temperature is 1.0 there and 0.7 here",
            "  training.rank is 32 there and 8 here",
        ]

    def test_what_changes_nothing_measured_may_differ(self, tmp_path, fake_experiment):
        folder = RunFolder(tmp_path / "run")
        folder.claim(load_spec(fake_experiment()))
        assert not folder.claim(load_spec(fake_experiment(run_log='project = "other"')))

    def test_a_folder_of_something_else(self, tmp_path, fake_experiment):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "thesis.tex").write_text("")
        with pytest.raises(LeakstatsError, match=r"is no run folder, and not empty \(it holds thesis.tex\)"):
            RunFolder(tmp_path / "run").claim(load_spec(fake_experiment()))

    def test_the_same_model_elsewhere_is_the_same_experiment(self, tmp_path, fake_experiment):
        documents = []
        for place, bytes_ in (("a", b"weights"), ("b", b"weights"), ("c", b"other")):
            (tmp_path / place / "model").mkdir(parents=True)
            (tmp_path / place / "model" / "model.safetensors").write_bytes(bytes_)
            spec_file = fake_experiment()
            text = spec_file.read_text().replace('world = "test"', f'path = "{place}/model"')
            spec_file.write_text(text)
            documents.append(identity_document(load_spec(spec_file)))
        assert documents[0] == documents[1]
        assert documents[0] != documents[2]
        assert str(tmp_path) not in str(documents)


class TestDifferences:
    def test_named_entries(self):
        a = {"personas": {"entries": [{"name": "a", "prompt": "x"}, {"name": "b", "prompt": "y"}]}}
        b = {"personas": {"entries": [{"name": "b", "prompt": "z"}]}}
        assert differences(a, b) == [
            "personas.entries.a ({'name': 'a', 'prompt': 'x'}) is only there",
            "personas.entries.b.prompt is 'y' there and 'z' here",
        ]

    def test_order_and_lists(self):
        assert differences({"x": [{"id": "a"}, {"id": "b"}]}, {"x": [{"id": "b"}, {"id": "a"}]}) == [
            "x has another order"
        ]
        assert differences({"x": [1, 2, 3]}, {"x": [1, 2, 4]}) == ["x[2] is 3 there and 4 here"]
        assert differences({"x": [1, 2]}, {"x": [1, 5, 6]}) == [
            "x has 2 entries there and 3 here; they differ from entry 2 on"
        ]
        assert differences({"x": 1}, {"x": 1}) == []

    def test_long_values_are_cut(self):
        (text,) = differences({"x": "a" * 100}, {"x": "b"})
        assert len(text) < 110


def test_portable_path(tmp_path):
    assert portable_path(str(tmp_path)) == tmp_path.name
    assert portable_path("owner/name") == "owner/name"


class TestLock:
    def test_a_second_process_is_refused_and_the_first_is_named(self, tmp_path):
        folder = RunFolder(tmp_path / "run")
        code = (
            "import sys, pathlib\nfrom leakstats.experiment.folder import RunFolder\n"
            "with RunFolder(pathlib.Path(sys.argv[1])).lock():\n  print('locked', flush=True); sys.stdin.read()"
        )
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(folder.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert other.stdout.readline() == "locked\n"
            assert locked_by(folder.path) == f"process {other.pid} on {os.uname().nodename}"
            with (
                pytest.raises(LeakstatsError, match=rf"is in use by process {other.pid} .*leakstats status"),
                folder.lock(),
            ):
                pytest.fail("two processes in one folder")
            other.kill()
            other.wait(timeout=10)
            with folder.lock():  # the system let go of it
                assert locked_by(folder.path) == f"process {os.getpid()} on {os.uname().nodename}"
            assert locked_by(folder.path) is None
        finally:
            other.kill()
            other.communicate(timeout=10)

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").write_text("")
        with (
            pytest.raises(LeakstatsError, match="cannot be used: Not a directory"),
            RunFolder(tmp_path / "file/run").lock(),
        ):
            pytest.fail("there is no such folder")


class TestPlace:
    def test_whole_or_not_at_all(self, tmp_path):
        folder = RunFolder(tmp_path)

        def half(out):
            (out / "one").write_text("1")
            raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            folder.place(tmp_path / "adapters" / "a", half)
        assert not (tmp_path / "adapters" / "a").exists()

        def whole(out):
            assert list(out.iterdir()) == []  # what the first attempt left is gone
            (out / "two").write_text("2")
            return "made"

        assert folder.place(tmp_path / "adapters" / "a", whole) == "made"
        assert [p.name for p in (tmp_path / "adapters").iterdir()] == ["a"]

    def test_a_full_disk(self, tmp_path):
        def full(out):
            raise OSError(28, "No space left on device")

        with pytest.raises(LeakstatsError, match=r"No space left on device\. What was finished before is stored"):
            RunFolder(tmp_path).place(tmp_path / "a", full)
