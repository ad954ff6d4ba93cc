"""Speed of the linter as a command: the start, one more page, many pages, and the memory they take.

The pages are the clean ones of ``lintbench``, each with its results file. Rows whose peer is a budget compare with a
number of seconds that was promised, not with a program; they take the fastest of several runs, because other work on
the machine only ever adds. The memory is that of the largest process.
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
from _timing import Row, main, row  # noqa: E402
from lintbench.generate import generate  # noqa: E402

LINT = [str(Path(sys.executable).with_name("clean-result")), "lint", "--format", "json"]
IMPORT = [sys.executable, "-c", "import markdown_it"]
SIZE = 20 * 1024
MANY = 500
START_BUDGET, PAGE_BUDGET, MANY_BUDGET, MEMORY_MB = 0.5, 0.040, 12.0, 200


def _run(argv: list[str], folder: Path) -> tuple[float, float, str]:
    """Seconds, peak MB and standard output of one process on at most two cores."""
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(
            argv, cwd=folder, stdout=out, stderr=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores)
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if child.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(argv[:3])} ... ended with status {child.returncode}")
    return seconds, usage.ru_maxrss / 1024, text


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
        first = json.loads(_run(one, folder)[2])
        same = json.loads(_run(one, folder)[2])["findings"] == first["findings"]
        start = row(
            "Lint a 20 KB page, cold start",
            "python -c 'import markdown_it'",
            lambda: _run(one, folder),
            lambda: _run(IMPORT, folder),
            target=1 / 4,
            equal=same,
        )
        fastest = min(_run(one, folder)[0] for _ in range(5))
        single = min(_run([*LINT, names[0]], folder)[0] for _ in range(3))
        more = min(_run([*LINT, *names[:41]], folder)[0] for _ in range(3))
        seconds, memory, text = _run([*LINT, *names], folder)
        judged = {f["path"] for f in json.loads(text)["findings"]}
        alone = {f["path"] for f in json.loads(_run([*LINT, *names[:25]], folder)[2])["findings"]}
        everywhere = judged == {n for i, n in enumerate(names) if names[i % 25] in alone}
        return [
            start,
            _budget("Lint a 20 KB page with its results", START_BUDGET, fastest, same),
            _budget("Lint one more page", PAGE_BUDGET, (more - single) / 40, everywhere),
            _budget(
                f"Lint {MANY} pages on 2 cores ({memory:.0f} MB)",
                MANY_BUDGET,
                seconds,
                everywhere and memory < MEMORY_MB,
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(run()))
