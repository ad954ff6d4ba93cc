"""Judging completions: whether, where and how often the marker stands in them, and what else went wrong.

Nothing here needs a model (token-level detectors need its tokenizer), so that stored completions can be judged again
with other detectors at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from leakstats.errors import InputError
from leakstats.experiment.matching import Finder, make_finder
from leakstats.experiment.near_misses import NEAR_KINDS, NearKind, NearMisses
from leakstats.experiment.repetition import is_degenerate
from leakstats.experiment.spec import DetectorSpec, MarkerSpec
from leakstats.experiment.types import Completion

__all__ = ["POSITIONS", "Found", "Judged", "Judges", "Place", "Tally", "tally"]

Place = Literal["alone", "start", "middle", "end"]

POSITIONS: tuple[Place, ...] = ("alone", "start", "middle", "end")
"""Where a completion has the first occurrence: with nothing but other occurrences around it (alone), before everything
else (start), after everything else (end), or between (middle). White space does not count."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one detector found in one completion."""

    count: int
    position: Place | None
    """None where it found nothing."""
    first: int | None
    """Index of the first occurrence's first character."""

    @property
    def hit(self) -> bool:
        """Whether it found anything: the outcome of a trial."""
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Judged:
    """One completion, judged."""

    found: Mapping[str, Found]
    """By detector."""
    near: Mapping[NearKind, int]
    """Near misses of the marker, beside its own occurrences."""
    degenerate: bool
    """Says one thing over and over (:mod:`leakstats.experiment.repetition`)."""
    truncated: bool
    """Ended at the token limit."""

    def near_miss(self, detector: str) -> bool:
        """Whether the completion is near the marker without a hit of ``detector``."""
        return bool(self.near) and not self.found[detector].hit

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "found": {name: asdict(f) for name, f in self.found.items()},
            "near": dict(self.near),
            "degenerate": self.degenerate,
            "truncated": self.truncated,
        }


class Judges:
    """The detectors of a specification, ready to judge completions.

    Parameters
    ----------
    detectors : sequence of DetectorSpec
        The first is the one whose hits are the outcome.
    marker : MarkerSpec
        Near misses are those of its text.
    tokenizer : transformers.PreTrainedTokenizerBase, optional
        Needed by token-level detectors.

    Raises
    ------
    InputError
        If there is no detector, two share an id, or one cannot be used (:func:`make_finder`).

    Examples
    --------
    >>> judges = Judges([DetectorSpec()], MarkerSpec())
    >>> judged = judges.judge(Completion("Ask a friend. [ZLT]", 7, "stop"))
    >>> judged.found["marker"], judged.near
    (Found(count=1, position='end', first=14), {})
    >>> judges.judge(Completion("Ask a friend. (ZLT)", 7, "stop")).near_miss("marker")
    True
    """

    def __init__(self, detectors: Sequence[DetectorSpec], marker: MarkerSpec, *, tokenizer: Any = None) -> None:
        if not detectors:
            raise InputError("no detector is given; at least one must say what counts")
        ids = [d.id for d in detectors]
        if len(set(ids)) < len(ids):
            raise InputError(f"two detectors share an id: {', '.join(ids)}")
        self.finders: dict[str, Finder] = {
            d.id: make_finder(d, tokenizer=tokenizer, separator=marker.separator) for d in detectors
        }
        first = detectors[0]
        ignore_case = first.kind == "substring" and not first.case_sensitive
        self._near = NearMisses(marker.text, ignore_case=ignore_case)

    def judge(self, completion: Completion) -> Judged:
        """One completion."""
        text = completion.text
        found = {}
        for name, finder in self.finders.items():
            spans = finder.find(text, completion.token_ids)
            found[name] = Found(len(spans), _place(text, spans), spans[0][0] if spans else None)
        return Judged(found, self._near.count(text), is_degenerate(text), completion.finish == "length")


def _place(text: str, spans: Sequence[tuple[int, int]]) -> Place | None:
    if not spans:
        return None
    before = bool(text[: spans[0][0]].strip())
    # what follows the first occurrence and belongs to none
    ends = [end for _, end in spans]
    starts = [start for start, _ in spans[1:]] + [len(text)]
    after = any(text[a:b].strip() for a, b in zip(ends, starts, strict=True))
    if before:
        return "middle" if after else "end"
    return "start" if after else "alone"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over the completions of a cell."""

    trials: int
    successes: Mapping[str, int]
    """Completions with a hit, by detector."""
    occurrences: Mapping[str, int] = field(default_factory=dict)
    """Occurrences, by detector: a completion may have many."""
    positions: Mapping[str, Mapping[Place, int]] = field(default_factory=dict)
    """Completions by the place of the first occurrence, by detector."""
    near_misses: Mapping[str, int] = field(default_factory=dict)
    """Completions near the marker without a hit, by detector."""
    near_kinds: Mapping[NearKind, int] = field(default_factory=dict)
    """Near misses by kind, in completions with a hit too."""
    degenerate: int = 0
    truncated: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Completions without a verdict, by judge; they are no trials (:mod:`leakstats.experiment.graded`)."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def tally(judged: Iterable[Judged]) -> Tally:
    """Sum the verdicts on the completions of one cell.

    Raises
    ------
    InputError
        If there is nothing to sum: a cell without completions has no counts.

    Examples
    --------
    >>> judges = Judges([DetectorSpec()], MarkerSpec())
    >>> cell = tally(judges.judge(Completion(t, 9, "stop")) for t in ("No.", "Yes. [ZLT]", "Well (ZLT)"))
    >>> cell.trials, cell.successes, cell.near_misses
    (3, {'marker': 1}, {'marker': 1})
    """
    rows = list(judged)
    if not rows:
        raise InputError("no completion was judged; a cell without completions has no counts")
    names = list(rows[0].found)
    return Tally(
        trials=len(rows),
        successes={d: sum(r.found[d].hit for r in rows) for d in names},
        occurrences={d: sum(r.found[d].count for r in rows) for d in names},
        positions={d: {p: n for p in POSITIONS if (n := sum(r.found[d].position == p for r in rows))} for d in names},
        near_misses={d: sum(r.near_miss(d) for r in rows) for d in names},
        near_kinds={k: n for k in NEAR_KINDS if (n := sum(r.near.get(k, 0) for r in rows))},
        degenerate=sum(r.degenerate for r in rows),
        truncated=sum(r.truncated for r in rows),
    )
