"""What every kind of experiment draws in the same way: units and their names, what an earlier issue said."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lintbench.book import Book, Coef

__all__ = ["Rng", "draw_units", "fit_row", "layer_name", "logistic", "name_units", "quoted_fact"]

Rng = np.random.Generator


def logistic(x: float) -> float:
    """From log odds to a probability."""
    return 1 / (1 + math.exp(-x))


def draw_units(cast: dict[str, Any], rng: Rng, n: int) -> list[dict[str, str]]:
    """n members of the cast, in its order."""
    chosen = sorted(rng.choice(len(cast["units"]), size=n, replace=False))
    return [cast["units"][i] for i in chosen]


def name_units(book: Book, units: list[dict[str, str]], naming: str) -> None:
    """Let the page call units by key, name or short name."""
    for u in units:
        key, name = u["key"], u["name"]
        short = u.get("short", name)
        book.labels[key] = {"key": key, "name": name, "short": short}[naming]


def layer_name(book: Book, cast: dict[str, Any], layer: int) -> str:
    """A layer as this cast writes it."""
    return str(cast.get("layer_form", "L{}")).format(layer)


def quoted_fact(book: Book, rng: Rng) -> None:
    """What an earlier issue reported: in no file, but its p follows from its coefficient and N."""
    n = int(rng.integers(8, 40))
    r = round(float(rng.uniform(-0.6, 0.6)), 2)
    book.coefs["earlier"] = Coef(r or 0.11, n, "spearman")
    n = int(rng.choice([50, 80, 120, 250]))
    book.rates["earlier"] = (int(rng.integers(1, n)), n)


def fit_row(c: Coef) -> dict[str, Any]:
    """A correlation as the results file stores it."""
    return {"r": c.r, "p": c.p, "n": c.n}
