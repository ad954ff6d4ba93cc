"""How far a run is: a bar with rate, time left and memory on a terminal, plain lines in a log."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from leakstats.experiment.types import Progress

__all__ = ["NotesOnly", "Reporter", "Silent", "duration"]

_BAR = 24
_BETWEEN_S = {True: 0.1, False: 15.0}
"""Seconds between two bars on a terminal, and between two lines in a log."""


def duration(seconds: float) -> str:
    """A time as people read it.

    Examples
    --------
    >>> duration(7.2), duration(200), duration(7300)
    ('7 s', '3 min 20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _GpuMemory:
    """Used and total memory of the first GPU, asked for at most every few seconds."""

    def __init__(self, *, every_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._clock = every_s, clock
        self._command = shutil.which("nvidia-smi")
        self._asked: float | None = None
        self._said: str | None = None

    def __call__(self) -> str | None:
        """Such as ``61.2/80 GB``; None without a GPU."""
        now = self._clock()
        if self._asked is None or now - self._asked >= self._every_s:
            self._asked, self._said = now, self._ask()
        return self._said

    def _ask(self) -> str | None:
        torch: Any = sys.modules.get("torch")
        if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
            free, total = torch.cuda.mem_get_info()
            return f"{(total - free) / 1e9:.1f}/{total / 1e9:.0f} GB"
        if self._command is None:
            return None
        # an engine may hold the GPU in a process of its own
        command = [self._command, "--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
            used, total = (float(v) * 2**20 / 1e9 for v in done.stdout.splitlines()[0].split(","))
        except (OSError, subprocess.SubprocessError, ValueError, IndexError):
            return None
        return f"{used:.1f}/{total:.0f} GB"


class Silent:
    """A progress that says nothing."""

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Nothing to tell."""

    def note(self, text: str) -> None:
        """Nothing to tell."""


class Reporter:
    """Tells how far one stage after the other is.

    Parameters
    ----------
    stream : TextIO
        Where to write; a terminal gets one line that is overwritten, anything else a line now and then.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._terminal = self._stream.isatty()
        self._open = False
        self._memory = _GpuMemory()
        self.begin("", total=0)

    def begin(self, stage: str, *, total: int, done: int = 0, noun: str = "cells") -> None:
        """Start a stage of ``total`` items, of which ``done`` are there from earlier sessions."""
        self._stage, self._total, self._noun = stage, total, noun
        self._done, self._before, self._tokens = done, done, 0
        self._began = self._shown = self._clock()
        if stage and total and not self._terminal:
            self._write(f"{stage}: {total:,} {noun}" + (f", {done:,} of them stored already" if done else ""))

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """``n`` more items are done, which took ``tokens`` tokens."""
        self._done += n
        self._tokens += tokens
        now = self._clock()
        if now - self._shown >= _BETWEEN_S[self._terminal]:
            self._shown = now
            self._show(now)

    def note(self, text: str) -> None:
        """One line that stays."""
        if self._open:
            self._stream.write("\r\x1b[K")
            self._open = False
        self._write(text)

    def end(self) -> None:
        """The stage is finished."""
        if self._stage:
            took = self._clock() - self._began
            of = f" of {self._total:,}" if self._total else ""
            self.note(f"{self._stage}: {self._done:,}{of} {self._noun} in {duration(took)}")
        self._stage = ""

    def line(self, now: float) -> str:
        """What the bar says."""
        took = max(now - self._began, 1e-9)
        new = self._done - self._before
        rate = new / took
        left = max(self._total - self._done, 0)
        of = f"/{self._total:,}" if self._total else ""
        parts = [f"{self._done:,}{of} {self._noun}", f"{rate:,.1f}/s"]
        if new and self._total:
            parts.append(f"{duration(left / rate)} left")
        if self._tokens:
            parts.append(f"{self._tokens / took:,.0f} tok/s")
        memory = self._memory()
        if memory:
            parts.append(f"GPU {memory}")
        return f"{self._stage}: " + ", ".join(parts)

    def _show(self, now: float) -> None:
        text = self.line(now)
        if not self._terminal:
            self._write(text)
            return
        full = round(_BAR * min(self._done / self._total, 1.0)) if self._total else 0
        self._stream.write(f"\r\x1b[K{'━' * full}{'╌' * (_BAR - full)} {text}")
        self._stream.flush()
        self._open = True

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


class NotesOnly:
    """The progress that a backend is given where the run counts cells itself, so that nothing is counted twice."""

    def __init__(self, reporter: Progress) -> None:
        self._reporter = reporter

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Counted by the run."""

    def note(self, text: str) -> None:
        """Passed on."""
        self._reporter.note(text)
