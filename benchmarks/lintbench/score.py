"""Scores a linter on labelled pages of several banks: recall by kind, false alarms, precision, families, time.

    python benchmarks/lintbench/score.py --bank all --seed 1
    python benchmarks/lintbench/score.py --bank notebook --seed 3 --misses
    python benchmarks/lintbench/score.py --data DIR --cmd 'clean-result lint --format json {doc} --results {results}'

Development uses seeds below 1000 of the banks that are not held out. ``--held-out`` measures the rest and prints totals
only, so that nobody tunes to a page of it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from lintbench.generate import HELD_OUT, banks, generate  # noqa: E402

__all__ = [
    "FAMILIES",
    "SEVERITIES",
    "Answer",
    "Score",
    "by_command",
    "clean_result",
    "hits",
    "new_findings",
    "score_set",
    "table",
]

FAMILIES = HERE.parent / "lintbench_families.json"
SEVERITIES = ("error", "warning")
HELD_OUT_SEED = 1000
"""Seeds from here on are measured and never looked at, in every bank."""
Finding = dict[str, Any]
Linter = Callable[[Path, Path, "Path | None"], "Answer"]
"""(folder of the set, page, results file or ``None`` without results) to an answer."""


@dataclass
class Answer:
    """What a linter said about one page."""

    findings: list[Finding]
    seconds: float
    trouble: str = ""


def _read(text: str) -> list[Finding]:
    """Findings of a JSON report: a list, or a list under ``findings``, or one object a line."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        data = [json.loads(line) for line in text.splitlines() if line.strip()]
    found = data["findings"] if isinstance(data, dict) else data
    return [{"line": f.get("line"), "code": str(f["code"]), "severity": str(f.get("severity", "error")).lower(),
             "message": str(f.get("message", ""))} for f in found]  # fmt: skip


def by_command(template: str, timeout: float = 30.0) -> Linter:
    """A linter as a command line with ``{doc}``, ``{results}`` and ``{root}``, one process a page."""

    def run(root: Path, doc: Path, results: Path | None) -> Answer:
        fill = {"doc": str(doc), "results": str(results or ""), "root": str(root)}
        argv = [part.format(**fill) for part in shlex.split(template)]
        start = time.perf_counter()
        try:
            out = subprocess.run(argv, cwd=root, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return Answer([], timeout, "timeout")
        seconds = time.perf_counter() - start
        if b"Traceback (most recent call last)" in out.stderr or out.returncode < 0:
            return Answer([], seconds, "crash")
        try:
            return Answer(_read(out.stdout.decode("utf-8")), seconds)
        except (ValueError, KeyError, UnicodeDecodeError):
            return Answer([], seconds, "unreadable answer")

    return run


def clean_result(root: Path, doc: Path, results: Path | None) -> Answer:
    """Our linter in this process: the command's own code without the start of an interpreter."""
    from click.testing import CliRunner

    from leakstats.lint.commands import lint

    options = {o for p in lint.params for o in p.opts}
    argv = ["--format", "json", str(doc)]
    if results is not None and "--results" in options:
        argv += ["--results", str(results)]
    if results is None and "--no-results" in options:
        argv.append("--no-results")
    start = time.perf_counter()
    with contextlib.chdir(root):
        out = CliRunner().invoke(lint, argv)
    seconds = time.perf_counter() - start
    if out.exception is not None and not isinstance(out.exception, SystemExit):
        return Answer([], seconds, f"crash: {type(out.exception).__name__}: {out.exception}")
    try:
        return Answer(_read(out.stdout), seconds)
    except (ValueError, KeyError):
        return Answer([], seconds, "unreadable answer")


def _same(f: Finding) -> tuple[str, str]:
    """Two findings are one if they say the same; line numbers in the message do not count."""
    return f["code"], re.sub(r"\blines? \d+(?:[-–]\d+)?|:\d+", "line", f["message"])


def new_findings(found: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Findings that the clean parent does not have."""
    known = Counter(map(_same, before))
    out = []
    for f in found:
        key = _same(f)
        if known[key]:
            known[key] -= 1
        else:
            out.append(f)
    return out


def hits(f: Finding, label: dict[str, Any], parent_codes: set[str], slack: int = 1) -> bool:
    """At one of the labelled lines; where something is absent, a code that the parent does not raise."""
    if not label["lines"]:
        return f["code"] not in parent_codes
    return f["line"] is not None and any(abs(f["line"] - n) <= slack for n in label["lines"])


@dataclass
class Score:
    """One linter on one set."""

    kinds: dict[str, Counter[str]]
    clean: int
    alarms: int
    """Findings on clean pages and on correct rewrites."""
    alarmed: int
    pages: int
    precision: float
    seconds: list[float]
    trouble: Counter[str]
    alarm_codes: Counter[str]
    misses: list[dict[str, Any]] = field(default_factory=list)
    false: list[dict[str, Any]] = field(default_factory=list)

    def recall(self, what: str = "located", needs: tuple[str, ...] = ("no", "helps", "yes")) -> float:
        """Share of the mutated pages of the kinds with those needs."""
        rows = [c for c in self.kinds.values() if any(c[f"needs_{n}"] for n in needs)]
        total = sum(c["n"] for c in rows)
        return sum(c[what] for c in rows) / total if total else float("nan")

    def worst(self) -> tuple[str, float]:
        """The kind with the lowest recall."""
        return min(((k, c["located"] / c["n"]) for k, c in self.kinds.items()), key=lambda x: x[1])


def score_set(data: Path, linter: Linter, *, with_results: bool = True, family_of: dict[str, str] | None = None,
              severities: tuple[str, ...] = SEVERITIES) -> Score:  # fmt: skip
    """Run a linter over a set and compare with its labels."""
    labels = [json.loads(p.read_text("utf-8")) for p in sorted((data / "labels").glob("*.json"))]
    answers: dict[str, Answer] = {}
    for label in labels:
        results = Path(label.get("results", f"eval_results/{label['parent']}/results.json")) if with_results else None
        answers[label["id"]] = linter(data, Path("docs") / f"{label['id']}.md", results)

    def kept(ident: str) -> list[Finding]:
        return [f for f in answers[ident].findings if f["severity"] in severities]

    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    right = wrong = alarms = alarmed = clean = 0
    codes: Counter[str] = Counter()
    misses, false = [], []
    for label in labels:
        found = kept(label["id"])
        if label["kind"] == "clean":
            clean += 1
            alarms += len(found)
            alarmed += bool(found)
            codes.update(f["code"] for f in found)
            false += [{"id": label["id"], "rewrite": label.get("rewrite", ""), **f} for f in found]
            continue
        parent = kept(label["parent"])
        fresh, old = new_findings(found, parent), {f["code"] for f in parent}
        hit = [f for f in fresh if hits(f, label, old)]
        c = kinds[label["kind"]]
        c["n"] += 1
        c["located"] += bool(hit)
        c["new"] += bool(fresh)
        c[f"needs_{label['needs_json']}"] += 1
        if family_of is not None:
            c["family"] += any(label["expect"] in family_of.get(f["code"], "").split("|") for f in fresh)
        new_code = {f["code"] for f in found} - old
        right += bool(hit or new_code)
        wrong += len(found) - (len(hit) if hit else bool(new_code))
        if not hit:
            misses.append({k: label[k] for k in ("id", "kind", "lines", "before", "after")})
    trouble = Counter(a.trouble for a in answers.values() if a.trouble)
    precision = right / (right + wrong) if right + wrong else float("nan")
    return Score(dict(sorted(kinds.items())), clean, alarms, alarmed, len(labels), precision,
                 [a.seconds for a in answers.values()], trouble, codes, misses, false)  # fmt: skip


def table(scores: dict[str, Score], *, by_kind: bool = True) -> str:
    """Banks as columns, with the minimum over them."""
    names = list(scores)
    out = [f"{'':22}" + "".join(f"{n:>14}" for n in names) + f"{'worst':>14}"]

    def row(head: str, values: list[float], shape: str, worst: Callable[[list[float]], float] = min) -> None:
        out.append(f"{head:22}" + "".join(f"{v:>14{shape}}" for v in values) + f"{worst(values):>14{shape}}")

    if by_kind:
        for kind in sorted({k for s in scores.values() for k in s.kinds}):
            cells = [s.kinds.get(kind, Counter()) for s in scores.values()]
            shown = "".join(f"{(str(c['located']) + '/' + str(c['n'])) if c['n'] else '-':>14}" for c in cells)
            least = min((c["located"] / c["n"] for c in cells if c["n"]), default=float("nan"))
            out.append(f"{kind:22}{shown}{least:>14.0%}")
    row("located recall", [s.recall() for s in scores.values()], ".1%")
    row("  kinds no or helps", [s.recall(needs=("no", "helps")) for s in scores.values()], ".1%")
    row("worst kind", [s.worst()[1] for s in scores.values()], ".1%")
    row("right family", [s.recall("family") for s in scores.values()], ".1%")
    row("precision", [s.precision for s in scores.values()], ".1%")
    row("false alarms a page", [s.alarms / s.clean for s in scores.values()], ".3f", max)
    row("pages with any", [s.alarmed / s.clean for s in scores.values()], ".1%", max)
    row("median ms a page", [1e3 * statistics.median(s.seconds) for s in scores.values()], ".0f", max)
    row("slowest ms", [1e3 * max(s.seconds) for s in scores.values()], ".0f", max)
    for name, s in scores.items():
        if s.alarm_codes:
            out.append(f"alarms in {name}: " + ", ".join(f"{c} {n}" for c, n in s.alarm_codes.most_common()))
        if s.trouble:
            out.append(f"trouble in {name}: " + ", ".join(f"{t} {n}" for t, n in s.trouble.most_common()))
    return "\n".join(out)


def _linter(a: argparse.Namespace) -> Linter:
    return by_command(a.cmd) if a.cmd else clean_result


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bank", choices=["all", *banks()], default="all", help="all = those that are not held out")
    ap.add_argument("--seed", type=int, default=1, help=f"below {HELD_OUT_SEED}")
    ap.add_argument("--held-out", action="store_true", help="measure every bank at held-out seeds; totals only")
    ap.add_argument("--data", type=Path, help="a set that exists already")
    ap.add_argument("--clean", type=int, default=16)
    ap.add_argument("--rewrites", type=int, default=24)
    ap.add_argument("--mutated", type=int, default=176)
    ap.add_argument("--no-results", action="store_true", help="judge the pages alone")
    ap.add_argument("--cmd", default="", help="a command in place of the linter in this process")
    ap.add_argument("--misses", action="store_true", help="list what was missed and what was said about clean pages")
    ap.add_argument("--keep", type=Path, help="write the generated sets here")
    ap.add_argument("--json", type=Path)
    a = ap.parse_args(argv)
    hidden = a.held_out or a.bank in HELD_OUT or a.seed >= HELD_OUT_SEED
    if hidden and (a.misses or a.keep):
        ap.error("held-out pages are measured, not looked at: no --misses, no --keep")
    family_of = json.loads(FAMILIES.read_text("utf-8")) if FAMILIES.exists() else None
    scores: dict[str, Score] = {}
    with tempfile.TemporaryDirectory() as tmp:
        sets: dict[str, Path] = {}
        if a.data:
            sets[a.data.name] = a.data.resolve()
        else:
            wanted = (
                banks() if a.held_out else [b for b in banks() if b not in HELD_OUT] if a.bank == "all" else [a.bank]
            )
            for bank in wanted:
                sets[bank] = (a.keep or Path(tmp)).resolve() / bank
                seed = a.seed + HELD_OUT_SEED if a.held_out and a.seed < HELD_OUT_SEED else a.seed
                generate(bank, seed, sets[bank], clean=a.clean, rewrites=a.rewrites, mutated=a.mutated)
        for name, folder in sets.items():
            with contextlib.redirect_stderr(io.StringIO()):
                scores[name] = score_set(folder, _linter(a), with_results=not a.no_results, family_of=family_of)
    print(table(scores, by_kind=not hidden))
    if a.misses:
        for name, s in scores.items():
            for m in s.misses:
                print(
                    f"  {name} missed {m['id']} {m['kind']} {m['lines']}: {m['before'][:70]!r} -> {m['after'][:70]!r}"
                )
            for f in s.false:
                print(f"  {name} alarm on {f['id']} {f['rewrite']} {f['line']} {f['code']}: {f['message'][:110]}")
    if a.json:
        rows = {n: {"recall": s.recall(), "precision": s.precision, "alarms_a_page": s.alarms / s.clean,
                    "kinds": {k: dict(c) for k, c in s.kinds.items()}} for n, s in scores.items()}  # fmt: skip
        a.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
