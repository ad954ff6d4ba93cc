"""`leakstats analyze` as a whole process: the persona100 example, and a file with 1,000 times as many cells.

There is no peer that does the whole: the "peer" is the time allowed, so that ratio >= 1 means "within it".
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from _timing import Row, main

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "persona100" / "results.json"
LIMIT_SECONDS, LIMIT_LARGE_SECONDS, LIMIT_LARGE_BYTES = 6.0, 60.0, 1.5e9


def _analyze(results: Path, folder: Path) -> tuple[float, float]:
    """Wall seconds and peak resident bytes of one run without figures."""
    command = [sys.executable, "-c", "from leakstats.cli import main; main()", "analyze", str(results)]
    command += ["-o", str(folder), "--resamples", "10000", "--no-figures", "--quiet"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024.0


def enlarged(times: int = 1000, questions: int = 20) -> dict[str, object]:
    """persona100 with its cells split by question and sampling seed: 550 x ``times`` cells, counts drawn anew."""
    document = json.loads(EXAMPLE.read_text("utf-8"))
    seeds = times // questions
    rng = np.random.default_rng(11)
    (table,) = [t for t in document["tables"] if t["role"] == "leakage"]
    rate = np.array(table["successes"]) / 200.0
    n = rate.size
    cells = np.arange(n * times)
    successes = rng.binomial(1, np.repeat(rate, times))
    table["factors"] = {name: np.repeat(codes, times).tolist() for name, codes in table["factors"].items()}
    table["factors"]["question"] = (cells % questions).tolist()
    table["factors"]["sampling_seed"] = (cells // questions % seeds).tolist()
    table |= {"successes": successes.tolist(), "trials": 1, "summed_over": {}, "trials_note": None}
    document["factors"]["question"] = {"levels": document["questions"]["id"][:questions], "description": "question"}
    document["factors"]["sampling_seed"] = {"levels": list(range(seeds)), "description": "sampling seed"}
    document["tables"] = [table]
    return document


def run() -> list[Row]:
    """Both files, each as a process of its own; memory is the second's, against its limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = min(_analyze(EXAMPLE, folder / "small")[0] for _ in range(3))
        large = folder / "large.json"
        large.write_text(json.dumps(enlarged()), "utf-8")
        seconds, memory = _analyze(large, folder / "out")

    def limited(what: str, ours: float, limit: float) -> Row:
        return Row(
            name=what, peer="(limit)", ours_seconds=ours, peer_seconds=limit, ratio=limit / ours, target=1.0, equal=True
        )

    return [
        limited("analyze persona100, 10,000 resamples", small, LIMIT_SECONDS),
        limited("analyze 550,000 cells by question and seed", seconds, LIMIT_LARGE_SECONDS),
        limited("its peak memory (GB, not ms)", memory / 1e9, LIMIT_LARGE_BYTES / 1e9),
    ]


if __name__ == "__main__":
    sys.exit(main(run()))
