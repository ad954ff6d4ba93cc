"""Run every benchmark and print the ratios: ``python -m benchmarks [NAME ...]``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from _timing import main as report  # noqa: E402  the folder is no package: its files also run alone


def names(wanted: list[str]) -> list[str]:
    """The modules to run: all ``bench_*``, or those whose name holds one of the given words."""
    found = sorted(p.stem for p in HERE.glob("bench_*.py"))
    return [n for n in found if not wanted or any(w in n for w in wanted)]


def run(wanted: list[str]) -> int:
    """1 if any result differs from its peer's or any target is missed."""
    chosen = names(wanted)
    if not chosen:
        print(f"no benchmark matches {wanted}; there are {', '.join(names([]))}", file=sys.stderr)
        return 2
    failed = 0
    for name in chosen:
        print(f"== {name}", flush=True)
        failed |= report(importlib.import_module(name).run())
    return failed


sys.exit(run(sys.argv[1:]))
