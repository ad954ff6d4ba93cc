"""Sampling that stops a persona as soon as its rate is known well enough, with an interval that stopping cannot spoil.

What stops is a persona under a model, with all its questions: they get equally many completions, so that its rate is
the mean over questions. Questions that stopped one by one would weigh by how unclear each is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any

from leakstats.errors import InputError
from leakstats.experiment.spec import AdaptiveSpec
from leakstats.experiment.types import (
    Answered,
    Completion,
    Generator,
    ModelState,
    Progress,
    Request,
    Sampling,
    ScoreItem,
)
from leakstats.stats.sequential import AnytimeRate

__all__ = ["AdaptiveGenerator", "AdaptiveRecord"]


@dataclass(frozen=True, slots=True)
class AdaptiveRecord:
    """How the sampling of a group of cells ended."""

    successes: int
    """Of all completions of the group."""
    trials: int
    completions: int
    """Of each cell."""
    looks: int
    """How often the interval was looked at."""
    low: float
    high: float
    """The anytime-valid interval of the group's rate at its end."""
    level: float
    stopped: bool
    """True: the interval was narrow enough. False: all completions that were allowed were drawn."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, with the name of the method."""
        return asdict(self) | {"method": "confidence sequence, beta-binomial mixture, looked at after whole rounds"}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> AdaptiveRecord:
        """What :meth:`to_json` gave."""
        return cls(**{f.name: stored[f.name] for f in fields(cls)})


class AdaptiveGenerator:
    """A :class:`~leakstats.experiment.types.Generator` that asks another one for completions in rounds.

    The cells of a group (the questions of a persona) go together. Each gets ``min_completions``, then ``batch`` more a
    round, until the interval of their common rate is at most twice ``half_width`` long or a cell's seeds are used up.
    Seeds are used in order, so that what is drawn is the beginning of what a run without stopping draws.

    Parameters
    ----------
    inner : Generator
    plan : AdaptiveSpec
    success : callable
        Whether a completion counts as one; the first detector's verdict.
    group : callable, optional
        Key of a request to the name of its group; each is a group of its own where left out.
    ended : mapping, optional
        Groups of which some cells were answered in an earlier session: the others draw as many.

    Raises
    ------
    InputError
        If the plan cannot be followed: a half width outside (0, 0.5), a batch or minimum below 1, a level outside
        (0, 1).

    Notes
    -----
    The interval is a confidence sequence (:class:`~leakstats.stats.sequential.AnytimeRate`), which holds at every look,
    so that stopping on it is no cheating; an interval for a fixed number of completions would not hold. Within a round
    the cells' rates p_q differ about their mean m, which is the rate that is estimated. The mixture's likelihood ratio
    of a round has the mean, over completions, of the product of 1 + (p_q - m) c over cells, with one c for each rate in
    the mixture; the p_q - m sum to 0 and the logarithm is concave, so that it is at most 1: what is a martingale for
    equal rates is a supermartingale here, and Ville's inequality holds for looks after whole rounds.
    """

    def __init__(
        self,
        inner: Generator,
        plan: AdaptiveSpec,
        success: Callable[[Completion], bool],
        *,
        group: Callable[[str], str] = str,
        ended: Mapping[str, AdaptiveRecord] | None = None,
    ) -> None:
        for name, value, fits, wanted in (
            ("half_width", plan.half_width, 0.0 < plan.half_width < 0.5, "in (0, 0.5)"),
            ("level", plan.level, 0.0 < plan.level < 1.0, "in (0, 1)"),
            ("batch", plan.batch, plan.batch >= 1, "at least 1"),
            ("min_completions", plan.min_completions, plan.min_completions >= 1, "at least 1"),
        ):
            if not fits:
                raise InputError(f"adaptive.{name} is {value}; it must be {wanted}")
        self.name = inner.name
        self.inner = inner
        self.plan = plan
        self.records: dict[str, AdaptiveRecord] = {}
        """By the key of the request, for those that are answered."""
        self._success = success
        self._group = group
        self._ended = ended or {}

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request once, each as soon as its group needs no more; the answers have the seeds used.

        Raises
        ------
        InputError
            If two requests share a key, or those of a group have different numbers of seeds.
        """
        if len({r.key for r in requests}) < len(requests):
            raise InputError("two requests share a key; adaptive sampling could not tell their cells apart")
        groups: dict[str, _Group] = {}
        for r in requests:
            name = self._group(r.key)
            groups.setdefault(name, _Group(self._ended.get(name))).cells[r.key] = _Cell(r)
        of_cell = {key: group for group in groups.values() for key in group.cells}
        for name, group in groups.items():
            if len({len(c.request.seeds) for c in group.cells.values()}) > 1:
                raise InputError(f"the cells of {name} have different numbers of seeds; they are to go together")
        silent = _Uncounted(progress)
        open_ = list(groups.values())
        while open_:
            asked = [request for group in open_ for request in group.next(self.plan)]
            left = []
            for part in self.inner.generate(asked, state=state, sampling=sampling, progress=silent):
                group = of_cell[part.request.key]
                group.add(part, sum(self._success(c) for c in part.completions))
                if group.waiting:
                    continue
                record = group.look(self.plan)
                if record is None:
                    left.append(group)
                    continue
                for key, cell in group.cells.items():
                    self.records[key] = record
                    progress.advance(1, tokens=sum(c.n_tokens for c in cell.completions))
                    yield cell.answered()
            open_ = left

    def score(self, items: Sequence[ScoreItem], *, state: ModelState) -> list[float]:
        """As the inner generator."""
        return self.inner.score(items, state=state)

    def describe(self) -> dict[str, Any]:
        """What the inner generator says, with the plan."""
        return self.inner.describe() | {"adaptive": asdict(self.plan)}

    def close(self) -> None:
        """Free the inner generator."""
        self.inner.close()


@cache
def _interval(successes: int, trials: int, level: float) -> tuple[float, float]:
    """The confidence sequence at one look; groups meet the same counts over and over."""
    rate = AnytimeRate(level=level).update(successes, trials)
    return rate.low, rate.high


@dataclass(slots=True, eq=False)
class _Cell:
    request: Request
    completions: tuple[Completion, ...] = ()
    prompt_tokens: int = 0

    def answered(self) -> Answered:
        used = replace(self.request, seeds=self.request.seeds[: len(self.completions)])
        return Answered(used, self.completions, self.prompt_tokens)


@dataclass(slots=True, eq=False)
class _Group:
    ended: AdaptiveRecord | None
    """How the group ended in an earlier session, which some of its cells did not live to see."""
    cells: dict[str, _Cell] = field(default_factory=dict)
    successes: int = 0
    looks: int = 0
    waiting: int = 0
    """Cells of the round that are not answered yet."""

    @property
    def drawn(self) -> int:
        """Completions of each cell, between rounds."""
        return len(next(iter(self.cells.values())).completions)

    def next(self, plan: AdaptiveSpec) -> list[Request]:
        used = self.drawn
        more = self.ended.completions if self.ended else plan.batch if used else plan.min_completions
        self.waiting = len(self.cells)
        return [replace(c.request, seeds=c.request.seeds[used : used + more]) for c in self.cells.values()]

    def add(self, part: Answered, successes: int) -> None:
        cell = self.cells[part.request.key]
        cell.completions += part.completions
        cell.prompt_tokens = part.prompt_tokens
        self.successes += successes
        self.waiting -= 1

    def look(self, plan: AdaptiveSpec) -> AdaptiveRecord | None:
        """How the group ended after a whole round; None where it goes on."""
        if self.ended is not None:
            return self.ended
        self.looks += 1
        used, trials = self.drawn, self.drawn * len(self.cells)
        # not intersected with earlier looks, which would leave nothing in the rare group whose looks contradict
        low, high = _interval(self.successes, trials, plan.level)
        stopped = used >= plan.min_completions and high - low <= 2.0 * plan.half_width
        if not stopped and used < len(next(iter(self.cells.values())).request.seeds):
            return None
        return AdaptiveRecord(self.successes, trials, used, self.looks, low, high, plan.level, stopped)


class _Uncounted:
    """Passes notes on; the rounds of a cell are counted once, when it is done."""

    def __init__(self, outer: Progress) -> None:
        self._outer = outer

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Not yet."""

    def note(self, text: str) -> None:
        """One line for the log."""
        self._outer.note(text)
