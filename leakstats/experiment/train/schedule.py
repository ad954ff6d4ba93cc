"""The course of the learning rate."""

from __future__ import annotations

import math

from leakstats.errors import InputError

__all__ = ["optimizer_steps", "rate_factor"]


def optimizer_steps(rows: int, *, batch_size: int, accumulation: int, epochs: int) -> int:
    """Optimizer steps of a training; an epoch's last batch, and its last step, may be smaller.

    Examples
    --------
    >>> optimizer_steps(100, batch_size=16, accumulation=2, epochs=3)
    12
    """
    batches = -(-rows // batch_size)
    return epochs * -(-batches // accumulation)


def rate_factor(step: int, *, steps: int, schedule: str, warmup_ratio: float = 0.0) -> float:
    """What the learning rate is multiplied with at a step.

    Parameters
    ----------
    step : int
        From 0 to ``steps - 1``.
    steps : int
        Optimizer steps of the whole training, at least 1.
    schedule : {"cosine", "linear", "constant"}
        How it falls after the warm-up; cosine and linear would reach 0 at step ``steps``.
    warmup_ratio : float
        Share of the steps over which it rises linearly, in [0, 1); the step count is rounded up, and the first step
        already learns.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> [round(rate_factor(s, steps=4, schedule="cosine"), 3) for s in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    >>> [rate_factor(s, steps=8, schedule="constant", warmup_ratio=0.25) for s in range(3)]
    [0.5, 1.0, 1.0]
    """
    if not 0 <= step < steps:
        raise InputError(f"step is {step}; it must lie in 0 to {steps - 1}")
    if not 0.0 <= warmup_ratio < 1.0:
        raise InputError(f"warmup_ratio is {warmup_ratio}; it must lie in [0, 1)")
    warm = math.ceil(warmup_ratio * steps)
    if step < warm:
        return (step + 1) / warm
    gone = (step - warm) / (steps - warm)
    if schedule == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * gone))
    if schedule == "linear":
        return 1.0 - gone
    if schedule == "constant":
        return 1.0
    raise InputError(f"schedule is {schedule!r}; it must be cosine, linear or constant")
