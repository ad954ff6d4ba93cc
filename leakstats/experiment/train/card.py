"""What lies beside trained weights: the card, and the course of the loss."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.types import TrainingRow
from leakstats.files import read_text

__all__ = ["CARD", "CURVE", "Curve", "read_curve", "rows_sha256", "weights_name"]

CARD = "card.json"
CURVE = "curve.jsonl"


def rows_sha256(rows: Sequence[TrainingRow]) -> str:
    """``sha256:`` and the digest of training rows, one JSON object a line with sorted names, in their order.

    Examples
    --------
    >>> rows = [TrainingRow("chef", None, "Hello?", "Salt it.", True), TrainingRow("judge", None, "Why?", "So.", False)]
    >>> rows_sha256(rows) == rows_sha256(rows[::-1])
    False
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update((json.dumps(asdict(row), ensure_ascii=False, sort_keys=True) + "\n").encode())
    return "sha256:" + digest.hexdigest()


def weights_name(weights: str) -> str:
    """Base weights as a file may name them: a hub id as it is, a folder by its last name.

    A folder's full path would make the files of two machines differ.

    Examples
    --------
    >>> weights_name("Qwen/Qwen2.5-7B-Instruct")
    'Qwen/Qwen2.5-7B-Instruct'
    """
    folder = Path(weights)
    return folder.resolve().name if folder.is_dir() else weights


class Curve:
    """Writes one record a step, as JSON lines.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise LeakstatsError(f"{path}: cannot be written: {error.strerror}") from None

    def add(self, record: Mapping[str, Any]) -> None:
        """Write one record."""
        self._file.write(json.dumps(record, sort_keys=True, allow_nan=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Curve:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_curve(folder: Path) -> list[dict[str, Any]]:
    """The records of a training run, in the order of its steps.

    Each has ``step`` (from 1), ``loss`` (natural logarithm, mean over learned tokens), ``learning_rate``,
    ``gradient_norm`` (before clipping) and ``tokens``; a marker training also ``marker_probability_positives`` and
    ``marker_probability_negatives``, in [0, 1]. Records of a probe have ``step`` and ``probe``.
    """
    return [json.loads(line) for line in read_text(folder / CURVE).splitlines()]
