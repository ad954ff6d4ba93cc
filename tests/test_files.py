"""Writing never loses what was there, and what cannot work is said before the work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.analysis.commands import analyze
from leakstats.errors import LeakstatsError
from leakstats.files import writable_folder, write_bytes

ROOT = Path(__file__).resolve().parents[1]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    write_bytes(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LeakstatsError, match="No space left on device; nothing was changed"):
        write_bytes(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_that_is_a_file_is_refused_before_the_work(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("", "utf-8")
    with pytest.raises(LeakstatsError, match="choose another folder"):
        writable_folder(taken)
    got = CliRunner().invoke(analyze, [str(ROOT / "examples/persona100/results.json"), "-o", str(taken / "below")])
    assert isinstance(got.exception, LeakstatsError)


def test_a_new_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    assert list(writable_folder(tmp_path / "a" / "b").iterdir()) == []
