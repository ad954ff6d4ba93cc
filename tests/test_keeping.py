"""What a start keeps lies where byte code does, else in the user's cache, and is never another's."""

from __future__ import annotations

import marshal
import os
import sys
from pathlib import Path

import pytest

from leakstats import keeping
from leakstats.keeping import Store, kept_file


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of byte code, in an environment that says nothing of where to keep things."""
    folder = tmp_path / "installed" / "__pycache__"
    folder.mkdir(parents=True)
    assert keeping.__spec__ is not None
    monkeypatch.setattr(keeping.__spec__, "cached", str(folder / "keeping.cpython.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LEAKSTATS_CACHE_DIR", raising=False)
    return folder


def test_it_lies_beside_byte_code(beside: Path) -> None:
    assert kept_file("x.code") == beside / "x.code"


def test_where_python_writes_no_byte_code_it_lies_in_the_users_cache(
    beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    found = kept_file("x.code")
    assert found is not None
    assert found.parent.parent == tmp_path / "cache" / "leakstats"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = kept_file("x.code")
    assert found is not None
    assert found.is_relative_to(tmp_path / "home" / ".cache" / "leakstats")
    beside.rmdir()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert kept_file("x.code") == found  # there is no folder of byte code


def test_the_user_says_where_or_that_nothing_is_kept(
    beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAKSTATS_CACHE_DIR", str(tmp_path / "mine"))
    assert kept_file("x.code") == tmp_path / "mine" / "x.code"
    monkeypatch.setenv("LEAKSTATS_CACHE_DIR", "")
    assert kept_file("x.code") is None


def test_what_is_kept_is_found_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "there"
    one, other = Store(path), Store(path)
    assert one.get("a") is None
    one.add("a", 1)
    other.add(("b", 2), [b"bytes"])
    one.save()
    other.save()
    again = Store(path)
    assert (again.get("a"), again.get(("b", 2)), len(again)) == (1, [b"bytes"], 2)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_store_without_a_file_or_with_one_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (None, tmp_path / "file" / "below"):
        store = Store(path)
        store.add("a", 1)
        store.save()
        assert Store(path).get("a") is None


@pytest.mark.parametrize(
    "content", [b"", b"no marshal", marshal.dumps(1), marshal.dumps((("0", "x", 0), {"a": 1})),
                marshal.dumps((keeping._VERSION, ["a"]))],
    ids=range(5),
)  # fmt: skip
def test_what_is_none_of_ours_is_not_read_and_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept"
    path.write_bytes(content)
    store = Store(path)
    assert store.get("a") is None
    store.add("a", 2)
    store.save()
    assert Store(path).get("a") == 2


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_a_file_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "kept")
    store.add("a", 1)
    store.save()
    owner = (tmp_path / "kept").stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert Store(tmp_path / "kept").get("a") == (1 if owner == 0 else None)  # the administrator's is trusted
