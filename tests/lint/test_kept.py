"""Expressions whose code is kept: the same as compiled ones, never wrong, and written only where byte code is."""

from __future__ import annotations

import marshal
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from leakstats import keeping
from leakstats.keeping import Store
from leakstats.lint import kept
from leakstats.lint.kept import Kept

PATTERNS = [
    (r"(?P<sign>[-+−])?(?P<body>\d+)", 0),
    (r"\b(?:rise|Fällt|ſ)\w*(?!\d)", re.IGNORECASE),
    (r"(?im)^(a)|(?<=b)c{2,5}?\1?", 0),
    (r"[^\W_]+(?:['’]s)?", re.ASCII | re.DOTALL),
    ("", 0),
]
TEXT = "Fällt to −12, then bccc\nAa RISES by 3'S"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "expressions.re"


def _kept(path: Path) -> Kept:
    return Kept(Store(path))


def _entries(path: Path) -> dict[object, object]:
    return Store(path)._kept


def _saved(path: Path) -> None:
    first = _kept(path)
    for pattern, flags in PATTERNS:
        first.compile(pattern, flags)
    first.save()


def _forbidden(*_: object) -> None:
    raise AssertionError("compiled although it was kept")


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
def test_a_kept_expression_is_the_compiled_one(path: Path, pattern: str, flags: int, monkeypatch) -> None:
    _saved(path)
    real, entry = re.compile(pattern, flags), kept._entry(pattern, flags)
    monkeypatch.setattr(re, "compile", _forbidden)
    monkeypatch.setattr(kept, "_entry", _forbidden)
    ours = _kept(path).compile(pattern, flags)
    assert ours == kept._made(pattern, entry)  # flags, code and pattern
    assert (ours.pattern, ours.flags) == (real.pattern, real.flags)
    assert (ours.groups, dict(ours.groupindex)) == (real.groups, dict(real.groupindex))
    assert [(m.span(), m.groupdict(), m.lastgroup) for m in ours.finditer(TEXT)] == [
        (m.span(), m.groupdict(), m.lastgroup) for m in real.finditer(TEXT)
    ]


def test_a_flag_makes_another_expression(path: Path) -> None:
    _saved(path)
    pattern = PATTERNS[1][0]
    assert [bool(_kept(path).compile(pattern, flags).search("RISES")) for flags in (0, re.IGNORECASE)] == [False, True]


def test_two_processes_keep_what_both_compiled(path: Path) -> None:
    one, other = _kept(path), _kept(path)
    for store, pattern in ((one, "a+"), (other, "b+")):
        store.compile(pattern, 0)
    one.save()
    other.save()
    assert set(_entries(path)) == {("a+", 0), ("b+", 0)}


def test_nothing_new_writes_nothing(path: Path) -> None:
    _saved(path)
    path.chmod(0o444)
    before = path.stat()
    again = _kept(path)
    again.compile(*PATTERNS[0])
    again.save()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no marshal",
        marshal.dumps(1),
        marshal.dumps((keeping._VERSION, [])),
        marshal.dumps((("0", "other"), {("a+", 0): kept._entry("b+", 0)})),
        marshal.dumps((keeping._VERSION, {("a+", 0): None})),
        marshal.dumps((keeping._VERSION, {("a+", 0): (32, b"\xff" * 7, 0, {}, (None,))})),
        marshal.dumps((keeping._VERSION, {("a+", 0): (32, b"\xff" * 8, 0, {}, (None,))})),
        marshal.dumps((keeping._VERSION, {("a+", 0): (32, b"", "no", {}, 3)})),
    ],
    ids=range(9),
)
def test_what_is_no_code_is_compiled(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = _kept(path)
    assert store.compile("a+", 0).findall("baa") == ["aa"]
    store.save()
    assert _entries(path)[("a+", 0)] == kept._entry("a+", 0)


def test_another_way_to_compile_keeps_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = kept._entry("b+", 0)
    for entry in (lambda *a, **k: wrong, lambda *a, **k: import_module("re.of_another_day")):
        kept._is_as_in_re.cache_clear()
        monkeypatch.setattr(kept, "_entry", entry)
        store = _kept(path)
        assert store.compile("a+", 0) == re.compile("a+")
        store.save()
        assert _entries(path) == {}
    kept._is_as_in_re.cache_clear()


@pytest.mark.parametrize("pattern", ["a(", "[b-a]", r"\q", "(?P<x>a)(?P<x>b)"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(re.error):
        Kept(Store(None)).compile(pattern, 0)


def test_a_second_run_compiles_no_expression_of_the_linter(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Rates rise (LOW confidence)\n\nThe nurse rose from 12% to 57% (n = 100), the highest of 4.\n")
    script = (
        "import sys, re\nfrom leakstats.lint.engine import Options, lint_paths\nfrom leakstats.lint.kept import KEPT\n"
        "from leakstats.lint import kept\nmade, real = [], kept._entry\n"
        "kept._entry = lambda *a, **k: made.append(a) or real(*a, **k)\n"
        "lint_paths([sys.argv[1]], Options(), stdin=sys.stdin.buffer)\n"
        "print(len(made), len(KEPT._store), KEPT._store.path)"
    )
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = str(tmp_path / "cache")
    said = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script, str(page)], capture_output=True, text=True, check=True, env=env
        )
        said.append(done.stdout.split(maxsplit=2))
    assert Path(said[1][2].strip()).is_relative_to(tmp_path)
    assert int(said[0][0]) > 100
    assert said[0][1] == "0"
    assert said[1][0] == "0"
