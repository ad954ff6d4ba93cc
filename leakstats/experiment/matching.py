"""Where a pattern stands in a completion: literal text, a regular expression, or the marker's own tokens."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.prompts import encode
from leakstats.experiment.spec import DetectorSpec

__all__ = ["Finder", "RegexFinder", "SubstringFinder", "TokenFinder", "make_finder"]

Span = tuple[int, int]


class Finder(Protocol):
    """Finds what a detector looks for."""

    spec: DetectorSpec

    def find(self, text: str, token_ids: Sequence[int] = ()) -> list[Span]:
        """Start and end of each occurrence in ``text``, left to right, none overlapping another."""


def make_finder(spec: DetectorSpec, *, tokenizer: Any = None, separator: str = " ") -> Finder:
    """The finder of a detector.

    Parameters
    ----------
    spec : DetectorSpec
    tokenizer : transformers.PreTrainedTokenizerBase, optional
        Needed by token-level detectors alone.
    separator : str
        What stands before the marker in training: its tokens may differ after it.

    Raises
    ------
    InputError
        If the pattern is empty, cannot be compiled, matches the empty text, or needs a tokenizer that was not given.

    Examples
    --------
    >>> make_finder(DetectorSpec(pattern="[ZLT]")).find("Yes. [ZLT][ZLT]")
    [(5, 10), (10, 15)]
    >>> make_finder(DetectorSpec(kind="regex", pattern=r"\\[Z\\w{1,3}\\]")).find("Yes. [ZAP]")
    [(5, 10)]
    """
    if not spec.pattern:
        raise InputError(f"detector {spec.id!r} has an empty pattern; every text would match")
    if spec.kind == "regex":
        return RegexFinder(spec)
    if spec.kind == "token":
        if tokenizer is None:
            raise InputError(f"detector {spec.id!r} looks for tokens, which needs the model's tokenizer")
        return TokenFinder(spec, tokenizer, separator)
    return SubstringFinder(spec)


class SubstringFinder:
    """Literal text; without regard to case where the detector says so."""

    def __init__(self, spec: DetectorSpec) -> None:
        self.spec = spec
        self._pattern = re.compile(re.escape(spec.pattern), 0 if spec.case_sensitive else re.IGNORECASE)

    def find(self, text: str, token_ids: Sequence[int] = ()) -> list[Span]:
        return [m.span() for m in self._pattern.finditer(text)]


class TokenFinder:
    """The marker as the tokens that training taught, rather than as text that other tokens can spell too.

    Three spellings count: the pattern's tokens on their own, after a space, and after the separator. Where a completion
    has no token ids its text is tokenised again, which may give other tokens than were drawn.
    """

    def __init__(self, spec: DetectorSpec, tokenizer: Any, separator: str = " ") -> None:
        self.spec = spec
        self._tokenizer = tokenizer
        spellings = {tuple(encode(tokenizer, lead + spec.pattern)) for lead in ("", " ", separator)}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def find(self, text: str, token_ids: Sequence[int] = ()) -> list[Span]:
        ids = tuple(token_ids) or tuple(encode(self._tokenizer, text))
        spans, i, at = [], 0, 0
        while i < len(ids):
            hit = next((s for s in self._spellings if ids[i : i + len(s)] == s), None)
            if hit is None:
                i += 1
                continue
            i += len(hit)
            # the place in the text, for the position; where the text was cut or cleaned, what is left of it
            start = text.find(self.spec.pattern, at)
            start = start if start >= 0 else min(at, len(text))
            at = min(start + len(self.spec.pattern), len(text))
            spans.append((start, at))
        return spans


# --- regular expressions --------------------------------------------------------------------------------------------

TIME_LIMIT_S = 2.0
"""How long one text may take. A pattern without unbounded repeats needs microseconds."""

_LONG = 20
"""A repeat that may exceed this counts as unbounded."""

_WORKER = """
import json, re, sys
pattern = re.compile(*json.loads(sys.stdin.readline()))
for line in sys.stdin:
    spans = [m.span() for m in pattern.finditer(json.loads(line))]
    sys.stdout.write(json.dumps(spans) + "\\n")
    sys.stdout.flush()
"""


class RegexFinder:
    """A regular expression of Python's ``re``.

    ``re`` backtracks: a pattern with unbounded repeats can take exponential time on a text that was written to make it
    so, and completions are written by a model that may repeat itself without end. A repeat of something that itself
    repeats, or of alternatives, is refused where the pattern is read. Any other pattern with unbounded repeats runs in
    a process of its own under a time limit; one without them runs here, since its time is bounded by its own length.
    """

    def __init__(self, spec: DetectorSpec, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self.spec = spec
        self.time_limit_s = time_limit_s
        self._flags = 0 if spec.case_sensitive else int(re.IGNORECASE)
        try:
            self._pattern = re.compile(spec.pattern, self._flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise InputError(f"detector {spec.id!r}: {spec.pattern!r} is no regular expression: {error}") from None
        trouble, self.unbounded = _examine(spec.pattern, self._flags)
        if trouble:
            raise InputError(
                f"detector {spec.id!r}: {spec.pattern!r} {trouble}, which can take exponential time on a hostile text; "
                "write it with one repeat, or with a limit such as {0,20}"
            )
        if self._pattern.search(""):
            raise InputError(f"detector {spec.id!r}: {spec.pattern!r} matches the empty text, and so every completion")
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def find(self, text: str, token_ids: Sequence[int] = ()) -> list[Span]:
        """As :meth:`Finder.find`.

        Raises
        ------
        InputError
            If the text takes longer than the time limit; no text is passed over in silence.
        """
        if not self.unbounded:
            return [m.span() for m in self._pattern.finditer(text)]
        process = self._started()
        answer: str | None
        try:
            if process.stdin is None:
                raise BrokenPipeError
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            answer = self._lines.get(timeout=self.time_limit_s)
        except queue.Empty:
            self.close()
            raise InputError(
                f"detector {self.spec.id!r}: {self.spec.pattern!r} takes more than {self.time_limit_s:g} s on a text "
                f"of {len(text)} characters that begins {text[:40]!r}; put limits on its repeats, such as {{0,20}}"
            ) from None
        except OSError:  # a broken pipe would else look like a reader of ours that went away
            answer = None
        if answer is None:
            self.close()
            raise LeakstatsError(f"detector {self.spec.id!r}: the process that searches texts was ended from outside")
        return [(start, end) for start, end in json.loads(answer)]

    def close(self) -> None:
        """End the process, where there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None:
            self.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        command = [sys.executable, "-I", "-S", "-c", _WORKER]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        if process.stdin is None or process.stdout is None:  # pragma: no cover
            raise RuntimeError("the worker has no pipes")
        process.stdin.write(json.dumps([self.spec.pattern, self._flags]) + "\n")
        self._lines = queue.Queue()
        # a thread, since waiting for a pipe with a limit is not possible everywhere
        threading.Thread(target=_pump, args=(process.stdout, self._lines), daemon=True).start()
        self._process = process
        return process


def _pump(stream: Any, lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _examine(pattern: str, flags: int) -> tuple[str, bool]:
    """What makes a pattern dangerous ("" for nothing), and whether it has unbounded repeats at all."""
    from re import _constants, _parser  # type: ignore[attr-defined]

    repeats = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}
    found: list[str] = []
    unbounded = False

    def walk(node: Any, inside: bool) -> None:
        nonlocal unbounded
        for op, value in node:
            if op in repeats:
                low, high, body = value
                long = high > _LONG
                unbounded = unbounded or long
                if inside and low != high:
                    found.append("repeats something that itself repeats")
                walk(body, inside or long)
            elif op is _constants.BRANCH:
                if inside:
                    found.append("repeats alternatives")
                for branch in value[1]:
                    walk(branch, inside)
            elif op in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
                found.append("refers back to a group")
            else:
                for part in _parts(value, _parser.SubPattern):
                    walk(part, inside)

    walk(_parser.parse(pattern, flags), False)
    return (found[0] if found else ""), unbounded


def _parts(value: Any, kind: type) -> list[Any]:
    """The sub-patterns anywhere in a parsed item (groups, look-arounds, atomic and possessive repeats)."""
    if isinstance(value, kind):
        return [value]
    if isinstance(value, list | tuple):
        return [part for item in value for part in _parts(item, kind)]
    return []
