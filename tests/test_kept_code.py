"""A command's modules come from kept code, unless their source has changed."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from pathlib import Path

from leakstats.keeping import Store

_RUN = (
    "import sys\nfrom leakstats.kept_code import kept_code\n"
    "with kept_code('x'):\n    import leakstats.probe, leakstats.inner.deep as deep\n"
    "print(leakstats.probe.VALUE, deep.VALUE, leakstats.inner.__path__[0][-5:], leakstats.probe.__spec__.origin[-8:])\n"
    "print([type(f).__name__ for f in sys.meta_path].count('_Finder'))"
)


def _package(root: Path) -> Path:
    """A leakstats of three modules, with the real modules that keep code."""
    here = Path(__file__).parents[1] / "leakstats"
    package = root / "leakstats"
    (package / "inner").mkdir(parents=True)
    for name in ("__init__.py", "keeping.py", "kept_code.py", "lazy.py"):
        (package / name).write_bytes((here / name).read_bytes())
    (package / "probe.py").write_text("VALUE = 'old'\n")
    (package / "inner" / "__init__.py").write_text("")
    (package / "inner" / "deep.py").write_text("VALUE = 1\n")
    return package


def _done(root: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LEAKSTATS_CACHE_DIR": str(root / "cache")}
    return subprocess.run(
        [sys.executable, "-S", "-c", _RUN], capture_output=True, text=True, env=env, cwd=root, check=False
    )


def _run(root: Path) -> list[str]:
    done = _done(root)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:2]


def _store(root: Path) -> Store:
    return Store(root / "cache" / "x.code")


def test_a_second_run_takes_the_code_that_was_kept(tmp_path: Path) -> None:
    package = _package(tmp_path)
    first = _run(tmp_path)
    assert first == ["old 1 inner probe.py", "0"]
    assert {"leakstats.probe", "leakstats.inner", "leakstats.inner.deep"} == set(_store(tmp_path)._kept)
    # other code for the same source shows that it is taken from there
    origin, is_package, stamp, _ = _store(tmp_path).get("leakstats.probe")
    changed = _store(tmp_path)
    code = marshal.dumps(compile("VALUE = 'kept'", origin, "exec"))
    changed.add("leakstats.probe", (origin, is_package, stamp, code))
    changed.save()
    assert _run(tmp_path) == ["kept 1 inner probe.py", "0"]
    (package / "probe.py").write_text("VALUE = 'new one'\n")
    assert _run(tmp_path) == ["new one 1 inner probe.py", "0"]
    assert _store(tmp_path).get("leakstats.probe")[2] != stamp
    (package / "inner" / "deep.py").rename(package / "inner" / "other.py")
    assert "No module named 'leakstats.inner.deep'" in _done(tmp_path).stderr


def test_broken_code_is_compiled_again(tmp_path: Path) -> None:
    _package(tmp_path)
    right = _run(tmp_path)
    for broken in ((), 3, ("only one",)):
        store = _store(tmp_path)
        store.add("leakstats.probe", broken)
        store.save()
        assert _run(tmp_path) == right
    origin, is_package, stamp, code = _store(tmp_path).get("leakstats.probe")
    for other in (b"", code[:20], b"i\x01\x00\x00\x00"):
        store = _store(tmp_path)
        store.add("leakstats.probe", (origin, is_package, stamp, other))
        store.save()
        assert _run(tmp_path) == right
        assert _store(tmp_path).get("leakstats.probe")[3] == code
