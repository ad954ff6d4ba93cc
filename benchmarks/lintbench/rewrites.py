"""Correct rewrites: the same facts said otherwise. A linter that speaks up at one of these is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lintbench.notation import WORDS, is_tie
from lintbench.writer import PROSE, Absent, Page, Piece, Writer

__all__ = ["REWRITES", "rewrite"]

REWRITES: dict[str, Callable[[Page, np.random.Generator], None]] = {}
Maker = Callable[[Page, np.random.Generator], None]


def _named(f: Maker) -> Maker:
    REWRITES[f.__name__.strip("_")] = f
    return f


def _stated(page: Page, kinds: tuple[str, ...], ok: Callable[[Piece], bool] = lambda p: True) -> list[Piece]:
    found = [p for p in page.pieces if p.kind in kinds and p.sec in PROSE and ok(p)]
    if not found:
        raise Absent(f"no {kinds}")
    return found


def _plain(p: Piece) -> bool:
    return p.data["form"] in ("", "1")


@_named
def _fewer_digits(page: Page, rng: np.random.Generator) -> None:
    """Every rate and coefficient of the prose rounded once more, from the true value."""
    no = page.notation
    changed = 0
    for p in _stated(page, ("rate", "sim", "coef")):
        old = p.text
        if p.kind == "rate" and _plain(p):
            x, d = p.data["k"] / p.data["n"], 0 if no.rate == "pct" else 2
            if not is_tie(x * (100 if no.rate == "pct" else 1), d):
                p.text = no.rate_text(x, d)
        elif p.kind == "sim" and abs(p.data["x"]) >= 0.1 and not is_tie(p.data["x"], 1):
            p.text = no.signed(p.data["x"], 1, plus=no.plus)
        changed += p.text != old
    if not changed:
        raise Absent("nothing to round")


@_named
def _more_digits(page: Page, rng: np.random.Generator) -> None:
    """Coefficients of the prose with a third decimal."""
    for p in _stated(page, ("coef",)):
        p.text = page.notation.signed(p.data["c"].r, 3, bare=True)


@_named
def _other_unit(page: Page, rng: np.random.Generator) -> None:
    """One rate as a fraction where the page writes percent, or the other way round."""
    no = page.notation
    p = _one(_stated(page, ("rate",), _plain), rng)
    x = p.data["k"] / p.data["n"]
    if no.rate == "pct":
        p.text = no.fixed_point(x, 2 if no.rate_digits(x) == 0 and not no.fixed else 3)
    else:
        p.text = no.fixed_point(100 * x, 1) + "%"


def _one(found: list[Piece], rng: np.random.Generator) -> Piece:
    return found[int(rng.integers(len(found)))]


@_named
def _as_counts(page: Page, rng: np.random.Generator) -> None:
    """A rate with its counts in brackets."""
    no = page.notation
    p = _one(_stated(page, ("rate",), lambda p: _plain(p) and p.sec == "takeaway"), rng)
    p.text = f"{p.text} ({no.integer(p.data['k'])} of {no.integer(p.data['n'])})"


@_named
def _about(page: Page, rng: np.random.Generator) -> None:
    """A rate said to be approximate, and rounded to a whole percent."""
    no = page.notation
    p = _one(_stated(page, ("rate",), _plain), rng)
    x = p.data["k"] / p.data["n"]
    word = str(rng.choice(["about ", "~", "roughly ", "close to "]))
    p.text = word + no.rate_text(x, 0 if no.rate == "pct" else 2)


@_named
def _bounded_p(page: Page, rng: np.random.Generator) -> None:
    """An exact p replaced by a bound that holds."""
    no = page.notation
    p = _one(_stated(page, ("p", "dp"), lambda p: not p.data.get("bare") and not p.data.get("bound")), rng)
    value = p.data["c"].p if p.kind == "p" else p.data["p"]
    for bound in (0.001, 0.01, 0.05):
        if value < bound:
            p.text = no.p_bound(bound)
            return
    p.text = f"{no.p} > 0.05" if no.eq == " = " else f"{no.p}>0.05"
    if value < 0.0501:
        raise Absent("too close to 0.05")


@_named
def _rounded_p(page: Page, rng: np.random.Generator) -> None:
    """Small p-values with one digit, larger ones with two."""
    no, changed = page.notation, 0
    for p in _stated(page, ("p",), lambda p: not p.data["bare"] and not p.data["bound"]):
        value = p.data["c"].p
        if value < 0.001:
            mantissa, exponent = f"{value:.0e}".split("e")
            p.text = f"{no.p}{no.eq}{no.power(mantissa, int(exponent))}"
            changed += 1
        elif value >= 0.01 and not math.isclose(round(value, 2), 0.05):
            s = no.fixed_point(value, 2)
            p.text = f"{no.p}{no.eq}{s if no.lead_zero else s.lstrip('0')}"
            changed += 1
    if not changed:
        raise Absent("no p to round")


@_named
def _spelled_counts(page: Page, rng: np.random.Generator) -> None:
    """``4 of 7`` in words, or words in digits."""
    for p in _stated(page, ("count",)):
        x, y = p.data["x"], p.data["y"]
        if re.search(r"\d", p.text) and y < len(WORDS):
            p.text = f"{WORDS[x]} of the {WORDS[y]}"
        else:
            p.text = f"{x} of the {y}"
        if p.data.get("starts"):
            p.text = p.text[0].upper() + p.text[1:]


@_named
def _other_takeaway_order(page: Page, rng: np.random.Generator) -> None:
    """The takeaways in reverse; nothing in them refers to another."""
    start = next(i for i, p in enumerate(page.pieces) if p.kind == "bullet")
    end = next(i for i, p in enumerate(page.pieces) if p.kind == "conf_open") - 1
    groups: list[list[Piece]] = []
    for p in page.pieces[start:end]:
        if p.kind == "bullet":
            groups.append([])
        groups[-1].append(p)
    page.pieces[start:end] = [p for g in reversed(groups) for p in g]


@_named
def _other_minus(page: Page, rng: np.random.Generator) -> None:
    """ASCII hyphens for minus signs, or the other way round, wherever a number is negative."""
    old, new = ("−", "-") if page.notation.minus == "−" else ("-", "−")
    changed = 0
    for p in page.pieces:
        if p.kind in ("coef", "sim", "delta", "dci", "diff", "range", "move") and old in p.text:
            p.text = p.text.replace(old, new)
            changed += 1
    if not changed:
        raise Absent("no minus")


@_named
def _entities(page: Page, rng: np.random.Generator) -> None:
    """HTML entities where a sign was typed: &minus; &plusmn; &ge; &times;."""
    names = {"−": "&minus;", "±": "&plusmn;", "≥": "&ge;", "×": "&times;", "→": "&rarr;"}
    changed = 0
    for p in page.pieces:
        if p.kind in ("coef", "sim", "delta", "dci", "mean", "move", "fold", "range"):
            new = "".join(names.get(c, c) for c in p.text)
            changed += new != p.text
            p.text = new
    if not changed:
        raise Absent("no sign")


@_named
def _other_interval(page: Page, rng: np.random.Generator) -> None:
    """Every interval in another bracket."""
    writer = Writer.__new__(Writer)
    other = {"[]": "to", "()": "[]", "to": "[]", "(dash)": "[]", "[;]": "to", "[]once": "to", "dash": "()"}[
        page.notation.ci
    ]
    writer.no = replace(page.notation, ci=other)
    for p in _stated(page, ("ci", "dci")):
        d = p.data
        p.text = writer.ci_text(d["low"], d["high"]) if p.kind == "ci" else writer.dci_text(d["low"], d["high"], d["d"])


@_named
def _said_backwards(page: Page, rng: np.random.Generator) -> None:
    """``from a to b`` as ``to b, from a``."""
    p = _one(_stated(page, ("move",), lambda p: p.text.startswith("from ") and p.text.count(" to ") == 1), rng)
    a, b = p.text.removeprefix("from ").split(" to ")
    p.text = f"to {b} from {a}"


@_named
def _other_words(page: Page, rng: np.random.Generator) -> None:
    """Words of direction replaced by others of the same direction."""
    twins = {
        "rises": "climbs", "falls": "declines", "increases": "grows", "decreases": "shrinks", "goes up": "moves up",
        "goes down": "moves down", "drops": "sinks", "higher": "larger", "lower": "smaller",
    }  # fmt: skip
    changed = 0
    for p in page.pieces:
        if p.kind == "dir" and p.text in twins:
            p.text = twins[p.text]
            changed += 1
    if not changed:
        raise Absent("no such word")


@_named
def _sorted_rows(page: Page, rng: np.random.Generator) -> None:
    """The rows of the first plain table in another order."""
    opens = [i for i, p in enumerate(page.pieces) if p.kind == "grid"]
    for i in opens:
        j = i + 1
        rows: list[list[Piece]] = [[]]
        while j < len(page.pieces) and page.pieces[j].sec == "table" and j not in opens:
            rows[-1].append(page.pieces[j])
            if page.pieces[j].text == "|\n":
                rows.append([])
            j += 1
        rows = rows[:-1]
        if any(not row[1].text for row in rows):  # a label that stands for the rows below it too
            continue
        if len(rows) > 2:
            page.pieces[i + 1 : j] = [p for k in rng.permutation(len(rows)) for p in rows[int(k)]]
            return
    raise Absent("no table with rows to sort")


@_named
def _bold_cells(page: Page, rng: np.random.Generator) -> None:
    """Some cells in bold, as people mark their best number."""
    cells = [p for p in page.pieces if p.sec == "table" and p.kind in ("rate", "coef", "mean")]
    for p in cells[:: max(1, len(cells) // 3)]:
        p.text = f"**{p.text}**"


@_named
def _footnote(page: Page, rng: np.random.Generator) -> None:
    """A comment, a quote and a link, all with numbers that are no claims."""
    i = page.heading("Next steps")
    quote = (
        "<!-- old draft: the rate was 93.7% (n = 17), r = −1.70 -->\n\n"
        '> Reviewer: "you wrote 99.9% last week, and p = 0.9 the week before"\n\n'
        "See the [run of 2026-05-01](https://example.org/runs/93.7?p=0.5&n=17), `--temperature 0.31 --top-k 17`.\n\n"
    )
    page.pieces.insert(i, Piece(quote, "aside"))


@_named
def _in_details(page: Page, rng: np.random.Generator) -> None:
    """The last table folded away."""
    opens = [i for i, p in enumerate(page.pieces) if p.kind == "grid"]
    i = opens[-1]
    j = next(k for k in range(i, len(page.pieces)) if page.pieces[k].sec != "table")
    page.pieces.insert(j, Piece("\n</details>\n"))
    page.pieces.insert(i, Piece("<details>\n<summary>Table, click to open</summary>\n\n"))


def rewrite(page: Page, name: str, rng: np.random.Generator) -> tuple[str, dict[str, Any]] | None:
    """Text and label of a correct rewrite; ``None`` where the page offers no place for it."""
    twin = page.copy()
    try:
        REWRITES[name](twin, rng)
    except Absent:
        return None
    text = twin.text()
    if text == page.text():
        return None
    return text, {"kind": "clean", "expect": None, "lines": [], "rewrite": name}
