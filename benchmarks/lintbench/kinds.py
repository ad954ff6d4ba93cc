"""Forty-four kinds of error: each makes exactly one mistake in a clean page and says in which lines."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from lintbench.book import wilson
from lintbench.notation import is_tie
from lintbench.writer import PROSE, SPOKEN, Absent, Page, Piece, Writer

__all__ = ["KINDS", "mutate"]

Edit = dict[str, Any]
KINDS: dict[str, tuple[Callable[[Bench], Edit], str, str]] = {}
"""Name to (function, family of rules that should speak, whether the results file is needed)."""
TITLED = (*PROSE, "title")


class Bench:
    """One page on which one error is made."""

    def __init__(self, page: Page, rng: np.random.Generator) -> None:
        self.page, self.rng, self.pieces, self.no = page, rng, page.pieces, page.notation
        self.writer = Writer.__new__(Writer)
        self.writer.no, self.writer.book = page.notation, page.book

    def where(
        self, kinds: tuple[str, ...], secs: tuple[str, ...] | None = PROSE, ok: Callable[[Piece], bool] = lambda p: True
    ) -> list[int]:
        """Indices of pieces of those kinds in those sections; of an earlier issue only p can be judged."""
        found = []
        for i, p in enumerate(self.pieces):
            judged = p.kind == "p" or not p.key.endswith(" earlier")
            if p.kind in kinds and (secs is None or p.sec in secs) and judged and ok(p):
                found.append(i)
        if not found:
            raise Absent(f"no {kinds}")
        return found

    def any(
        self, kinds: tuple[str, ...], secs: tuple[str, ...] | None = PROSE, ok: Callable[[Piece], bool] = lambda p: True
    ) -> int:
        """One of them at random."""
        return int(self.rng.choice(self.where(kinds, secs, ok)))

    def one_of(self, values: list[Any]) -> Any:
        if not values:
            raise Absent("nothing to choose")
        return values[int(self.rng.integers(len(values)))]

    def put(self, i: int, new: str, note: str, also: list[int] | None = None) -> Edit:
        """Replace the text of a piece."""
        old = self.pieces[i].text
        if self.pieces[i].data.get("starts") and new[:1].islower() and self.pieces[i].kind in SPOKEN:
            new = new[:1].upper() + new[1:]
        if new == old:
            raise Absent("no change")
        self.pieces[i].text = new
        lines = {self.page.line_of(i), *(self.page.line_of(j) for j in also or [])}
        return {"lines": sorted(lines), "before": old.strip(), "after": new.strip(), "note": note}

    def block(self, name: str) -> tuple[int, int]:
        """The pieces of a section: heading to the next one of its level or above."""
        i = self.page.heading(name)
        level = self.pieces[i].data["level"]
        for j in range(i + 1, len(self.pieces)):
            p = self.pieces[j]
            if p.kind in ("heading", "condition") and p.data["level"] <= level:
                return i, j
        return i, len(self.pieces)


def kind(name: str, family: str, needs: str) -> Callable[[Callable[[Bench], Edit]], Callable[[Bench], Edit]]:
    def add(f: Callable[[Bench], Edit]) -> Callable[[Bench], Edit]:
        KINDS[name] = (f, family, needs)
        return f

    return add


def _true_value(p: Piece) -> tuple[Any, ...]:
    """What a number says, whatever it is called in its sentence."""
    d = p.data
    if p.kind == "coef":
        return ("coef", round(d["c"].r, 12), d["c"].n)
    if p.kind in ("rate", "ci"):
        return (p.kind, d["k"], d["n"])
    if p.kind == "sim":
        return ("sim", d["x"])
    return (p.kind, p.key)


def _transposed(text: str) -> str | None:
    """The first number with two neighbouring digits exchanged, not at its very end if it has many."""
    for m in re.finditer(r"\d+(?:\.\d+)?|\.\d+", text):
        s = m[0]
        for a in range(len(s) - 1):
            x, y = s[a], s[a + 1]
            if "." in (x, y) or x == y or (a == 0 and y == "0"):
                continue
            return text[: m.start()] + s[:a] + y + x + s[a + 2 :] + text[m.end() :]
    return None


def _changed_digit(text: str, rng: np.random.Generator) -> str:
    """One of the first two digits that matter replaced by another that is 2, 3 or 5 away."""
    m = re.search(r"[1-9]", text) or re.search(r"\d", text)
    if m is None:
        raise Absent("no digit")
    spots = [m.start()]
    follow = re.match(r"\.?(\d)", text[m.end() :])
    if follow:
        spots.append(m.end() + follow.start(1))
    i = int(rng.choice(spots))
    new = str((int(text[i]) + int(rng.choice([2, 3, 5]))) % 10)
    if new == "0" and i == spots[0]:
        new = "4" if text[i] != "4" else "7"
    return text[:i] + new + text[i + 1 :]


@kind("digit_swap", "json-mismatch", "helps")
def _digit_swap(b: Bench) -> Edit:
    def ok(p: Piece) -> bool:
        new = _transposed(p.text)
        return new is not None and p.data.get("form") not in ("kn", "slash", "both") and _far(p, new, b)

    i = b.any(("rate", "coef"), ok=ok)
    return b.put(i, _transposed(b.pieces[i].text) or "", "two digits exchanged")


def _far(p: Piece, new: str, b: Bench) -> bool:
    """The edit is larger than any rounding."""
    found = re.search(r"\d*\.?\d+", new)
    if found is None or not found[0].strip("."):
        return False
    x = float(found[0])
    if p.kind == "coef":
        return bool(x < 1 and abs(x - abs(p.data["c"].r)) > 0.012)
    true = p.data["k"] / p.data["n"] * (100 if b.no.rate == "pct" else 1)
    return bool(abs(x - true) > (1.2 if b.no.rate == "pct" else 0.012))


@kind("digit_typo", "json-mismatch", "helps")
def _digit_typo(b: Bench) -> Edit:
    i = b.any(("rate", "sim", "share", "move", "mean", "delta"))
    return b.put(i, _changed_digit(b.pieces[i].text, b.rng), "one digit changed")


@kind("sign_flip", "sign", "helps")
def _sign_flip(b: Bench) -> Edit:
    i = b.any(("coef", "sim", "delta"), ok=lambda p: abs(p.data["c"].r if p.kind == "coef" else p.data["x"]) > 0.05)
    t, minus = b.pieces[i].text, b.no.minus
    return b.put(i, t[len(minus) :] if t.startswith(minus) else minus + t.lstrip("+"), "sign lost or added")


@kind("stale_value", "json-mismatch", "yes")
def _stale_value(b: Bench) -> Edit:
    coefs = b.page.book.coefs

    def others(p: Piece) -> list[str]:
        return [q for q in p.data["c"].peers if q in coefs and abs(coefs[q].r - p.data["c"].r) > 0.02]

    i = b.any(("coef",), ok=lambda p: bool(others(p)))
    q = b.one_of(others(b.pieces[i]))
    return b.put(i, b.no.signed(coefs[q].r, b.pieces[i].data["d"], bare=True), f"the value of {q}")


@kind("stale_rate", "json-mismatch", "yes")
def _stale_rate(b: Bench) -> Edit:
    i = b.any(("rate",), ok=lambda p: p.data["form"] in ("", "0", "1"))
    d = b.pieces[i].data
    mine = b.pieces[i].key.rpartition(" ")[2].rpartition(".")[0]
    others = sorted(
        {
            v
            for k, v in b.page.book.rates.items()
            if k.rpartition(".")[0] == mine and k != "earlier" and abs(v[0] / v[1] - d["k"] / d["n"]) > 0.02
        }
    )
    k, n = b.one_of(others)
    return b.put(i, b.writer.rate_text(k, n, d["form"], d["digits"], d["bare"]), "the rate of another unit")


@kind("wrong_n", "sample-size", "helps")
def _wrong_n(b: Bench) -> Edit:
    i = b.any(("n",), ok=lambda p: not p.data.get("bare"))
    d = b.pieces[i].data
    n = d["n"]
    new = b.one_of([v for v in (n * 10, n + 9, max(4, n // 2), n + 40) if v != n])
    return b.put(i, d["sep"] + b.no.n_text(new, big=d["big"]) + d.get("tail", ""), f"true value {n}")


@kind("wrong_p", "p-from-r-n", "no")
def _wrong_p(b: Bench) -> Edit:
    i = b.any(("p",), ok=lambda p: not p.data["bound"] and not p.data["bare"])
    p = b.pieces[i].data["c"].p
    new = p * 1e-6 if p < 1e-8 else p / 12 if p > 0.2 or b.rng.random() < 0.6 else p * 4.4
    text = f"{b.no.p}{b.no.eq}{b.no.p_number(new)}"
    return b.put(i, text, "p does not follow from the coefficient and N beside it")


@kind("p_bound", "p-from-r-n", "helps")
def _p_bound(b: Bench) -> Edit:
    i = b.any(("pbound",))
    d = b.pieces[i].data
    sharper = 10.0 ** (math.floor(math.log10(min(d["bound"], d["p"]))) - int(b.rng.choice([3, 6])))
    return b.put(i, b.no.p_bound(sharper), "not every p is below this bound")


@kind("p_zero", "p-format", "no")
def _p_zero(b: Bench) -> Edit:
    i = b.any(("p", "dp"), ok=lambda p: not p.data.get("bare"))
    return b.put(i, f"{b.no.p}{b.no.eq}{b.one_of(['0', '0.000', '0.0', '.000'])}", "p is never zero")


@kind("rate_percent", "units", "helps")
def _rate_percent(b: Bench) -> Edit:
    i = b.any(("rate",), ok=lambda p: p.data["form"] in ("", "0", "1") and p.data["k"] / p.data["n"] > 0.02)
    x = b.pieces[i].data["k"] / b.pieces[i].data["n"]
    return b.put(i, b.no.fixed_point(x, 2) + b.no.percent, "a fraction with a percent sign")


def _interval(b: Bench, change: Callable[[dict[str, Any]], tuple[float, float]], note: str, *, welch: bool) -> Edit:
    i = b.any(("ci", "dci") if welch else ("ci",), secs=(*PROSE, "table"))
    p = b.pieces[i]
    low, high = change(p.data)
    text = b.writer.ci_text(low, high, p.data["bare"]) if p.kind == "ci" else b.writer.dci_text(low, high, p.data["d"])
    return b.put(i, text, note)


@kind("ci_swapped", "ci", "no")
def _ci_swapped(b: Bench) -> Edit:
    return _interval(b, lambda d: (d["high"], d["low"]), "lower bound above upper bound", welch=True)


@kind("ci_excludes", "ci", "no")
def _ci_excludes(b: Bench) -> Edit:
    def shift(d: dict[str, Any]) -> tuple[float, float]:
        width = d["high"] - d["low"]
        if "k" in d and d["at"] > 0.6:
            return max(0.001, d["low"] - 0.3 * width), d["at"] - 0.25 * width - 0.02
        return d["at"] + 0.25 * width + 0.02, d["high"] + 0.3 * width

    return _interval(b, shift, "the interval leaves out its estimate", welch=True)


@kind("ci_width", "ci", "no")
def _ci_width(b: Bench) -> Edit:
    def other(d: dict[str, Any]) -> tuple[float, float]:
        n = d["n"] * 4 if b.rng.random() < 0.5 else max(8, d["n"] // 3)
        return wilson(round(d["k"] / d["n"] * n), n)

    return _interval(b, other, "the interval of another sample size", welch=False)


@kind("count_off", "count", "helps")
def _count_off(b: Bench) -> Edit:
    i = b.any(("count",), secs=TITLED)
    d = b.pieces[i].data
    x = d["x"] + 1 if d["x"] < d["y"] and (d["x"] == 0 or b.rng.random() < 0.6) else d["x"] - 1
    return b.put(i, b.no.count_text(x, d["y"], d["form"]), f"true count {d['x']} of {d['y']}")


@kind("quantifier", "count", "helps")
def _quantifier(b: Bench) -> Edit:
    i = b.any(("quant", "half", "count"), secs=TITLED)
    p = b.pieces[i]
    x, y = p.data["x"], p.data["y"]
    if p.kind == "half":
        new = "two thirds"
    elif x == y:
        new = b.no.count_text(x - 1, y)
    else:
        new = b.one_of([f"all {y}", f"all {y}", "none"] if x > 0 else [f"all {y}"])
        new = f"none of the {y}" if new == "none" else new
    return b.put(i, new, f"true count {x} of {y}")


@kind("direction", "direction", "no")
def _direction(b: Bench) -> Edit:
    i = b.any(("dir",), secs=TITLED)
    return b.put(i, b.pieces[i].data["wrong"], "the figures say the opposite")


@kind("fold_ratio", "ratio", "no")
def _fold_ratio(b: Bench) -> Edit:
    i = b.any(("fold",))
    f = b.pieces[i].data["ratio"]
    return b.put(i, b.no.fold(f * float(b.rng.choice([0.6, 1.6, 2.0]))), f"true ratio {f:.2f}")


@kind("difference", "ratio", "no")
def _difference(b: Bench) -> Edit:
    i = b.any(("diff",))
    d = b.pieces[i].data
    step = float(b.rng.choice([-1, 1]) * b.rng.choice([7, 10, 13])) / 100
    x = d["x"] + step * (1 if d["unit"] == "rate" else 12)
    if d["form"] == "abs" and abs(abs(x) - abs(d["x"])) < 0.02:
        x = d["x"] + abs(step)
    return b.put(i, b.writer.diff_text(x, d), f"true difference {d['x']:.4f}")


@kind("pp_percent", "units", "no")
def _pp_percent(b: Bench) -> Edit:
    i = b.any(("diff",), ok=lambda p: p.data["unit"] == "rate")
    return b.put(i, b.pieces[i].text.removesuffix(b.no.pp) + b.no.percent, "a difference of percentages in percent")


@kind("rounding", "rounding", "helps")
def _rounding(b: Bench) -> Edit:
    scale = 100 if b.no.rate == "pct" else 1

    def digits(p: Piece) -> int:
        if p.kind == "coef":
            return int(p.data["d"])
        d = p.data["digits"]
        return b.no.rate_digits(p.data["k"] / p.data["n"]) if d is None else int(d)

    def ok(p: Piece) -> bool:
        if p.kind == "coef":
            return True
        return (
            p.data["form"] in ("", "1") and "." in p.text and not is_tie(scale * p.data["k"] / p.data["n"], digits(p))
        )

    i = b.any(("coef", "rate"), ok=ok)
    p = b.pieces[i]
    x, d = (p.data["c"].r, digits(p)) if p.kind == "coef" else (scale * p.data["k"] / p.data["n"], digits(p))
    printed = float(b.no.fixed_point(x, d))
    step = 10**-d if printed <= abs(x) else -(10**-d)
    if abs(printed + step - abs(x)) < 0.52 * 10**-d:  # a near tie: that neighbour is as good
        step = -step
    if printed + step < 0 or (p.kind == "coef" and printed + step >= 1):
        raise Absent("no neighbour")
    off = math.copysign(printed + step, x)
    text = b.no.signed(off, d, bare=p.kind == "coef")
    if p.kind == "rate" and b.no.rate == "pct":
        text += b.no.percent
    return b.put(i, text, "off by one in the last digit")


@kind("significance", "significance", "no")
def _significance(b: Bench) -> Edit:
    i = b.any(("sig",), ok=lambda p: not p.data["ok"])
    return b.put(i, b.pieces[i].data["yes"], "called significant with p above 0.05")


@kind("superlative", "superlative", "helps")
def _superlative(b: Bench) -> Edit:
    i = b.any(("name",), secs=TITLED, ok=lambda p: bool(p.data["wrong"]))
    d = b.pieces[i].data
    other = str(b.one_of(list(d["wrong"])))
    tick = d["tick"] if "_" in other else ""
    return b.put(i, f"{tick}{other}{tick}", "another unit holds that extreme")


@kind("range_end", "range", "helps")
def _range_end(b: Bench) -> Edit:
    i = b.any(("range",))
    d = b.pieces[i].data
    low, high = d["low"], d["high"]
    step = {"score": 1.1}.get(d["unit"], 0.11) * (1 if abs(low) < 0.8 else -1)
    inside = (low + math.copysign(step, low if d["unit"] == "coef" else 1), high)
    new = (
        inside if b.rng.random() < 0.5 else (low, high - math.copysign(0.8 * step, high if d["unit"] == "coef" else 1))
    )
    if d["unit"] in ("rate", "score") and min(new) < 0:
        new = inside
    return b.put(i, b.writer.range_text(*new, d["unit"], d["form"]), "not the smallest or not the largest value")


@kind("percent_impossible", "granularity", "no")
def _percent_impossible(b: Bench) -> Edit:
    def fine(p: Piece) -> bool:
        d = p.data
        places = 3 if b.no.rate == "frac" else 1
        return d["form"] in ("", "1") and d["n"] <= 600 and (d["digits"] in (None, places))

    i = b.any(("rate",), ok=fine)
    k, n = b.pieces[i].data["k"], b.pieces[i].data["n"]
    for _ in range(60):
        x = round(100 * k / n + float(b.rng.choice([-1, 1]) * b.rng.uniform(0.2, 0.9)), 1)
        if 0 < x < 100 and min(abs(x - 100 * j / n) for j in range(n + 1)) > 0.051:
            text = f"{x:.1f}{b.no.percent}" if b.no.rate == "pct" else f"{x / 100:.3f}"
            return b.put(i, text, f"no count out of {n} gives this")
    raise Absent("every tenth of a percent is possible")


@kind("table_prose", "table-json", "helps")
def _table_prose(b: Bench) -> Edit:
    prose = {_true_value(p) for p in b.pieces if p.kind in ("rate", "coef") and p.sec in PROSE}
    i = b.any(("rate", "coef"), secs=("table",), ok=lambda p: _true_value(p) in prose and p.data.get("form") != "slash")
    said = [j for j, p in enumerate(b.pieces) if p.sec in PROSE and _true_value(p) == _true_value(b.pieces[i])]
    return b.put(i, _changed_digit(b.pieces[i].text, b.rng), "a cell disagrees with prose and data", also=said)


@kind("table_json", "table-json", "yes")
def _table_json(b: Bench) -> Edit:
    prose = {_true_value(p) for p in b.pieces if p.sec in PROSE}
    i = b.any(
        ("rate", "coef", "sim", "mean"),
        secs=("table",),
        ok=lambda p: (
            _true_value(p) not in prose and p.data.get("form") != "slash" and re.search("[1-9]", p.text) is not None
        ),
    )
    return b.put(i, _changed_digit(b.pieces[i].text, b.rng), "a cell disagrees with the data")


@kind("table_row_swap", "table-json", "yes")
def _table_row_swap(b: Bench) -> Edit:
    cells = b.where(("rate",), secs=("table",))
    i = int(b.rng.choice(cells))
    d = b.pieces[i].data

    def column(p: Piece) -> tuple[str, str]:
        return p.data["form"], p.key.rpartition(" ")[2].rpartition(".")[0]

    twins = [
        j
        for j in cells
        if column(b.pieces[j]) == column(b.pieces[i])
        and b.pieces[j].text != b.pieces[i].text
        and abs(b.pieces[j].data["k"] / b.pieces[j].data["n"] - d["k"] / d["n"]) > 0.01
    ]
    j = int(b.one_of(twins))
    mine, other = b.pieces[i].text, b.pieces[j].text
    b.pieces[j].text = mine
    return b.put(i, other, "two cells exchanged", also=[j])


@kind("product", "product", "helps")
def _product(b: Bench) -> Edit:
    totals = ("int cell", "int total", "int leak_n", "int cells")
    i = b.any(("int", "n"), secs=("methodology", "setup"), ok=lambda p: p.key in totals and not p.data.get("word"))
    d = b.pieces[i].data
    x = int(d["x"] if "x" in d else d["n"])
    new = int(b.one_of([x * 5, x * 10, x + max(20, x // 5)]))
    text = b.pieces[i].text.replace(b.no.integer(x), b.no.integer(new))
    return b.put(i, text, f"true product {x}")


# -- template ----------------------------------------------------------------------------------------------------------
@kind("missing_section", "structure", "no")
def _missing_section(b: Bench) -> Edit:
    name = b.one_of(
        [
            "Background",
            "Methodology",
            "Next steps",
            "Sample outputs",
            "Headline numbers",
            "Artifacts",
            "WandB",
            "Compute",
            "Environment",
            "Source issues",
            "Human summary",
            "Data",
        ]
    )
    i, j = b.block(name)
    line = b.page.line_of(i)
    if b.pieces[j - 1].kind == "rule":
        j -= 1
    del b.pieces[i:j]
    return {"lines": [], "near": line, "before": name, "after": "", "note": f"section {name!r} removed"}


@kind("section_order", "structure", "no")
def _section_order(b: Bench) -> Edit:
    first, second = b.one_of(
        [
            ("Background", "Methodology"),
            ("Sample outputs", "Headline numbers"),
            ("Setup & hyper-parameters", "WandB"),
            ("Human summary", "Source issues"),
        ]
    )
    (i, j), (k, m) = b.block(first), b.block(second)
    if j > k:
        raise Absent("nested")
    b.pieces[i:m] = b.pieces[k:m] + b.pieces[j:k] + b.pieces[i:j]
    lines = sorted(b.page.line_of(b.page.heading(n)) for n in (first, second))
    return {
        "lines": lines,
        "before": f"{first}, {second}",
        "after": f"{second}, {first}",
        "note": "two sections exchanged",
    }


@kind("unpinned_figure", "figure", "no")
def _unpinned_figure(b: Bench) -> Edit:
    i = b.any(("figure_sha",), None)
    return b.put(i, b.one_of(["main", "master", "refs/heads/main", "HEAD"]), "the figure follows a branch")


@kind("title_confidence", "title-confidence", "no")
def _title_confidence(b: Bench) -> Edit:
    i = b.any(("title_level",), None)
    other = b.one_of([v for v in ("HIGH", "MODERATE", "LOW") if v != b.pieces[i].text])
    return b.put(i, other, "title and Confidence line disagree", also=b.where(("conf_level",), None))


@kind("title_no_marker", "title-confidence", "no")
def _title_no_marker(b: Bench) -> Edit:
    i = b.any(("title_level",), None)
    level = b.pieces[i].text
    line = b.page.line_of(i)
    for j in (i - 1, i):
        b.pieces[j].text = ""
    b.pieces[i + 1].text = b.pieces[i + 1].text.replace(" confidence)", "", 1)
    return {"lines": [line], "before": f"({level} confidence)", "after": "", "note": "no marker in the title"}


@kind("missing_confidence", "confidence-line", "no")
def _missing_confidence(b: Bench) -> Edit:
    i, j = b.where(("conf_open",), None)[0], b.where(("conf_close",), None)[0]
    line, before = b.page.line_of(i), "".join(p.text for p in b.pieces[i:j])
    del b.pieces[i : j + 1]
    return {"lines": [], "near": line, "before": before, "after": "", "note": "no Confidence line"}


@kind("confidence_level", "confidence-line", "no")
def _confidence_level(b: Bench) -> Edit:
    i = b.any(("conf_level",), None)
    new = b.one_of(["MEDIUM", "moderately high", "FAIR", "70%", "fairly sure"])
    return b.put(i, new, "not one of HIGH, MODERATE, LOW", also=b.where(("title_level",), None))


@kind("sentinel", "sentinel", "no")
def _sentinel(b: Bench) -> Edit:
    def free(i: int) -> bool:
        p = b.pieces[i]
        before = b.pieces[i - 1].text[-1:] if i else ""
        after = b.pieces[i + 1].text[:1] if i + 1 < len(b.pieces) else ""
        if not p.kind and not (
            before == " " and b.pieces[i - 1].text.endswith("| ") and b.pieces[i + 1].text.startswith(" |")
        ):
            return False
        return not (before.isalnum() or before in "`=+-−#") and not (after.isalnum() or after in "`%]")

    found = b.where(
        ("rate", "coef", "int", "n", "sim", ""),
        (*PROSE, "table", "setup"),
        lambda p: (bool(p.kind) or "row" in p.data) and not p.data.get("tail"),
    )
    i = int(b.one_of([i for i in found if free(i) or b.pieces[i].data.get("sep")]))
    new = b.one_of(["TBD", "{{VALUE}}", "XXX", "<TODO>", "{{N}}"])
    return b.put(i, b.pieces[i].data.get("sep", "") + new, "a placeholder left in")


@kind("missing_caption", "caption", "no")
def _missing_caption(b: Bench) -> Edit:
    i = next(j for j, p in enumerate(b.pieces) if p.data.get("opens_caption"))
    j = b.where(("caption_end",), None)[0]
    line, before = b.page.line_of(i), "".join(p.text for p in b.pieces[i:j])
    del b.pieces[i : j + 1]
    return {"lines": [line - 2, line], "before": before, "after": "", "note": "a figure without a caption"}


@kind("few_samples", "samples", "no")
def _few_samples(b: Bench) -> Edit:
    i = b.any(("sample",), None)
    start = max(j for j, p in enumerate(b.pieces[:i]) if p.kind == "condition")
    del b.pieces[i]
    end = next(j for j in range(start + 1, len(b.pieces)) if b.pieces[j].kind in ("condition", "heading"))
    lines = [b.page.line_of(b.page.heading("Sample outputs")), *range(b.page.line_of(start), b.page.line_of(end))]
    return {"lines": lines, "before": "3 samples", "after": "2 samples", "note": "fewer than three samples"}


@kind("empty_samples", "samples", "no")
def _empty_samples(b: Bench) -> Edit:
    i = b.any(("sample",), None)
    start = max(j for j, p in enumerate(b.pieces[:i]) if p.kind == "condition")
    empty = b.one_of(
        ["```\n[sample omitted]\n```\n\n", "```\n\n```\n\n", "```\n...\n```\n\n", "```\n(omitted)\n```\n\n"]
    )
    return b.put(i, empty, "a block without a sample", also=[start])


@kind("missing_n", "sample-size", "no")
def _missing_n(b: Bench) -> Edit:
    gone = [i for i, p in enumerate(b.pieces) if p.sec in ("caption", "takeaway") and (p.sized or p.kind == "n")]
    if not any(b.pieces[i].sec == "caption" for i in gone):
        raise Absent("no sample size in the caption")
    near = [
        i
        for i, p in enumerate(b.pieces)
        if p.kind == "figure_sha" or (p.kind == "heading" and p.data["name"] == "Results")
    ]
    lines = sorted({b.page.line_of(i) for i in gone + near})
    for i in gone:
        b.pieces[i].text = ""
    return {"lines": lines, "before": "sample sizes", "after": "", "note": "no sample size in the caption"}


@kind("seed_caveat", "seed-caveat", "no")
def _seed_caveat(b: Bench) -> Edit:
    i, j = b.where(("caveats",), None)[0], b.page.heading("Artifacts")
    for p in b.pieces:
        if p.data.get("seed_bullet"):
            p.text = ""
        elif p.kind == "seed":
            p.text = "limited compute"
    rows = [k for k, p in enumerate(b.pieces) if p.text == "| Seeds | "]
    lines = {
        *range(b.page.line_of(i), b.page.line_of(j)),
        *(b.page.line_of(k) for k in rows + b.where(("conf_open",), None)),
    }
    return {
        "lines": sorted(lines),
        "before": "one seed declared",
        "after": "",
        "note": "one seed in the card, no word of it among the caveats",
    }


@kind("overconfident", "overconfidence", "no")
def _overconfident(b: Bench) -> Edit:
    i, j = b.where(("title_level",), None)[0], b.where(("conf_level",), None)[0]
    before = b.pieces[i].text
    b.pieces[i].text = b.pieces[j].text = "HIGH"
    return {
        "lines": [b.page.line_of(i), b.page.line_of(j)],
        "before": before,
        "after": "HIGH",
        "note": "HIGH on one seed",
    }


@kind("acronym", "acronym", "no")
def _acronym(b: Bench) -> Edit:
    i = b.any(("acro",), None)
    a = b.pieces[i].data
    new = a["short"] if b.rng.random() < 0.5 else f"{a['wrong']} ({a['short']})"
    return b.put(i, new, "not expanded, or expanded to words that it does not abbreviate")


@kind("dead_json", "artifact", "no")
def _dead_json(b: Bench) -> Edit:
    name = b.page.results
    dead = name.replace("results.", "results_final.")
    for i in b.where(("artifact",), None):
        b.pieces[i].text = b.pieces[i].text.replace(name, dead)
    lines = [i + 1 for i, line in enumerate(b.page.text().splitlines()) if dead in line]
    return {"lines": lines, "before": name, "after": dead, "note": "the named results file does not exist"}


def mutate(page: Page, name: str, rng: np.random.Generator) -> tuple[str, dict[str, Any]] | None:
    """Text and label of a copy with that error; ``None`` where the page offers no place for it."""
    make, family, needs = KINDS[name]
    twin = page.copy()
    try:
        edit = make(Bench(twin, rng))
    except Absent:
        return None
    text = twin.text()
    if text == page.text():
        return None
    return text, {"kind": name, "expect": family, "needs_json": needs, **edit}
