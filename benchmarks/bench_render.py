"""Speed of rendering: the persona100 page beyond its figures, and a hundred pages in one process.

There is no peer that does the same: the "peer" is the time allowed, so that ratio >= 1 means "within it". The analysis
is made once, with few resamples and without figures; they change no length of the page that matters here. A command is
timed by the wall; a hundred pages by the processor time of this thread, which is the wall time of a machine that does
nothing else and stays the same on one that does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from _timing import Row, main

from leakstats.analysis.document import AnalysisDocument
from leakstats.reporting.narrative import load_narrative
from leakstats.reporting.render import render
from leakstats.template import load_template

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "persona100"
LIMIT_COMMAND, LIMIT_HUNDRED, PAGES = 1.5, 20.0, 100


def _run(*arguments: str) -> float:
    """Wall seconds of one command as a process of its own."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def _limited(name: str, limit: float, seconds: float, equal: bool) -> Row:
    return Row(
        name=name,
        peer="(limit)",
        ours_seconds=seconds,
        peer_seconds=limit,
        ratio=limit / seconds,
        target=1.0,
        equal=equal,
    )


def _page(analysis: Path, narrative: Path, version: str) -> Callable[[], str]:
    """Everything from the files to the text, nothing kept between two calls."""

    def once() -> str:
        template = load_template(version)
        document = AnalysisDocument.load(analysis)
        return render(document, load_narrative(narrative, template), template).text

    return once


def run() -> list[Row]:
    """The command, as a user waits for it, in both versions; then pages one after the other in one process."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = [sys.executable, "-c", "from leakstats.cli import main; main()"]
        _run(*code, "analyze", str(EXAMPLE / "results.json"), "-o", name, "--resamples", "999", "--quiet")
        analysis = folder / "analysis.json"
        figures = json.loads(analysis.read_text("utf-8"))["figures"]
        render_code = [
            sys.executable,
            "-c",
            "from leakstats.reporting.cli import main; main()",
            "render",
            str(analysis),
        ]
        for version, words in (("v1", "narrative.md"), ("v2", "narrative.v2.md")):
            out = folder / f"{version}.md"
            command = [*render_code, "--narrative", str(EXAMPLE / words), "-o", str(out)]
            seconds = min(_run(*command) for _ in range(3))
            again = out.read_bytes()
            _run(*command)
            same = again == out.read_bytes() and bool(figures)
            rows.append(_limited(f"render persona100, {version}, as a command", LIMIT_COMMAND, seconds, same))
            once = _page(analysis, EXAMPLE / words, version)
            start = time.process_time()
            pages = {once() for _ in range(PAGES)}
            seconds = time.process_time() - start
            rows.append(
                _limited(f"render {PAGES} pages, {version}, one process", LIMIT_HUNDRED, seconds, len(pages) == 1)
            )
    return rows


if __name__ == "__main__":
    sys.exit(main(run()))
