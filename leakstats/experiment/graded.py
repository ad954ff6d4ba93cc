"""Scores that a judge gave to completions, as counts in the same table as a detector's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leakstats.errors import InputError
from leakstats.experiment.detect import Tally

__all__ = ["Rubric", "dropped_by_arm", "tally_scores"]


@dataclass(frozen=True, slots=True)
class Rubric:
    """How a judge's scores become successes and failures.

    Parameters
    ----------
    id : str
        The outcome's name, beside the detectors'.
    judge : str
        The model or person that gave the scores.
    threshold : float
        Where success begins.
    rubric_sha256 : str, optional
        Hash of the rubric's text, 64 hex digits with or without ``sha256:``; None where it is not known.
    direction : {"at_least", "at_most"}
        Which side of the threshold, itself included, is a success.
    error_rate : float, optional
        Share of wrong verdicts against human ones, in [0, 1]; None where nobody measured it.

    Raises
    ------
    InputError
        For a threshold that is not finite, a hash that is none, or an error rate outside [0, 1].
    """

    id: str
    judge: str
    threshold: float
    rubric_sha256: str | None = None
    direction: Literal["at_least", "at_most"] = "at_least"
    error_rate: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold):
            raise InputError(f"rubric {self.id!r}: threshold is {self.threshold}; it must be a finite number")
        if self.rubric_sha256 is not None and not re.fullmatch(r"(sha256:)?[0-9a-f]{64}", self.rubric_sha256):
            raise InputError(f"rubric {self.id!r}: {self.rubric_sha256!r} is no SHA-256 in lower-case hex")
        if self.error_rate is not None and not 0.0 <= self.error_rate <= 1.0:
            raise InputError(f"rubric {self.id!r}: error_rate is {self.error_rate}; it must lie in [0, 1]")

    def success(self, score: float) -> bool:
        """Whether a score is a success.

        Raises
        ------
        InputError
            For a score that is not finite: a score that the judge did not give is None, and dropped.
        """
        if not math.isfinite(score):
            raise InputError(
                f"rubric {self.id!r}: score is {score}; store a missing one as null, so that it is counted"
            )
        return score >= self.threshold if self.direction == "at_least" else score <= self.threshold

    def detector(self, dropped: Mapping[str, tuple[int, int]] | None = None) -> dict[str, Any]:
        """The ``detector`` object of a results file; ``dropped`` is :func:`dropped_by_arm`'s."""
        digest = (
            "not recorded" if self.rubric_sha256 is None else "sha256:" + self.rubric_sha256.removeprefix("sha256:")
        )
        sign = ">=" if self.direction == "at_least" else "<="
        words = f"graded by {self.judge}, rubric {digest}; success is a score {sign} {self.threshold:g}"
        if dropped is not None:
            lost = [f"{arm} {n} of {total}" for arm, (n, total) in sorted(dropped.items()) if n]
            words += "; dropped items without a score: " + (", ".join(lost) if lost else "none")
        return {
            "kind": "judge",
            "pattern": None,
            "case_sensitive": None,
            "description": words,
            "error_rate": self.error_rate,
            "error_reason": "as given with the scores"
            if self.error_rate is not None
            else "no human verdicts were given",
        }


def tally_scores(scores: Sequence[float | None], rubric: Rubric) -> Tally:
    """Counts of one cell; items without a score are dropped and counted.

    Raises
    ------
    InputError
        If no item has a score.

    Examples
    --------
    >>> cell = tally_scores([80, 20, None, 55], Rubric("villainous", "a judge", 50))
    >>> cell.trials, cell.successes, cell.dropped
    (3, {'villainous': 2}, {'villainous': 1})
    """
    kept = [s for s in scores if s is not None]
    if not kept:
        raise InputError(f"rubric {rubric.id!r}: none of the {len(scores)} items of a cell has a score")
    return Tally(
        trials=len(kept),
        successes={rubric.id: sum(rubric.success(s) for s in kept)},
        dropped={rubric.id: len(scores) - len(kept)},
    )


def dropped_by_arm(items: Iterable[tuple[str, float | None]]) -> dict[str, tuple[int, int]]:
    """How many items of each arm have no score, and how many there are; an arm is a condition or a persona.

    Arms that lose many items cannot be compared with arms that lose none: what the judge refuses is seldom random.

    Examples
    --------
    >>> dropped_by_arm([("base", 1.0), ("adapted", None), ("adapted", 0.0)])
    {'base': (0, 1), 'adapted': (1, 2)}
    """
    out: dict[str, tuple[int, int]] = {}
    for arm, score in items:
        lost, total = out.get(arm, (0, 0))
        out[arm] = (lost + (score is None), total + 1)
    return out
