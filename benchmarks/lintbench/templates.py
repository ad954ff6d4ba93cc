"""Accuracy of several models under many prompt templates: mean ± sd over templates, models as columns."""

from __future__ import annotations

import statistics
from typing import Any

from lintbench.book import Book, Grid, Mean, Table, coef, welch
from lintbench.draw import Rng, draw_units, fit_row, logistic, name_units, quoted_fact

__all__ = ["templates"]


def templates(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """The same items under every template; the spread of interest is the one over templates."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(3, min(6, len(cast["units"]) + 1))))
    keys = [u["key"] for u in units]
    name_units(b, units, naming)
    count, items = int(rng.integers(8, 15)), int(rng.choice(cast["items"]))
    length = [int(v) for v in rng.choice(range(6, 90), size=count, replace=False)]
    floor = float(cast["floor"])
    while True:
        slope = float(rng.uniform(-0.9, 0.9)) / 40
        easy = [float(rng.normal(0, 0.3)) + slope * (v - statistics.fmean(length)) for v in length]
        hits = {
            k: [int(rng.binomial(items, logistic(a + w * e + rng.normal(0, 0.15)))) for e in easy]
            for k, (a, w) in {k: (rng.uniform(-0.8, 1.8), rng.uniform(0.5, 1.8)) for k in keys}.items()
        }
        share = {k: [v / items for v in hits[k]] for k in keys}
        mean = {k: statistics.fmean(v) for k, v in share.items()}
        sd = {k: statistics.stdev(v) for k, v in share.items()}
        apart = all(len({round(100 * v, 1) for v in d.values()}) == len(keys) for d in (mean, sd))
        ends = all(v.count(max(v)) == 1 == v.count(min(v)) and max(v) < 1 and min(v) > 0 for v in share.values())
        if apart and ends:
            fits = {k: coef([float(v) for v in length], share[k], "spearman") for k in keys}
            tests = {k: welch([100 * v for v in share[keys[0]]], [100 * v for v in share[k]]) for k in keys[1:]}
            if all(abs(c.r) < 0.985 for c in fits.values()) and all(abs(t.p - 0.05) > 0.002 for t in tests.values()):
                break
    base = keys[0]
    total = count * items
    for k in keys:
        b.means[k] = Mean(100 * mean[k], 100 * sd[k], count)
        low, high = (share[k].index(f(share[k])) for f in (min, max))
        b.rates |= {
            f"all.{k}": (sum(hits[k]), total),
            f"bad.{k}": (hits[k][low], items),
            f"good.{k}": (hits[k][high], items),
        }
        b.labels |= {f"t_bad.{k}": f"T{low + 1}", f"t_good.{k}": f"T{high + 1}"}
        b.pairs[f"spread.{k}"] = (share[k][low], share[k][high], "rate")
        b.ranges[f"span.{k}"] = (share[k][low], share[k][high], "rate")
        peers = tuple(o for o in keys if o != k)
        b.coefs[k] = type(fits[k])(fits[k].r, fits[k].n, "spearman", peers)
        b.signs[f"length.{k}"] = 1 if fits[k].r > 0 else -1
        b.counts[f"over.{k}"] = (sum(v > floor for v in share[k]), count)
        for j, v in enumerate(hits[k]):
            b.rates[f"t{j}.{k}"] = (v, items)
        if k != base:
            b.contrasts[k] = tests[k]
            b.pairs[f"gain.{k}"] = (mean[base], mean[k], "rate")
            b.signs[k] = 1 if mean[k] > mean[base] else -1
    b.role("base", base)
    for tag, values, top in (("top", mean, True), ("low", mean, False), ("loose", sd, True), ("tight", sd, False)):
        found = b.extreme(tag, values, top=top)
        b.role(tag, found)
        for way in ("bad", "good"):
            b.labels[f"t_{way}.{tag}"] = b.labels[f"t_{way}.{found}"]
        b.ranges[f"span.{tag}"] = b.ranges[f"span.{found}"]
        b.counts[f"over.{tag}"] = b.counts[f"over.{found}"]
    others = keys[1:]
    null, real = [k for k in others if tests[k].p >= 0.05], [k for k in others if tests[k].p < 0.05]
    if null:
        b.role("null", null[0])
    if real:
        b.role("real", max(real, key=lambda k: abs(tests[k].diff)))
    flat = [k for k in keys if fits[k].p >= 0.05]
    if flat:
        b.role("flat", flat[0])
    steep = [k for k in keys if fits[k].p < 0.05]
    if steep:
        b.role("steep", steep[0])
    b.counts |= {
        "length": (len(steep), len(keys)),
        "sig": (len(real), len(others)),
        "higher": (sum(mean[k] > mean[base] for k in others), len(others)),
    }
    b.pairs["means"] = (min(mean.values()), max(mean.values()), "rate")
    b.ranges["mean"] = (min(mean.values()), max(mean.values()), "rate")
    two = keys[:2]
    b.coefs["between"] = coef(share[two[0]], share[two[1]], "pearson")
    b.facts |= {"first": b.labels[two[0]], "second": b.labels[two[1]]}
    b.aggregates["mean"] = statistics.fmean(mean.values())
    b.ints |= {
        "models": len(keys), "templates": count, "items": items, "total": total, "cells": count * len(keys),
        "answers": total * len(keys), "treated": len(others),
    }  # fmt: skip
    quoted_fact(b, rng)
    head = str(cast["y_head"])
    b.grids += [
        Grid(
            "Template",
            [*(f"T{j + 1}" for j in range(count)), "mean ± sd"],
            [(f"{b.labels[k]}, {head}", "%") for k in keys],
            [
                *[[("rate", f"t{j}.{k}", "cell1") for k in keys] for j in range(count)],
                [("mean", k, "pct cell") for k in keys],
            ],
            turnable=False,
        ),
        Grid(
            "Model",
            [b.labels[k] for k in keys],
            [("Mean", "%"), ("SD", "%"), ("Lowest", "%"), ("Highest", "%"), ("Spearman with length", ""), ("p", "")],
            [
                [
                    ("mean", k, "only pct cell"), ("sd", k, "pct"), ("rate", f"bad.{k}", "cell1"),
                    ("rate", f"good.{k}", "cell1"), ("coef", k, "2"), ("p", k, "bare"),
                ]
                for k in keys
            ],
        ),
    ]  # fmt: skip
    b.tables += [
        Table(
            "summary",
            ("model",),
            [
                {
                    "model": k, "mean_pct": b.means[k].mean, "sd_pct": b.means[k].sd, "n_templates": count,
                    "k": sum(hits[k]), "n": total, "rate": mean[k], **{f"length_{s}": v for s, v in
                    fit_row(b.coefs[k]).items() if s != "n"},
                }
                for k in keys
            ],
        ),
        Table(
            "cells",
            ("model", "template"),
            [
                {"model": k, "template": f"T{j + 1}", "k": v, "n": items, "rate": v / items}
                for k in keys
                for j, v in enumerate(hits[k])
            ],
        ),
    ]  # fmt: skip
    b.tables.append(
        Table(
            "versus",
            ("model",),
            [{"model": k, "gain_pp": t.diff, "gain_ci": [t.low, t.high], "p": t.p} for k, t in tests.items()],
        )
    )
    b.head = {"baseline": base, "template_words": length, "first_two_models": fit_row(b.coefs["between"])}
    return b
