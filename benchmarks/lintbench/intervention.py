"""A rate before and after an intervention, for models of several sizes; each difference of rates has its own n."""

from __future__ import annotations

import math
import statistics
from typing import Any

from scipy import stats

from lintbench.book import Book, Contrast, Grid, Table, coef, wilson
from lintbench.draw import Rng, draw_units, fit_row, logistic, name_units, quoted_fact

__all__ = ["intervention", "newcombe"]


def newcombe(k0: int, n0: int, k1: int, n1: int) -> Contrast:
    """k1/n1 - k0/n0 in points of percent; interval from two Wilson intervals (Newcombe 1998, method 10), Fisher's p."""
    a, b = k0 / n0, k1 / n1
    (la, ha), (lb, hb) = wilson(k0, n0), wilson(k1, n1)
    low = b - a - math.hypot(b - lb, ha - a)
    high = b - a + math.hypot(hb - b, a - la)
    p = float(stats.fisher_exact([[k0, n0 - k0], [k1, n1 - k1]]).pvalue)
    return Contrast(100 * (b - a), 100 * low, 100 * high, p, n0)


def intervention(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """Units are models; ``size`` in the cast is the number of their parameters in billions."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(6, min(11, len(cast["units"]) + 1))))
    keys = [str(u["key"]) for u in units]
    size = {str(u["key"]): float(u["size"]) for u in units}
    name_units(b, units, naming)
    cells = [int(v) for v in cast["sizes"]]
    while True:
        n = {k: int(rng.choice(cells)) for k in keys}
        tilt = float(rng.uniform(-0.9, 0.9))
        before, after = {}, {}
        for k in keys:
            start = rng.uniform(-1.2, 1.8)
            fall = rng.choice([-0.5, 0.05, 0.6, 1.4, 2.4], p=[0.1, 0.15, 0.2, 0.35, 0.2]) + tilt * math.log10(size[k])
            before[k] = int(rng.binomial(n[k], logistic(start)))
            after[k] = int(rng.binomial(n[k], logistic(start - fall)))
        old, new = {k: before[k] / n[k] for k in keys}, {k: after[k] / n[k] for k in keys}
        change = {k: new[k] - old[k] for k in keys}
        whole = [*before.values(), *after.values()]
        fine = min(whole) > 2 and all(before[k] < n[k] - 2 and after[k] < n[k] - 2 for k in keys)
        apart = all(len({round(v, 6) for v in d.values()}) == len(keys) for d in (old, new, change))
        if fine and apart and all(abs(v) > 0.004 for v in change.values()) and sum(v < 0 for v in change.values()) > 1:
            tests = {k: newcombe(before[k], n[k], after[k], n[k]) for k in keys}
            fits = {"start": (old, change), "size_new": (size, new), "size_change": (size, change)}
            found = {
                name: coef([x[k] for k in keys], [y[k] for k in keys], "spearman") for name, (x, y) in fits.items()
            }
            if all(abs(c.r) < 0.985 for c in found.values()) and all(abs(t.p - 0.05) > 0.002 for t in tests.values()):
                break
    b.coefs |= found
    b.coefs["linear"] = coef([math.log10(size[k]) for k in keys], [change[k] for k in keys], "pearson")
    for k in keys:
        b.rates |= {f"old.{k}": (before[k], n[k]), f"new.{k}": (after[k], n[k])}
        b.pairs[f"change.{k}"] = (old[k], new[k], "rate")
        b.pairs[f"back.{k}"] = (new[k], old[k], "rate")
        b.contrasts[k] = tests[k]
        b.signs[f"change.{k}"] = 1 if change[k] > 0 else -1
        b.ints[f"size.{k}"] = n[k]
        if change[k] < -0.05:
            b.shares[k] = -change[k] / old[k]
    for tag, values, top in (
        ("most", change, False), ("least", change, True), ("high", new, True), ("clean", new, False),
        ("worst", old, True), ("mild", old, False),
    ):  # fmt: skip
        b.role(tag, b.extreme(tag, values, top=top))
    null = [k for k in keys if tests[k].p >= 0.05]
    real = [k for k in keys if tests[k].p < 0.05]
    rest = [k for k in real if k not in (max(keys, key=lambda k: change[k]), min(keys, key=lambda k: change[k]))]
    if null:
        b.role("null", null[0])
    if rest:
        b.role("other", rest[0])
    b.counts |= {
        "fell": (sum(v < 0 for v in change.values()), len(keys)),
        "sig": (len(real), len(keys)),
        "tenth": (sum(10 * after[k] < n[k] for k in keys), len(keys)),
        "majority": (sum(2 * before[k] > n[k] for k in keys), len(keys)),
    }
    for name in found:
        b.signs[name] = 1 if found[name].r > 0 else -1
    b.pairs["news"] = (min(new.values()), max(new.values()), "rate")
    b.pairs["olds"] = (min(old.values()), max(old.values()), "rate")
    b.ranges |= {"old": (*b.pairs["olds"][:2], "rate"), "new": (*b.pairs["news"][:2], "rate")}
    b.aggregates |= {
        "old_mean": statistics.fmean(old.values()),
        "new_mean": statistics.fmean(new.values()),
        "new_median": statistics.median(new.values()),
    }
    ranked = sorted(keys, key=lambda k: -new[k])
    b.orders["first"] = ranked[:3]
    b.ints |= {
        "models": len(keys),
        "total": 2 * sum(n.values()),
        "per_side": sum(n.values()),
        "least_n": min(n.values()),
        "most_n": max(n.values()),
    }
    quoted_fact(b, rng)
    order = sorted(keys, key=lambda k: size[k])
    y = str(cast["y_head"])
    b.grids += [
        Grid(
            "Model",
            [b.labels[k] for k in order],
            [
                ("n per side", ""),
                (f"{y} before", "%"),
                (f"{y} after", "%"),
                ("Change, pp", ""),
                ("95% CI, pp", ""),
                ("Fisher p", ""),
            ],
            [
                [
                    ("int", f"size.{k}", ""),
                    ("rate", f"old.{k}", "cell1"),
                    ("rate", f"new.{k}", "cell1"),
                    ("delta", k, "1"),
                    ("dci", k, "1"),
                    ("dp", k, "cell"),
                ]
                for k in order
            ],
        ),
        Grid(
            "Rank correlation of",
            ["start and change", "parameters and after", "parameters and change"],
            [("Spearman", ""), ("p", ""), ("N", "")],
            [[("coef", k, "2"), ("p", k, "bare"), ("n", k, "bare")] for k in found],
            turnable=False,
        ),
    ]
    b.tables += [
        Table(
            "models",
            ("model",),
            [
                {
                    "model": k, "params_b": size[k], "k_before": before[k], "n_before": n[k], "rate_before": old[k],
                    "k_after": after[k], "n_after": n[k], "rate_after": new[k], "change_pp": tests[k].diff,
                    "change_ci": [tests[k].low, tests[k].high], "p": tests[k].p,
                }
                for k in keys
            ],
        ),
        Table("trend", ("between",), [{"between": k, **fit_row(c)} for k, c in found.items()]),
    ]  # fmt: skip
    b.head = {"log_size_vs_change_pearson": fit_row(b.coefs["linear"]), "n_models": len(keys)}
    return b
