"""Killed at any moment, a run goes on, and ends as if nothing had happened."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from leakstats.experiment import journal
from leakstats.experiment.card import comparable
from leakstats.experiment.folder import RunFolder
from leakstats.experiment.journal import read_journal
from leakstats.experiment.progress import Reporter
from leakstats.experiment.run import run_experiment

POINTS = ("before", "half", "after", "place")
"""Where a process is killed: before, in the middle of and after a write to the journal; around a finished folder."""


def start(path: Path, folder: Path, where: str = "", count: int = 0, room: int = 0) -> tuple[int, str]:
    """Run the experiment in a process of its own, killed when it comes to ``where`` for the ``count``-th time.

    With ``room`` no file may grow beyond so many bytes, as on a disk that fills up.
    """
    log = folder.with_suffix(".log")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            plant(where, count)
            if room:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            run_experiment(path, folder, reporter=Reporter(io.StringIO()))
            status = 0
        except BaseException:
            log.write_text(traceback.format_exc()[-4000:])
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), log.read_text() if log.exists() else ""


def plant(where: str, count: int) -> None:
    """Make this process kill itself at a point."""
    left = count

    def here() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    write, place = os.write, RunFolder.place

    def dying_write(handle: int, data: bytes) -> int:
        if where == "before":
            here()
        if where == "half" and left == 1:
            write(handle, data[: len(data) // 2])
        if where == "half":
            here()
        done = write(handle, data)
        if where == "after":
            here()
        return done

    def dying_place(self: RunFolder, final: Path, make: Any) -> Any:
        def dies(out: Path) -> Any:
            made = make(out)
            here()
            return made

        made = place(self, final, dies)
        here()
        return made

    if where == "place":
        RunFolder.place = dying_place  # type: ignore[method-assign]
    elif where:
        journal.os.write = dying_write  # type: ignore[assignment]


def outcome(folder: Path) -> dict:
    document = comparable(json.loads((folder / "results.json").read_text("utf-8")))
    # the working tree may change while the tests run; a run keeps what it was started with
    for key in ("commit", "dirty"):
        document["provenance"].pop(key)
    document["setup"]["environment"].pop("Git commit")
    return document


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An experiment and what it comes to when nothing happens, with the number of writes that it takes."""
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "experiment.toml"
    text = Path(__file__).with_name("data").joinpath("fake_experiment.toml").read_text("utf-8")
    text = text.replace("[extraction]\n", '[extraction]\nstates = ["base", "adapted"]\n')
    text = text.replace(
        'set = "small12"', 'set = "small12"\nnames = ["villain", "librarian", "comedian", "medical_doctor"]'
    )
    path.write_text(text, "utf-8")
    status, said = start(path, folder / "run")
    assert status == 0, said
    return path, outcome(folder / "run"), len(read_journal(folder / "run" / "journal.jsonl").records)


def kill_and_go_on(whole, folder: Path, kills: list[tuple[str, int]]) -> None:
    path, expected, _ = whole
    killed = 0
    for where, count in kills:
        status, said = start(path, folder, where, count)
        assert status in (0, -signal.SIGKILL), said
        killed += status != 0
    assert killed  # or the test would show nothing
    status, said = start(path, folder)
    assert status == 0, said
    assert outcome(folder) == expected
    records = read_journal(folder / "journal.jsonl").records
    cells = [r["key"] for r in records if r["stage"] == "generate"]
    assert len(cells) == len(set(cells)) == 3 * 4 * 4


@pytest.mark.parametrize(("where", "count"), [("before", 1), ("half", 40), ("after", 3), ("place", 1), ("place", 4)])
def test_killed_once(whole, tmp_path, where, count):
    kill_and_go_on(whole, tmp_path / "run", [(where, count)])


def test_killed_again_and_again(whole, tmp_path):
    kill_and_go_on(whole, tmp_path / "run", [("half", 12), ("after", 9), ("before", 15), ("half", 1), ("place", 2)])


@pytest.mark.slow
def test_killed_at_fifty_random_points(whole, tmp_path):
    rng = random.Random(5)
    total = whole[2]
    for i in range(50):
        where = rng.choice(POINTS)
        count = rng.randint(1, 4) if where == "place" else rng.randint(1, total)
        kill_and_go_on(whole, tmp_path / f"run{i}", [(where, count)])


@pytest.mark.parametrize("room", [16_000, 24_000, 32_000])
def test_no_room_left(whole, tmp_path, room):
    path, expected, _ = whole
    status, said = start(path, tmp_path / "run", room=room)
    assert status == 1
    assert "LeakstatsError" in said
    assert "cannot be written" in said
    assert len(read_journal(tmp_path / "run" / "journal.jsonl").records) > 3
    assert start(path, tmp_path / "run")[0] == 0
    assert outcome(tmp_path / "run") == expected


def test_two_runs_are_the_same(whole, tmp_path):
    path, expected, _ = whole
    assert start(path, tmp_path / "second")[0] == 0
    assert outcome(tmp_path / "second") == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop(fake_experiment, tmp_path, number):
    path = fake_experiment(sampling="engine = {delay_s = 0.02}")  # not over before a busy machine sends the signal
    folder = tmp_path / "run"
    code = "from leakstats.cli import main; main()"
    command = [sys.executable, "-c", code, "run", str(path), "-o", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        time.sleep(0.02)
        if (folder / "journal.jsonl").exists() and (folder / "journal.jsonl").stat().st_size > 20_000:
            break
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "records are stored in" in said
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "continuing" in again.stderr
