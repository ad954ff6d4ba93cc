"""What each rule finds on the bench, alone or with others, and how often it is wrong on clean pages.

Every bank at a seed that nobody looks at; only counts leave this program. ``docs/make_rules.py`` prints them on the
rules' pages.

    python benchmarks/lintbench/by_rule.py              # writes benchmarks/lintbench_rules.json
    python benchmarks/lintbench/by_rule.py --seed 1001 --seed 1002
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from leakstats.lint.registry import all_rules  # noqa: E402
from lintbench.generate import banks, generate  # noqa: E402
from lintbench.score import FAMILIES, SEVERITIES, clean_result, hits, new_findings  # noqa: E402

__all__ = ["OUT", "measure", "report"]

OUT = HERE.parent / "lintbench_rules.json"
SEEDS = (1001,)


class Tally:
    """Counts over the sets measured so far."""

    def __init__(self) -> None:
        self.clean = self.mutated = 0
        self.kinds: Counter[str] = Counter()
        self.word: dict[str, str] = {}
        self.found: dict[str, Counter[str]] = defaultdict(Counter)
        self.alone: Counter[str] = Counter()
        self.false: Counter[str] = Counter()

    def add(self, folder: Path) -> None:
        """Run the linter over a set and count."""
        labels = [json.loads(p.read_text("utf-8")) for p in sorted((folder / "labels").glob("*.json"))]
        known: dict[str, list[dict[str, Any]]] = {}
        for label in labels:
            answer = clean_result(folder, Path("docs") / f"{label['id']}.md", Path(label["results"]))
            known[label["id"]] = [f for f in answer.findings if f["severity"] in SEVERITIES]
        for label in labels:
            findings = known[label["id"]]
            if label["kind"] == "clean":
                self.clean += 1
                self.false.update(f["code"] for f in findings)
                continue
            self.mutated += 1
            self.kinds[label["kind"]] += 1
            self.word[label["kind"]] = label["expect"]
            parent = known[label["parent"]]
            codes = {f["code"] for f in new_findings(findings, parent) if hits(f, label, {g["code"] for g in parent})}
            for code in codes:
                self.found[code][label["kind"]] += 1
            if len(codes) == 1:
                self.alone[codes.pop()] += 1


def measure(seeds: tuple[int, ...], *, clean: int, rewrites: int, mutated: int) -> Tally:
    """All banks at those seeds."""
    tally = Tally()
    for seed in seeds:
        for bank in banks():
            with tempfile.TemporaryDirectory() as tmp, contextlib.redirect_stderr(io.StringIO()):
                generate(bank, seed, Path(tmp), clean=clean, rewrites=rewrites, mutated=mutated)
                tally.add(Path(tmp))
    return tally


def report(tally: Tally, seeds: tuple[int, ...]) -> dict[str, Any]:
    """One entry a rule.

    ``recall`` is the share found of the errors of those kinds that carry the rule's word and of which it found one at
    least; it is absent for a rule that found none of them. ``alone`` counts pages on which no other rule spoke there.
    """
    words = json.loads(FAMILIES.read_text("utf-8"))
    rules: dict[str, Any] = {}
    for rule in all_rules():
        if rule.severity not in SEVERITIES:
            continue
        found = tally.found[rule.code]
        mine = [k for k in sorted(found) if tally.word[k] in words.get(rule.code, "").split("|")]
        entry: dict[str, Any] = {
            "kinds": {k: [found[k], tally.kinds[k]] for k in sorted(found)},
            "alone": tally.alone[rule.code],
            "false_alarms": round(tally.false[rule.code] / tally.clean, 4),
        }
        if mine:
            entry["recall"] = round(sum(found[k] for k in mine) / sum(tally.kinds[k] for k in mine), 4)
        rules[rule.code] = entry
    return {
        "banks": banks(),
        "seeds": list(seeds),
        "clean_pages": tally.clean,
        "mutated_pages": tally.mutated,
        "rules": rules,
    }


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seed", type=int, action="append", help=f"may be repeated; default {SEEDS[0]}")
    ap.add_argument("--clean", type=int, default=16)
    ap.add_argument("--rewrites", type=int, default=24)
    ap.add_argument("--mutated", type=int, default=176)
    ap.add_argument("--out", type=Path, default=OUT)
    a = ap.parse_args(argv)
    seeds = tuple(a.seed or SEEDS)
    tally = measure(seeds, clean=a.clean, rewrites=a.rewrites, mutated=a.mutated)
    a.out.write_text(json.dumps(report(tally, seeds), indent=1) + "\n", "utf-8")
    print(f"{len(banks())} banks, {tally.clean} clean pages and rewrites, {tally.mutated} with one error: {a.out.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
