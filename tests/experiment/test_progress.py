"""The bar on a terminal and the lines in a log."""

from __future__ import annotations

import io

from leakstats.experiment import progress
from leakstats.experiment.progress import Reporter, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_durations():
    assert [duration(s) for s in (0, 59.4, 60, 3599, 3600, 90061)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
        "25 h 1 min",
    ]


def test_a_log_gets_a_line_now_and_then():
    clock, out = Clock(), io.StringIO()
    reporter = Reporter(out, clock=clock)
    reporter.begin("generate", total=1000, done=200)
    for i in range(400):
        clock.now = i / 10
        reporter.advance(tokens=30)
    reporter.end()
    lines = out.getvalue().splitlines()
    assert lines[0] == "generate: 1,000 cells, 200 of them stored already"
    assert lines[1] == "generate: 351/1,000 cells, 10.1/s, 1 min 4 s left, 302 tok/s"
    assert lines[-1] == "generate: 600 of 1,000 cells in 40 s"
    assert len(lines) == 4
    assert "\r" not in out.getvalue()


def test_a_terminal_gets_one_line():
    clock, out = Clock(), Terminal()
    reporter = Reporter(out, clock=clock)
    reporter.begin("generate", total=10)
    clock.now = 1.0
    reporter.advance(5)
    assert out.getvalue() == "\r\x1b[K" + "━" * 12 + "╌" * 12 + " generate: 5/10 cells, 5.0/s, 1 s left"
    reporter.note("something to know")
    assert out.getvalue().endswith("\r\x1b[Ksomething to know\n")


def test_what_has_no_total():
    clock, out = Clock(), io.StringIO()
    reporter = Reporter(out, clock=clock)
    reporter.begin("train/a", total=0, noun="steps")
    clock.now = 20.0
    reporter.advance(10, tokens=1000)
    assert out.getvalue() == "train/a: 10 steps, 0.5/s, 50 tok/s\n"


class TestGpuMemory:
    def test_as_the_driver_says(self, tmp_path, monkeypatch):
        command = tmp_path / "nvidia-smi"
        command.write_text("#!/bin/sh\necho '40960, 81559'\necho '0, 81559'\n")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        clock = Clock()
        memory = progress._GpuMemory(clock=clock)
        assert memory() == "42.9/86 GB"
        command.write_text("#!/bin/sh\necho '20480, 81559'\n")
        assert memory() == "42.9/86 GB"  # not asked again so soon
        clock.now = 11.0
        assert memory() == "21.5/86 GB"
        command.write_text("#!/bin/sh\necho 'No devices were found'; exit 6\n")
        clock.now = 22.0
        assert memory() is None

    def test_none(self, monkeypatch):
        monkeypatch.setenv("PATH", "")
        assert progress._GpuMemory()() is None
