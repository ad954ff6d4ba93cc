"""Side-by-side timing of our code and a peer's in one process."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, TypedDict

__all__ = ["Row", "interleaved", "main", "row"]


class Row(TypedDict):
    """One measured comparison; ``ratio`` is peer / ours, ``equal`` whether the results agreed before timing."""

    name: str
    peer: str
    ours_seconds: float
    peer_seconds: float
    ratio: float
    target: float
    equal: bool


def interleaved(ours: Callable[[], Any], peer: Callable[[], Any], *, repeats: int = 5) -> tuple[float, float]:
    """Median seconds of each of two calls, run in turn ``repeats`` times after a warm-up of each.

    A call of either side that takes less than 5 ms is repeated until one timing lasts about that long, as ``timeit``
    does: a lone call of 0.1 ms is otherwise timed with the other side's data in the processor's caches.
    """
    calls = (ours, peer)
    numbers = []
    for call in calls:
        call()
        start = time.perf_counter()
        call()
        numbers.append(max(1, int(5e-3 / (time.perf_counter() - start))))
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for _ in range(repeats):
        for call, number, out in zip(calls, numbers, times, strict=True):
            start = time.perf_counter()
            for _ in range(number):
                call()
            out.append((time.perf_counter() - start) / number)
    return statistics.median(times[0]), statistics.median(times[1])


def row(
    name: str,
    peer_name: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    target: float,
    equal: bool,
    repeats: int = 5,
) -> Row:
    """Time the two and put the comparison together."""
    a, b = interleaved(ours, peer, repeats=repeats)
    return Row(name=name, peer=peer_name, ours_seconds=a, peer_seconds=b, ratio=b / a, target=target, equal=equal)


def main(rows: list[Row]) -> int:
    """Print the comparisons; 1 where a result differs or a target is missed."""
    failed = False
    for r in rows:
        met = r["equal"] and r["ratio"] >= r["target"]
        failed |= not met
        print(
            f"{r['name']:<44} {r['peer']:<28}"
            f" ours {1e3 * r['ours_seconds']:9.2f} ms  peer {1e3 * r['peer_seconds']:9.2f} ms"
            f"  ratio {r['ratio']:8.1f} (target {r['target']:g})  {'equal' if r['equal'] else 'DIFFERENT'}"
            f"  {'ok' if met else 'MISSED'}"
        )
    return int(failed)
