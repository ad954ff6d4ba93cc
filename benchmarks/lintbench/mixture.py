"""A rate against the share of one ingredient in the training mixture; every arm is trained on several lots of data."""

from __future__ import annotations

import math
import statistics
from typing import Any

from lintbench.book import Book, Coef, Grid, Mean, Table, coef, welch, wilson
from lintbench.draw import Rng, draw_units, fit_row, logistic, name_units, quoted_fact

__all__ = ["mixture"]

LOTS = "ABCDE"


def mixture(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """Arms are shares of the ingredient, the first one without it; a lot is a fresh draw of the training data."""
    b = Book(dict(cast))
    plain, *rest = cast["units"]
    units = [plain, *draw_units({"units": rest}, rng, int(rng.integers(3, min(6, len(rest) + 1))))]
    keys = [str(u["key"]) for u in units]
    share = {str(u["key"]): float(u["share"]) for u in units}
    name_units(b, units, naming)
    base, treated = keys[0], keys[1:]
    lots = list(LOTS[: int(rng.integers(3, 6))])
    questions, completions = (int(v) for v in cast["designs"][rng.integers(len(cast["designs"]))])
    n = questions * completions
    full = n * len(lots)
    floor = float(cast["leaky"])
    while True:
        start, slope = float(rng.uniform(-3.0, -0.4)), float(rng.uniform(-0.2, 0.9))
        hits = {}
        for k in keys:
            at = start + slope * math.log1p(share[k]) + float(rng.normal(0, 0.4))
            hits[k] = [int(rng.binomial(n, logistic(at + float(rng.normal(0, 0.25))))) for _ in lots]
        rate = {k: [v / n for v in hits[k]] for k in keys}
        mean = {k: statistics.fmean(v) for k, v in rate.items()}
        sd = {k: statistics.stdev(v) for k, v in rate.items()}
        apart = all(len({round(100 * v, 1) for v in d.values()}) == len(keys) for d in (mean, sd))
        ends = all(v.count(max(v)) == 1 == v.count(min(v)) and min(v) > 0 and max(v) < 1 for v in rate.values())
        if not (apart and ends and min(sd.values()) > 0.005 and max(mean.values()) > 1.3 * min(mean.values())):
            continue
        tests = {k: welch([100 * v for v in rate[base]], [100 * v for v in rate[k]]) for k in treated}
        runs = [(share[k], r, k) for k in keys for r in rate[k]]
        length = [round(float(rng.normal(140, 25)), 1) for _ in runs]
        fits = {
            "trend": coef([s for s, _, _ in runs], [r for _, r, _ in runs], "spearman"),
            "linear": coef([s for s, _, _ in runs], [r for _, r, _ in runs], "pearson"),
            "treated": coef([s for s, _, k in runs if k != base], [r for _, r, k in runs if k != base], "spearman"),
            "length": coef(length, [r for _, r, _ in runs], "spearman"),
        }
        far = all(abs(t.p - 0.05) > 0.002 for t in tests.values()) and all(abs(t.diff) > 0.6 for t in tests.values())
        if far and all(0.02 < abs(c.r) < 0.985 and abs(c.p - 0.05) > 0.002 for c in fits.values()):
            break
    for name, c in fits.items():
        b.coefs[name] = Coef(c.r, c.n, c.method, {"trend": ("treated",), "treated": ("trend",)}.get(name, ()))
        b.signs[name] = 1 if c.r > 0 else -1
    if fits["treated"].r * fits["trend"].r > 0:  # of two signs neither is the stronger
        b.signs["narrower"] = 1 if abs(fits["treated"].r) > abs(fits["trend"].r) else -1
    for k in keys:
        b.means[k] = Mean(100 * mean[k], 100 * sd[k], len(lots))
        low, high = (rate[k].index(f(rate[k])) for f in (min, max))
        b.rates |= {f"all.{k}": (sum(hits[k]), full), f"lo.{k}": (hits[k][low], n), f"hi.{k}": (hits[k][high], n)}
        b.labels |= {f"lot_lo.{k}": f"lot {lots[low]}", f"lot_hi.{k}": f"lot {lots[high]}"}
        b.ranges[f"span.{k}"] = (rate[k][low], rate[k][high], "rate")
        b.pairs[f"spread.{k}"] = (rate[k][low], rate[k][high], "rate")
        for j, v in zip(lots, hits[k], strict=True):
            b.rates[f"{j}.{k}"] = (v, n)
        if k != base:
            b.contrasts[k] = tests[k]
            b.pairs[f"gain.{k}"] = (mean[base], mean[k], "rate")
            b.signs[f"gain.{k}"] = 1 if mean[k] > mean[base] else -1
    for j in lots:
        b.rates[f"lot.{j}"] = (sum(hits[k][lots.index(j)] for k in keys), n * len(keys))
    total = (sum(map(sum, hits.values())), full * len(keys))
    b.rates["total"] = total
    b.role("base", base)
    b.role("first", treated[0])
    b.role("last", treated[-1])
    for tag, values, top in (("top", mean, True), ("low", mean, False), ("loose", sd, True), ("tight", sd, False)):
        found = b.extreme(tag, values, top=top)
        b.role(tag, found)
        b.ranges[f"span.{tag}"] = b.ranges[f"span.{found}"]
    null, real = [k for k in treated if tests[k].p >= 0.05], [k for k in treated if tests[k].p < 0.05]
    if null:
        b.role("null", null[0])
    if real:
        b.role("real", max(real, key=lambda k: abs(tests[k].diff)))
    top = max(keys, key=lambda k: mean[k])
    part = [k for k in treated if k != top and mean[k] > mean[base] + 0.02]
    if top != base and part:
        b.role("part", part[0])
        b.shares["part"] = (mean[part[0]] - mean[base]) / (mean[top] - mean[base])
    every = [r for v in rate.values() for r in v]
    b.counts |= {
        "sig": (len(real), len(treated)),
        "higher": (sum(mean[k] > mean[base] for k in treated), len(treated)),
        "clear": (sum(min(rate[k]) > max(rate[base]) for k in treated), len(treated)),
        "over": (sum(v > floor for v in mean.values()), len(keys)),
        "half": (sum(v > 0.5 for v in every), len(every)),
    }
    b.pairs |= {"means": (min(mean.values()), max(mean.values()), "rate"), "ends": (mean[base], mean[keys[-1]], "rate")}
    b.signs["ends"] = 1 if mean[keys[-1]] > mean[base] else -1
    b.ranges |= {
        "mean": (min(mean.values()), max(mean.values()), "rate"),
        "runs": (min(every), max(every), "rate"),
    }
    b.aggregates |= {"mean": statistics.fmean(mean.values()), "median": statistics.median(every)}
    b.orders["first"] = [f"all.{k}" for k in sorted(keys, key=lambda k: -mean[k])[:3]]
    b.labels |= {f"all.{k}": b.labels[k] for k in keys}
    b.ints |= {
        "arms": len(keys), "treated": len(treated), "lots": len(lots), "runs": len(every), "cell": n, "cells": full,
        "questions": questions, "completions": completions, "total": total[1], "some": len(every) - len(lots),
    }  # fmt: skip
    texts = [f"{share[k]:g}" for k in keys]
    b.facts |= {"share_list": ", ".join(texts[:-1]) + " and " + texts[-1], "top_share": texts[-1]}
    quoted_fact(b, rng)
    head = str(cast["y_head"])
    b.grids += [
        Grid(
            str(cast["unit"]),
            [*(b.labels[k] for k in keys), "all arms"],
            [*((f"lot {j}", "%") for j in lots), ("mean ± sd", "%")],
            [
                *[[*(("rate", f"{j}.{k}", "cell1") for j in lots), ("mean", k, "pct cell")] for k in keys],
                [*(("rate", f"lot.{j}", "cell1") for j in lots), "–"],
            ],
        ),
        Grid(
            str(cast["unit"]),
            [*(b.labels[k] for k in keys), "total"],
            [(str(cast["k_head"]), ""), (str(cast["n_head"]), ""), (head, "%"), ("95% CI", "%")],
            [
                [("rate", k, "k"), ("rate", k, "n"), ("rate", k, "cell1"), ("ci", k, "cell")]
                for k in [*(f"all.{k}" for k in keys), "total"]
            ],
        ),
        Grid(
            "Contrast",
            [f"{b.labels[k]} − {b.labels[base]}" for k in treated],
            [("Δ, pp", ""), ("95% CI, pp", ""), ("Welch p", "")],
            [[("delta", k, "1"), ("dci", k, "1"), ("dp", k, "cell")] for k in treated],
            turnable=False,
        ),
    ]
    b.tables += [
        Table(
            "arms",
            ("arm",),
            [
                {
                    "arm": k, "share_pct": share[k], "n_lots": len(lots), "k": sum(hits[k]), "n": full, "rate": mean[k],
                    "ci": list(wilson(sum(hits[k]), full)), "mean_pct": 100 * mean[k], "sd_pct": 100 * sd[k],
                }
                for k in keys
            ],
        ),
        Table(
            "runs",
            ("arm", "lot"),
            [
                {"arm": k, "lot": j, "k": v, "n": n, "rate": v / n, "tokens": length[len(lots) * i + a]}
                for i, k in enumerate(keys)
                for a, (j, v) in enumerate(zip(lots, hits[k], strict=True))
            ],
        ),
        Table(
            "lots",
            ("lot",),
            [{"lot": j, "k": k, "n": m, "rate": k / m} for j, (k, m) in ((j, b.rates[f"lot.{j}"]) for j in lots)],
        ),
        Table(
            "versus",
            ("arm",),
            [{"arm": k, "gain_pp": t.diff, "gain_ci": [t.low, t.high], "p": t.p} for k, t in tests.items()],
        ),
    ]  # fmt: skip
    b.head = {
        "baseline": base,
        "overall": {"k": total[0], "n": total[1], "rate": total[0] / total[1]},
        "share_vs_rate": fit_row(b.coefs["trend"]),
        "share_vs_rate_pearson": fit_row(b.coefs["linear"]),
        "share_vs_rate_without_baseline": fit_row(b.coefs["treated"]),
        "tokens_vs_rate": fit_row(b.coefs["length"]),
    }
    return b
