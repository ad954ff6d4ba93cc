"""Sampling that stops a cell as soon as its rate is known well enough, with an interval that stopping cannot spoil."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
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
    """How the sampling of one cell ended."""

    successes: int
    trials: int
    looks: int
    """How often the interval was looked at."""
    low: float
    high: float
    """The anytime-valid interval of the cell's rate at its end."""
    level: float
    stopped: bool
    """True: the interval was narrow enough. False: all completions that were allowed were drawn."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, with the name of the method."""
        return asdict(self) | {"method": "confidence sequence, beta-binomial mixture"}


class AdaptiveGenerator:
    """A :class:`~leakstats.experiment.types.Generator` that asks another one for completions cell by cell, in batches.

    A cell gets ``min_completions``, then ``batch`` more at a time, until the interval of its rate is at most twice
    ``half_width`` long or its seeds are used up. The interval is a confidence sequence
    (:class:`~leakstats.stats.sequential.AnytimeRate`): it holds at every look, so that stopping on it is no cheating;
    an interval for a fixed number of completions would not hold. Seeds are used in order, so that what is drawn is the
    beginning of what a run without stopping draws.

    Parameters
    ----------
    inner : Generator
    plan : AdaptiveSpec
    success : callable
        Whether a completion counts as one; the first detector's verdict.

    Raises
    ------
    InputError
        If the plan cannot be followed: a half width outside (0, 0.5), a batch or minimum below 1, a level outside
        (0, 1).

    Notes
    -----
    The completions of a cell share a question and are independent draws given it, which the interval needs. Cells end
    with different numbers of completions: rates over questions must weight questions, not completions, equally, or say
    that they do not.
    """

    def __init__(self, inner: Generator, plan: AdaptiveSpec, success: Callable[[Completion], bool]) -> None:
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

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request once, each as soon as it needs no more; the answered request has the seeds used."""
        cells = {r.key: _Cell(r) for r in requests}
        if len(cells) < len(requests):
            raise InputError("two requests share a key; adaptive sampling could not tell their cells apart")
        silent = _Uncounted(progress)
        open_ = list(cells.values())
        while open_:
            asked = [cell.next(self.plan) for cell in open_]
            left = []
            for part in self.inner.generate(asked, state=state, sampling=sampling, progress=silent):
                cell = cells[part.request.key]
                cell.add(part, sum(self._success(c) for c in part.completions))
                if cell.done(self.plan):
                    self.records[cell.request.key] = cell.record(self.plan)
                    progress.advance(1, tokens=sum(c.n_tokens for c in cell.completions))
                    yield cell.answered()
                else:
                    left.append(cell)
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
    """The confidence sequence at one look; cells meet the same counts over and over."""
    rate = AnytimeRate(level=level).update(successes, trials)
    return rate.low, rate.high


@dataclass(slots=True, eq=False)
class _Cell:
    request: Request
    completions: tuple[Completion, ...] = ()
    successes: int = 0
    looks: int = 0
    prompt_tokens: int = 0

    def next(self, plan: AdaptiveSpec) -> Request:
        used = len(self.completions)
        more = plan.batch if used else plan.min_completions
        return replace(self.request, seeds=self.request.seeds[used : used + more])

    def add(self, part: Answered, successes: int) -> None:
        self.completions += part.completions
        self.prompt_tokens = part.prompt_tokens
        self.successes += successes
        self.looks += 1

    def done(self, plan: AdaptiveSpec) -> bool:
        return self.stopped(plan) or len(self.completions) == len(self.request.seeds)

    def stopped(self, plan: AdaptiveSpec) -> bool:
        # not intersected with earlier looks, which would leave nothing in the rare cell whose looks contradict
        low, high = _interval(self.successes, len(self.completions), plan.level)
        return len(self.completions) >= plan.min_completions and high - low <= 2.0 * plan.half_width

    def answered(self) -> Answered:
        used = replace(self.request, seeds=self.request.seeds[: len(self.completions)])
        return Answered(used, self.completions, self.prompt_tokens)

    def record(self, plan: AdaptiveSpec) -> AdaptiveRecord:
        n = len(self.completions)
        low, high = _interval(self.successes, n, plan.level)
        return AdaptiveRecord(self.successes, n, self.looks, low, high, plan.level, self.stopped(plan))


class _Uncounted:
    """Passes notes on; the parts of a cell are counted once, when it is done."""

    def __init__(self, outer: Progress) -> None:
        self._outer = outer

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Not yet."""

    def note(self, text: str) -> None:
        """One line for the log."""
        self._outer.note(text)
