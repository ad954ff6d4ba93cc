"""Speed of the linter as a command: the start, one more page, many pages, and the memory they take.

The pages are the clean ones of ``lintbench``, each with its results file. Rows whose peer is a budget compare with a
number of seconds that was promised, not with a program. Starts and single pages are measured in the processor's time,
the least of many runs, because other work on the machine only ever adds; 500 pages by the clock. The memory is that of
the largest process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from _timing import Row, main  # noqa: E402
from lintbench.generate import generate  # noqa: E402

LINT = [str(Path(sys.executable).with_name("clean-result")), "lint", "--format", "json"]
IMPORT = [sys.executable, "-c", "import markdown_it"]
SIZE = 20 * 1024
MANY = 500
STARTS = 15
START_BUDGET, PAGE_BUDGET, MANY_BUDGET, MEMORY_MB = 0.5, 0.040, 12.0, 200


def _run(argv: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Seconds by the clock and of the processor, peak MB, and standard output of a process on at most two cores."""
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(
            argv,
            cwd=folder,
            stdout=out,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if child.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(argv[:3])} ... ended with status {child.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def _padded(text: str) -> str:
    """The page with more samples per condition until it has 20 KB: as long as pages become, and as clean."""
    fence = text.index("```\n", text.index("### Condition"))
    block = text[fence : text.index("\n```\n", fence) + 6]
    at = fence + len(block)
    return text[:at] + block * max(0, -(-(SIZE - len(text.encode())) // len(block.encode()))) + text[at:]


def _budget(name: str, budget: float, seconds: float, equal: bool) -> Row:
    return Row(name=name, peer=f"budget of {budget:g} s", ours_seconds=seconds, peer_seconds=budget,
               ratio=budget / seconds, target=1.0, equal=equal)  # fmt: skip


def run() -> list[Row]:
    """Cold start against a bare interpreter with the parser, then the three budgets and the memory."""
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        generate("academic", 1, folder, clean=25, rewrites=0, mutated=0)
        pages = sorted((folder / "docs").glob("c*.md"))
        big = folder / "docs" / "big.md"
        big.write_text(_padded(pages[0].read_text("utf-8")), "utf-8")
        copies = []
        for i in range(MANY):
            copies.append(folder / "docs" / f"x{i:03d}.md")
            copies[-1].write_bytes(pages[i % len(pages)].read_bytes())
        names = [str(p.relative_to(folder)) for p in copies]
        one = [*LINT, "docs/big.md"]
        first = json.loads(_run(one, folder)[3])["findings"]
        same = json.loads(_run(one, folder)[3])["findings"] == first
        starts = [(_run(one, folder), _run(IMPORT, folder)) for _ in range(STARTS)]
        ours, bare = (min(pair[i][1] for pair in starts) for i in (0, 1))
        start = Row(name="Lint a 20 KB page, cold start", peer="python -c 'import markdown_it'", ours_seconds=ours,
                    peer_seconds=bare, ratio=bare / ours, target=1 / 4, equal=same)  # fmt: skip
        fastest = min(pair[0][0] for pair in starts)
        single = min(_run([*LINT, names[0]], folder)[1] for _ in range(3))
        more = min(_run([*LINT, "--jobs", "1", *names[:41]], folder)[1] for _ in range(3))
        seconds, processor, memory, text = min(_run([*LINT, *names], folder) for _ in range(2))
        judged = {f["path"] for f in json.loads(text)["findings"]}
        alone = {f["path"] for f in json.loads(_run([*LINT, *names[:25]], folder)[3])["findings"]}
        everywhere = judged == {n for i, n in enumerate(names) if names[i % 25] in alone}
        return [
            start,
            _budget("Lint a 20 KB page with its results", START_BUDGET, fastest, same),
            _budget("Lint one more page", PAGE_BUDGET, (more - single) / 40, everywhere),
            _budget(
                f"Lint {MANY} pages on 2 cores ({memory:.0f} MB, {processor:.0f} s of the processor)",
                MANY_BUDGET,
                seconds,
                everywhere and memory < MEMORY_MB,
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(run()))
