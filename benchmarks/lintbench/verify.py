"""Checks of the bench itself, by other means than those that made it: numbers re-derived from the text and the data.

python benchmarks/lintbench/verify.py --bank notebook --seed 5
"""

from __future__ import annotations

import argparse
import difflib
import html
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from lintbench.generate import banks, build, generate  # noqa: E402
from lintbench.score import Answer, score_set  # noqa: E402
from lintbench.writer import Page  # noqa: E402

__all__ = ["check_counts", "check_results", "check_text", "check_values", "diff_linter", "verify"]

SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
POWER = re.compile(r"(?:(\d(?:\.\d)?) ?× ?)?10(?:\^(-\d+)|([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))")
TRIPLE = re.compile(
    r"(?:\bN ?= ?(?P<n0>[\d, ]+?), )?(?:ρ|rho|\brs?) ?= ?(?P<r>-?\d?\.\d+)[,; /|\[(]+"
    r"(?:N ?= ?(?P<n2>[\d, ]+?), )?[pP] ?(?P<rel>[=<]) ?(?P<p>\d*\.?\d+(?:e-?\d+)?)"
    r"(?:[,; /|]+N ?= ?(?P<n1>\d[\d,]*))?"
)
MOVE = re.compile(
    r"\b(rises|falls|goes up|goes down|increases|decreases|drops|gains|loses)\b[^.;:]{0,60}?"
    r" from ([+-]?\d*\.?\d+) ?%? to ([+-]?\d*\.?\d+)"
)
UP = {"rises", "goes up", "increases", "gains"}


def _ascii(text: str) -> str:
    """Numbers of any writer as Python reads them."""
    text = (
        re.sub(r"(?<![\w.%)\u202f])–(?=[\d.])", "-", html.unescape(text))
        .replace("−", "-")
        .replace("\u2009", "")
        .replace("\u202f", "")
    )
    return POWER.sub(lambda m: f"{m[1] or '1'}e{m[2] or m[3].translate(SUPER)}", text)


def _digits(s: str) -> int:
    """Decimals of the last printed digit; 5 for 3.1e-4."""
    mantissa, _, exponent = s.partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def _p_of(r: float, n: int) -> float:
    """The t approximation through the incomplete beta function, which the generator does not use."""
    return float(special.betainc((n - 2) / 2, 0.5, 1 - r * r))


def check_text(text: str) -> tuple[int, list[str]]:
    """Coefficient, p and N side by side; words of direction beside two values; nothing unfilled."""
    prose = _ascii(re.sub(r"```.*?```|<!--.*?-->|^>.*?$|`[^`\n]*`", "", text, flags=re.S | re.M))
    bad, n_checked = [], 0
    for m in TRIPLE.finditer(prose):
        n_text = m["n1"] or m["n2"] or m["n0"]
        if not n_text:
            continue
        n, r, p = int(re.sub(r"[, ]", "", n_text)), abs(float(m["r"])), float(m["p"])
        if "partial" in prose[max(0, m.start() - 60) : m.start()]:
            n -= 1
        half = 0.5000001 * 10 ** -_digits(m["r"])
        low, high = _p_of(min(r + half, 0.9999999), n), _p_of(max(0.0, r - half), n)
        slack = 0.5000001 * 10 ** -_digits(m["p"])
        n_checked += 1
        if (m["rel"] == "=" and not low - slack <= p <= high + slack) or (m["rel"] == "<" and low >= p):
            bad.append(m[0])
    for m in MOVE.finditer(prose):
        n_checked += 1
        if (float(m[3]) > float(m[2])) != (m[1] in UP):
            bad.append(m[0])
    left = re.findall(r"[{}⟦⟧]|\bnan\b|TBD|\bNone\b(?! of)", re.sub(r"`[^`]*`", "", prose))
    bad += [f"unfilled {m}" for m in left]
    return n_checked, bad


def _numbers(text: str) -> list[tuple[float, int]]:
    """Values with their decimals; thousands joined."""
    plain = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", _ascii(text))
    return [(float(m), _digits(m)) for m in re.findall(r"[+-]?\d*\.?\d+(?:e-?\d+)?", plain)]


def _near(printed: tuple[float, int], true: float) -> bool:
    return abs(printed[0] - true) <= 0.5000001 * 10.0 ** -printed[1]


def check_values(page: Page) -> tuple[int, list[str]]:
    """Every printed value against its fact by reading the digits back, intervals and p by scipy."""
    pct = 100 if page.notation.rate == "pct" else 1
    bad, n_checked = [], 0
    for p in page.pieces:
        d: dict[str, Any] = p.data
        want: list[float] = []
        got = _numbers(p.text) if p.kind else []
        if p.kind == "rate":
            x = pct * d["k"] / d["n"]
            want = {"kn": [d["k"], d["n"]], "slash": [d["k"], d["n"]], "both": [x, d["k"], d["n"]]}.get(d["form"], [x])
        elif p.kind == "ci":
            ci = stats.binomtest(d["k"], d["n"]).proportion_ci(method="wilson")
            want = [pct * ci.low, pct * ci.high]
        elif p.kind == "coef":
            want = [d["c"].r]
        elif p.kind == "sim":
            want = [d["x"]]
        elif p.kind == "fold":
            want = [d["ratio"]]
        elif p.kind == "diff":
            x = d["x"] * (100 if d["unit"] == "rate" else 1)
            want = [abs(x) if d["form"] == "abs" else x]
        elif p.kind in ("move", "range"):
            scale = pct if d["unit"] == "rate" else 1
            want = [scale * v for v in ((d["a"], d["b"]) if p.kind == "move" else (d["low"], d["high"]))]
            got = [(abs(v), k) for v, k in got] if "–" in p.text or "->" in p.text else got
            want = [abs(v) for v in want] if "–" in p.text or "->" in p.text else want
        elif p.kind == "mean":
            m, scale = d["m"], d.get("scale", 1.0)
            want = [scale * m.mean] if "only" in d["form"] else [scale * m.mean, scale * m.sd]
        elif p.kind == "share":
            want = [100 * d["x"]]
        elif p.kind in ("agg", "end"):
            want = [pct * d["x"]]
        elif p.kind == "delta":
            want = [d["x"]]
        elif p.kind == "dci":
            want = [d["low"], d["high"]]
        elif p.kind in ("n", "p", "pexact"):
            want = [d["n"] if p.kind == "n" else d["c"].p if p.kind == "p" else d["p"]]
            if "<" in p.text:
                n_checked += 1
                bad += [] if want[0] < got[0][0] else [f"{p.kind} {p.key}: {p.text!r} does not hold for {want}"]
                continue
        elif p.kind == "sum":
            want = [d["x"], d["y"] - d["x"], d["y"]]
        elif p.kind == "limit":
            n_checked += 1
            if abs(got[0][0] / pct - d["k"] / d["n"]) > 0.05 + 1e-9:
                bad.append(f"limit {p.text!r}")
            continue
        else:
            continue
        n_checked += 1
        if p.kind in ("dci", "ci") and re.search(r"[\d%]–", p.text):
            got = [(abs(v), k) for v, k in got]
        if len(got) != len(want) or not all(_near(g, w) for g, w in zip(got, want, strict=True)):
            bad.append(f"{p.kind} {p.key}: {p.text!r} is not {want}")
    return n_checked, bad


def check_results(page: Page, files: dict[str, str]) -> tuple[int, list[str]]:
    """Every value that is no derived one stands in every results file, as a fraction, in percent or as counts."""
    bad, n_checked = [], 0
    for name, content in files.items():
        numbers = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])", content)
        known = np.array([float(v) for v in numbers])
        for p in page.pieces:
            d = p.data
            if p.key.endswith(" earlier"):
                continue
            if p.kind == "coef":
                ways = [{d["c"].r}]
            elif p.kind == "rate":
                ways = [{d["k"] / d["n"]}, {100 * d["k"] / d["n"]}, {d["k"], d["n"]}]
            elif p.kind == "sim":
                ways = [{d["x"]}]
            elif p.kind == "mean":
                ways = [{d["m"].mean, d["m"].sd}]
            elif p.kind in ("delta", "dp"):
                ways = [{d["x"] if p.kind == "delta" else d["p"]}]
            else:
                continue
            n_checked += 1
            if not any(all(np.any(np.isclose(known, v, rtol=5.1e-6, atol=0)) for v in way) for way in ways):
                bad.append(f"{name} lacks {p.kind} {p.key} {ways}")
    return n_checked, bad


def _recount(page: Page) -> dict[str, int]:
    """The counts of a page from the rows of its data, each by its own sentence."""
    rows = {t.name: t.rows for t in page.book.tables}
    facts = page.book.facts
    if page.family == "similarity":
        primary = f"sim_{facts['primary']}"
        out = {
            "majority": sum(r["k"] > r["n"] - r["k"] for r in rows["units"]),
            "quarter": sum(4 * r["k"] > r["n"] for r in rows["units"]),
            "negative": sum(r[primary] < 0 for r in rows["units"]),
        }
        return out | {
            f"sig.{m}": sum(r["p"] < 0.05 and r["method"] == m for r in rows["fits"]) for m in ("pearson", "spearman")
        }
    if page.family == "per_source":
        return {
            "strong": sum(r["rho"] >= float(facts["strong"]) for r in rows["sources"]),
            "sig": sum(_p_of(abs(r["rho"]), r["n"]) < 0.05 for r in rows["sources"]),
            "leaky": sum(r["leak_k"] > facts["leaky"] * r["leak_n"] for r in rows["sources"]),
        }
    if page.family == "course":
        lines: dict[str, list[float]] = {}
        for r in rows["course"]:
            lines.setdefault(r["source"], []).append(r["k"] / r["n"])
        moved = [r for r in rows["sources"] if r["sim_end"] is not None]
        return {
            "rise": sum(v[-1] - v[0] >= 0.1 for v in lines.values()),
            "net_up": sum(v[-1] > v[0] for v in lines.values()),
            "majority": sum(max(v) > 0.5 for v in lines.values()),
            "simup": sum(r["sim_end"] > r["sim_base"] for r in moved),
        }
    if page.family == "contrast":
        raw = {r["condition"]: r["raw"] for r in rows["arms"]}
        base = raw[page.book.head["baseline"]]
        others = [v for v in raw.values() if v is not base]
        return {
            "sig": sum(stats.ttest_ind(v, base, equal_var=False).pvalue < 0.05 for v in others),
            "higher": sum(np.mean(v) > np.mean(base) for v in others),
        }
    if page.family == "intervention":
        tests = {
            r["model"]: stats.fisher_exact(
                [[r["k_before"], r["n_before"] - r["k_before"]], [r["k_after"], r["n_after"] - r["k_after"]]]
            ).pvalue
            for r in rows["models"]
        }
        return {
            "fell": sum(r["k_after"] * r["n_before"] < r["k_before"] * r["n_after"] for r in rows["models"]),
            "sig": sum(p < 0.05 for p in tests.values()),
            "tenth": sum(r["k_after"] < 0.1 * r["n_after"] for r in rows["models"]),
            "majority": sum(r["k_before"] > r["n_before"] - r["k_before"] for r in rows["models"]),
        }
    if page.family == "mixture":
        lots: dict[str, list[float]] = {}
        for r in rows["runs"]:
            lots.setdefault(r["arm"], []).append(r["k"] / r["n"])
        plain = lots[page.book.head["baseline"]]
        treated = [v for v in lots.values() if v is not plain]
        return {
            "sig": sum(stats.ttest_ind(v, plain, equal_var=False).pvalue < 0.05 for v in treated),
            "higher": sum(sum(v) > sum(plain) for v in treated),
            "clear": sum(all(x > y for x in v for y in plain) for v in treated),
            "over": sum(np.mean(v) > float(facts["leaky"]) for v in lots.values()),
            "half": sum(2 * r["k"] > r["n"] for r in rows["runs"]),
        }
    if page.family == "templates":
        lists: dict[str, list[float]] = {}
        for r in rows["cells"]:
            lists.setdefault(r["model"], []).append(r["k"] / r["n"])
        first = lists[page.book.head["baseline"]]
        rest = [v for v in lists.values() if v is not first]
        words = page.book.head["template_words"]
        return {
            "sig": sum(stats.ttest_ind(v, first, equal_var=False).pvalue < 0.05 for v in rest),
            "higher": sum(sum(v) > sum(first) for v in rest),
            "length": sum(stats.spearmanr(words, v).pvalue < 0.05 for v in lists.values()),
        } | {f"over.{k}": sum(x > float(facts["floor"]) for x in v) for k, v in lists.items()}
    by_variant: dict[str, list[dict[str, Any]]] = {}
    for r in rows["cells"]:
        by_variant.setdefault(r["variant"], []).append(r)
    out = {"sig": sum(_p_of(abs(r["r"]), r["n"]) < 0.05 for r in rows["fits"])}
    for k, v in by_variant.items():
        out |= {f"half.{k}": sum(2 * r["k"] > r["n"] for r in v), f"tenth.{k}": sum(10 * r["k"] > r["n"] for r in v)}
    return out


def check_counts(page: Page) -> tuple[int, list[str]]:
    """``4 of 7`` against a recount of the data."""
    true = _recount(page)
    return len(true), [
        f"count {k}: {page.book.counts[k]} is {v}" for k, v in true.items() if page.book.counts[k][0] != v
    ]


def diff_linter(root: Path, doc: Path, results: Path | None) -> Answer:
    """A cheat that sees the difference to the clean parent: it must locate every label."""
    label = json.loads((root / "labels" / f"{doc.stem}.json").read_text("utf-8"))
    if label["kind"] == "clean":
        return Answer([], 0.0)
    old = (root / "docs" / f"{label['parent']}.md").read_text("utf-8").splitlines()
    new = (root / doc).read_text("utf-8").splitlines()
    out = []
    for op, _, _, a, b in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op != "equal":
            out += [
                {"line": i + 1, "code": "X", "severity": "error", "message": f"{op} {i}"}
                for i in range(a, max(b, a + 1))
            ]
    return Answer(out, 0.0)


def verify(bank: str, seed: int, *, clean: int, mutated: int, rewrites: int) -> list[str]:
    """Everything that is wrong with one set; the summary goes to standard output."""
    bad: list[str] = []
    counted = [0, 0, 0, 0]
    for i in range(clean):
        page, files = build(bank, seed, i)
        checks = (check_text(page.text()), check_values(page), check_results(page, files), check_counts(page))
        for j, (n, found) in enumerate(checks):
            counted[j] += n
            bad += [f"{bank} {page.ident}: {f}" for f in found]
    with tempfile.TemporaryDirectory() as tmp:
        out = Path(tmp)
        manifest = generate(bank, seed, out, clean=clean, rewrites=rewrites, mutated=mutated)
        for row in manifest["documents"]:
            if row["id"][0] == "r":
                n, found = check_text((out / "docs" / f"{row['id']}.md").read_text("utf-8"))
                counted[0] += n
                bad += [f"{bank} {row['id']}: {f}" for f in found]
        score = score_set(out, diff_linter)
        bad += [f"{bank} label off: {m}" for m in score.misses]
        if not mutated or score.recall() == 1:
            print(
                f"{bank}: the linter that sees the difference locates all {sum(c['n'] for c in score.kinds.values())}"
            )
    print(
        f"{bank}: re-derived {counted[0]} triples and directions, {counted[1]} values;"
        f" {counted[2]} found in the data; {counted[3]} counts; {len(bad)} wrong"
    )
    return bad


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bank", choices=["all", *banks()], default="all")
    ap.add_argument("--seed", type=int, default=5)
    ap.add_argument("--clean", type=int, default=24)
    ap.add_argument("--rewrites", type=int, default=36)
    ap.add_argument("--mutated", type=int, default=264)
    a = ap.parse_args(argv)
    bad = []
    for bank in banks() if a.bank == "all" else [a.bank]:
        bad += verify(bank, a.seed, clean=a.clean, mutated=a.mutated, rewrites=a.rewrites)
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
