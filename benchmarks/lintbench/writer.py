"""A bank of wording and a book of facts become a page: a list of pieces, each with what it states."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lintbench.book import Book, Grid, wilson
from lintbench.notation import WORDS, Notation, is_tie, nice_bound

__all__ = ["PROSE", "SPOKEN", "Absent", "Page", "Piece", "Writer", "write_page"]

SLOT = re.compile(r"⟦|⟧|\{(\w+)(?: ([\w.\-]+))?(?:: ?([^{}]+))?\}")
SPOKEN = ("name", "label", "seed", "quant", "count", "half", "acro", "int")
"""Kinds of piece that are words, and begin a sentence with a capital."""
PROSE = ("background", "methodology", "caption", "takeaway", "confidence")
"""Where numbers are stated in sentences."""
PARTS = {
    "a tenth": 1 / 10, "a fifth": 1 / 5, "a quarter": 1 / 4, "a third": 1 / 3, "two fifths": 2 / 5, "half": 1 / 2,
    "three fifths": 3 / 5, "two thirds": 2 / 3, "three quarters": 3 / 4, "four fifths": 4 / 5, "nine tenths": 9 / 10,
}  # fmt: skip


class Absent(LookupError):
    """The book does not have the fact that a phrase asks for."""


@dataclass
class Piece:
    """A stretch of text that is edited as one; ``kind`` says what it states, ``data`` how."""

    text: str
    kind: str = ""
    sec: str = ""
    key: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    sized: bool = False
    """Goes when the sample sizes are taken out of caption and takeaways."""


@dataclass
class Page:
    """A whole page with everything that made it."""

    ident: str
    family: str
    pieces: list[Piece]
    book: Book
    notation: Notation
    acronyms: dict[str, dict[str, str]]
    results: str = "results.json"

    def text(self) -> str:
        return "".join(p.text for p in self.pieces)

    def line_of(self, index: int) -> int:
        """1-based line of the first visible character of a piece."""
        before = "".join(p.text for p in self.pieces[:index])
        own = self.pieces[index].text
        return before.count("\n") + len(own) - len(own.lstrip("\n")) + 1

    def copy(self) -> Page:
        """A page whose pieces may be edited; book and notation are shared."""
        return replace(self, pieces=[replace(p, data=dict(p.data)) for p in self.pieces])

    def heading(self, name: str) -> int:
        """Index of the heading with that name."""
        for i, p in enumerate(self.pieces):
            if p.kind == "heading" and p.data["name"] == name:
                return i
        raise Absent(name)


class Writer:
    """Fills slots such as ``{rate max: kn}`` from a book in one notation."""

    def __init__(self, book: Book, notation: Notation, bank: dict[str, Any], rng: np.random.Generator) -> None:
        self.book, self.no, self.bank, self.rng = book, notation, bank, rng
        self.naming = "name"
        self.unit_in_header = bool(rng.random() < 0.5)
        self.known: set[str] = set()

    # -- one method a slot ---------------------------------------------------------------------------------------------
    def _rate(self, key: str, form: str) -> list[Piece]:
        k, n = self.book.rates[key]
        no = self.no
        if form in ("k", "n"):
            x = k if form == "k" else n
            return [Piece(no.integer(x), "int", data={"x": x})]
        if form == "approx":
            near = 5 * round(20 * k / n)
            if near in (0, 100) or abs(100 * k / n - near) > 1.6:
                raise Absent(f"a round number near {k}/{n}")
            word = str(self.rng.choice(self.bank["about"]))
            return [
                Piece(word + no.rate_text(near / 100, 0 if no.rate == "pct" else 2), "approx", data={"k": k, "n": n})
            ]
        if form == "part":
            words = min(PARTS, key=lambda s: abs(PARTS[s] - k / n))
            if abs(PARTS[words] - k / n) > 0.016:
                raise Absent(f"a simple fraction near {k}/{n}")
            return [Piece(str(self.rng.choice(self.bank["about"])) + words, "approx", data={"k": k, "n": n})]
        digits = None
        if form in ("0", "1"):
            digits = int(form) + (2 if no.rate == "frac" else 0)
        elif form in ("cell", "cell1"):
            digits = no.rate_digits(k / n) if form == "cell" and n in (50, 100) else 3 if no.rate == "frac" else 1
            if n in (50, 100) and form == "cell":
                digits = 2 if no.rate == "frac" else 0
        bare = form.startswith("cell") and self.unit_in_header
        if no.rate == "pct" and digits == 0 and is_tie(100 * k / n, 0):
            digits = 1
        return [Piece(self.rate_text(k, n, form, digits, bare), "rate",
                      data={"k": k, "n": n, "form": form, "digits": digits, "bare": bare})]  # fmt: skip

    def rate_text(self, k: int, n: int, form: str, digits: int | None, bare: bool) -> str:
        """k of n in the given shape."""
        no = self.no
        if form == "kn":
            return f"{no.integer(k)} {'out of' if no.count == 'out' else 'of'} {no.integer(n)}"
        if form == "slash":
            return f"{no.integer(k)}/{no.integer(n)}"
        if form == "both":
            return f"{no.rate_text(k / n)} ({no.integer(k)}/{no.integer(n)})"
        return no.rate_text(k / n, digits, bare=bare)

    def _ci(self, key: str, form: str) -> list[Piece]:
        k, n = self.book.rates[key]
        no = self.no
        low, high = wilson(k, n)
        bare = form == "cell" and self.unit_in_header
        data = {"k": k, "n": n, "low": low, "high": high, "at": k / n, "form": form, "bare": bare}
        if form in ("low", "high"):
            x = low if form == "low" else high
            text = no.rate_text(x, no.ends, bare=self.unit_in_header)
            return [Piece(text, "end", data={"x": x})]
        lead = [Piece(no.ci_lead)] if form == "lead" else []
        return [*lead, Piece(self.ci_text(low, high, bare), "ci", data=data)]

    def ci_text(self, low: float, high: float, bare: bool = False) -> str:
        """An interval of a rate."""
        no = self.no
        d = 1 if bare and no.rate == "pct" else no.ends
        unit = "" if bare or no.rate == "frac" else no.percent
        return no.interval(no.rate_text(low, d, bare=bare), no.rate_text(high, d, bare=bare), unit)

    def _sim(self, key: str, form: str) -> list[Piece]:
        d = 3 if form == "3" else 2
        x = self.book.sims[key]
        return [Piece(self.no.signed(x, d, plus=self.no.plus), "sim", data={"x": x, "d": d})]

    def _coef(self, key: str, form: str) -> list[Piece]:
        c = self.book.coefs[key]
        d = 3 if form == "3" else 2
        return [Piece(self.no.signed(c.r, d, bare=True), "coef", data={"c": c, "d": d})]

    def _p(self, key: str, form: str) -> list[Piece]:
        c = self.book.coefs[key]
        if form == "bare":
            text = (
                f"< {self.no.bound_number(0.001)}"
                if c.p < 0.001 and self.no.small_p == "bound"
                else self.no.p_number(c.p)
            )
        else:
            text = self.no.p_text(c.p)
        return [
            Piece(text, "p", data={"c": c, "bare": form == "bare", "bound": c.p < 0.001 and self.no.small_p == "bound"})
        ]

    def _n(self, key: str, form: str) -> list[Piece]:
        n = self.book.coefs[key].n
        if form == "bare":
            return [Piece(self.no.integer(n), "n", data={"n": n, "bare": True})]
        return [Piece(self.no.n_text(n), "n", data={"n": n, "big": True, "sep": ""}, sized=True)]

    def _stat(self, key: str, form: str) -> list[Piece]:
        c = self.book.coefs[key]
        symbol = self.no.rho if c.method == "spearman" else "r"
        if form == "df":
            df = c.n - 2 - c.covariates
            return [Piece(f"{symbol}({df}){self.no.eq}"), *self._coef(key, ""), Piece(", "), *self._p(key, "")]
        value = [Piece(symbol + self.no.eq), *self._coef(key, form if form == "3" else "")]
        p, n = self._p(key, ""), self._n(key, "")
        if form == "short":
            return [*value, Piece(", "), *p]
        shape = self.no.stat
        if shape in ("slashes", "bars"):
            sep = " / " if shape == "slashes" else " | "
            n[0].text, n[0].data["sep"] = sep + n[0].text, sep
            return [*value, Piece(sep), *p, *n]
        if shape == "inside":
            n[0].text, n[0].data["tail"] = n[0].text + ", ", ", "
            return [*value, Piece(" ["), *n, *p, Piece("]")]
        if shape == "brackets":
            n[0].data["sep"] = n[0].text = ", " + n[0].text
            n[0].data["sep"] = ", "
            return [*value, Piece(" ("), *p, *n, Piece(")")]
        if shape == "n_first":
            n[0].text, n[0].data["tail"] = n[0].text + ", ", ", "
            return [*n, *value, Piece(", "), *p]
        if shape == "semicolon":
            n[0].text, n[0].data["sep"] = "; " + n[0].text, "; "
            return [*value, Piece("; "), *p, *n]
        n[0].text, n[0].data["sep"] = ", " + n[0].text, ", "
        return [*value, Piece(", "), *p, *n]

    def _fit(self, key: str, form: str) -> list[Piece]:
        return [*self._coef(key, "3"), Piece(" ("), *self._p(key, ""), Piece(")")]

    def _bound(self, key: str, form: str) -> list[Piece]:
        p = self.book.bounds[key]
        b = nice_bound(p)
        return [Piece(self.no.p_bound(b), "pbound", data={"p": p, "bound": b})]

    def _int(self, key: str, form: str) -> list[Piece]:
        x = self.book.ints[key]
        if form in ("N", "n"):
            return [
                Piece(self.no.n_text(x, big=form == "N"), "n", data={"n": x, "big": form == "N", "sep": ""}, sized=True)
            ]
        if form == "word" and x < len(WORDS):
            return [Piece(WORDS[x], "int", data={"x": x, "word": True})]
        return [Piece(self.no.integer(x), "int", data={"x": x})]

    def _count(self, key: str, form: str) -> list[Piece]:
        x, y = self.book.counts[key]
        return [Piece(self.no.count_text(x, y, form), "count", data={"x": x, "y": y, "form": form or self.no.count})]

    def _quant(self, key: str, form: str) -> list[Piece]:
        x, y = self.book.counts[key]
        whole = "both" if y == 2 else f"all {WORDS[y] if self.no.count.startswith('words') else y}"
        text = whole if x == y else self.no.count_text(x, y)
        return [Piece(text, "quant", data={"x": x, "y": y})]

    def _half(self, key: str, form: str) -> list[Piece]:
        x, y = self.book.counts[key]
        if 2 * x != y:
            raise Absent("not half")
        return [Piece("half", "half", data={"x": x, "y": y})]

    def _fold(self, key: str, form: str) -> list[Piece]:
        a, b, _ = self.book.pairs[key]
        if a <= 0 or b / a < 1.15 or b / a > 60:
            raise Absent("a ratio")
        return [Piece(self.no.fold(b / a), "fold", data={"ratio": b / a})]

    def _diff(self, key: str, form: str) -> list[Piece]:
        a, b, unit = self.book.pairs[key]
        x = b - a
        even = abs(100 * x - round(100 * x)) < 1e-9 or (self.no.whole and not is_tie(100 * x, 0))
        d = 0 if unit == "rate" and even else 2 if unit == "score" else 1
        data = {"x": x, "unit": unit, "form": form, "d": d}
        return [Piece(self.diff_text(x, data), "diff", data=data)]

    def diff_text(self, x: float, data: dict[str, Any]) -> str:
        """A difference: points of percent, or of the score."""
        no = self.no
        y = abs(x) if data["form"] == "abs" else x
        if data["unit"] == "rate":
            return no.signed(100 * y, data["d"], plus=data["form"] != "abs") + no.pp
        return no.signed(y, data["d"], plus=data["form"] != "abs")

    def _move(self, key: str, form: str) -> list[Piece]:
        a, b, unit = self.book.pairs[key]
        if abs(a - b) < (0.02 if unit == "rate" else 0.01):
            raise Absent("a move")
        return [Piece(self.move_text(a, b, unit, form), "move", data={"a": a, "b": b, "unit": unit, "form": form})]

    def move_text(self, a: float, b: float, unit: str, form: str) -> str:
        """``from 25% to 59.5%`` or ``25→59.5%``."""
        no = self.no
        if unit == "rate":
            ta, tb = no.rate_text(a), no.rate_text(b)
        elif unit == "sim":
            ta, tb = no.signed(a, 2, plus=no.plus), no.signed(b, 2, plus=no.plus)
        else:
            ta, tb = no.signed(a, 2), no.signed(b, 2)
        if form == "arrow":
            return f"{ta.removesuffix(no.percent) if unit == 'rate' and no.rate == 'pct' else ta}{no.arrow}{tb}"
        return f"from {ta} to {tb}" if form != "to" else f"{ta} to {tb}"

    def _dir(self, key: str, form: str) -> list[Piece]:
        up, down = form.split("|")
        sign = self.book.signs[key]
        return [Piece(up if sign > 0 else down, "dir", data={"wrong": down if sign > 0 else up})]

    def _name(self, key: str, form: str) -> list[Piece]:
        right, wrong = self.book.names[key]
        tick = "`" if self.naming == "key" and "_" in right and form != "plain" else ""
        return [Piece(f"{tick}{right}{tick}", "name", data={"wrong": wrong, "tick": tick})]

    def _label(self, key: str, form: str) -> list[Piece]:
        t = self.book.labels[key]
        tick = "`" if self.naming == "key" and "_" in t and form != "plain" else ""
        return [Piece(f"{tick}{t}{tick}", "label")]

    def _range(self, key: str, form: str) -> list[Piece]:
        low, high, unit = self.book.ranges[key]
        data = {"low": low, "high": high, "unit": unit, "form": form}
        return [Piece(self.range_text(low, high, unit, form), "range", data=data)]

    def range_text(self, low: float, high: float, unit: str, form: str) -> str:
        """``0.67–0.87``; a dash never stands beside a minus."""
        no = self.no
        if unit == "rate":
            a, b = no.rate_text(low, no.ends), no.rate_text(high, no.ends)
            a = a.removesuffix(no.percent) if form == "dash" and no.rate == "pct" else a
        elif unit == "sim":
            a, b = no.signed(low, 2, plus=no.plus), no.signed(high, 2, plus=no.plus)
        else:
            a, b = no.signed(low, 2, bare=unit == "coef"), no.signed(high, 2, bare=unit == "coef")
        return f"{a}–{b}" if form == "dash" and min(low, high) >= 0 else f"{a} to {b}"

    def _share(self, key: str, form: str) -> list[Piece]:
        x = self.book.shares[key]
        if not 0.05 < x < 0.995:
            raise Absent("a share below all")
        return [Piece(f"{self.no.fixed_point(100 * x, 0)}{self.no.percent}", "share", data={"x": x})]

    def _sig(self, key: str, form: str) -> list[Piece]:
        return self._significance(self.book.coefs[key].p, form)

    def _dsig(self, key: str, form: str) -> list[Piece]:
        """Of a difference: a unit may have a fit of its own, too."""
        return self._significance(self.book.contrasts[key].p, form)

    def _significance(self, p: float, form: str) -> list[Piece]:
        yes, no = (form or "significant|not significant").split("|")
        return [Piece(yes if p < 0.05 else no, "sig", data={"ok": p < 0.05, "yes": yes})]

    def _mean(self, key: str, form: str) -> list[Piece]:
        m = self.book.means[key]
        if "pct" in form:
            return [Piece(self.percent_mean(m.mean, m.sd, form), "mean",
                          data={"m": m, "form": form, "scale": 1.0 if self.no.rate == "pct" else 0.01})]  # fmt: skip
        if form == "only":
            return [Piece(self.no.signed(m.mean, 2), "mean", data={"m": m, "form": form})]
        return [Piece(self.mean_text(m.mean, m.sd), "mean", data={"m": m, "form": form})]

    def percent_mean(self, mean: float, sd: float, form: str) -> str:
        """``63.4 ± 4.1%``, or the mean alone; in a table the header may have the unit."""
        no = self.no
        d, scale = (1, 1.0) if no.rate == "pct" else (3, 0.01)
        bare = no.rate != "pct" or ("cell" in form and self.unit_in_header)
        text = no.fixed_point(scale * mean, d)
        if "only" not in form:
            text += no.pm + no.fixed_point(scale * sd, d)
        return text + ("" if bare else no.percent)

    def _sd(self, key: str, form: str) -> list[Piece]:
        m = self.book.means[key]
        pct = self.no.rate == "pct"
        unit = self.no.percent if pct and not self.unit_in_header else ""
        x, d = (m.sd, 1) if pct else (m.sd / 100, 3)
        return [Piece(self.no.fixed_point(x, d) + unit, "end", data={"x": m.sd / 100})]

    def mean_text(self, mean: float, sd: float) -> str:
        """``6.42 ± 1.31``."""
        return f"{self.no.signed(mean, 2)}{self.no.pm}{self.no.signed(sd, 2)}"

    def _delta(self, key: str, form: str) -> list[Piece]:
        c = self.book.contrasts[key]
        d = 1 if form in ("1", "pp") else 2
        unit = self.no.pp if form == "pp" else ""
        return [Piece(self.no.signed(c.diff, d, plus=True) + unit, "delta", data={"x": c.diff, "d": d})]

    def _dci(self, key: str, form: str) -> list[Piece]:
        c = self.book.contrasts[key]
        lead = [Piece(self.no.ci_lead)] if form.startswith("lead") else []
        d = 1 if form.endswith("1") else 2
        data = {"low": c.low, "high": c.high, "at": c.diff, "d": d}
        return [*lead, Piece(self.dci_text(c.low, c.high, d), "dci", data=data)]

    def dci_text(self, low: float, high: float, d: int = 2) -> str:
        """The interval of a difference."""
        a, b = self.no.signed(low, d), self.no.signed(high, d)
        return f"[{a}, {b}]" if "dash" in self.no.ci else self.no.interval(a, b)

    def _dp(self, key: str, form: str) -> list[Piece]:
        p = self.book.contrasts[key].p
        if form == "cell":
            bound = p < 0.001 and self.no.small_p == "bound"
            return [Piece(f"< {self.no.bound_number(0.001)}" if bound else self.no.p_number(p), "dp", data={"p": p})]
        return [Piece(self.no.p_text(p), "dp", data={"p": p})]

    def _agg(self, key: str, form: str) -> list[Piece]:
        x = self.book.aggregates[key]
        return [Piece(self.no.rate_text(x, 3 if self.no.rate == "frac" else self.no.ends), "agg", data={"x": x})]

    def _pexact(self, key: str, form: str) -> list[Piece]:
        return [Piece(self.no.p_text(self.book.exact[key]), "pexact", data={"p": self.book.exact[key]})]

    def _sum(self, key: str, form: str) -> list[Piece]:
        x, y = self.book.counts[key]
        return [Piece(f"{x} + {y - x} = {y}", "sum", data={"x": x, "y": y})]

    def _floor(self, key: str, form: str) -> list[Piece]:
        return self._step(key, 0)

    def _ceil(self, key: str, form: str) -> list[Piece]:
        return self._step(key, 1)

    def _step(self, key: str, up: int) -> list[Piece]:
        """The multiple of 5% below or above a rate, for "at least" and "below"."""
        k, n = self.book.rates[key]
        step = math.floor(20 * k / n + 1e-9) + up
        if not 0 < step < 20 or (not up and 20 * k % n == 0):
            raise Absent("a bound")
        return [Piece(self.no.rate_text(step / 20, 2 if self.no.rate == "frac" else 0), "limit", data={"k": k, "n": n})]

    def _order(self, key: str, form: str) -> list[Piece]:
        keys = self.book.orders[key]
        out = [p for k in keys for p in (*self._label(k, form), Piece(" "), *self._rate(k, ""), Piece(" > "))]
        return out[:-1]

    def _fact(self, key: str, form: str) -> list[Piece]:
        return [Piece(str(self.book.facts[key]))]

    def _seed(self, key: str, form: str) -> list[Piece]:
        words = str(self.rng.choice(self.bank["seed_words"])).replace("#", str(self.book.facts["seed"]))
        return [Piece(words, "seed")]

    def _acro(self, key: str, form: str) -> list[Piece]:
        a = self.bank["acronyms"][key]
        if key in self.known:
            return [Piece(a["short"])]
        self.known.add(key)
        return [Piece(f"{a['long']} ({a['short']})", "acro", data=dict(a))]

    # -- phrases -------------------------------------------------------------------------------------------------------
    def slot(self, kind: str, key: str, form: str) -> list[Piece]:
        """The pieces of one slot; :class:`Absent` where the book has no such fact."""
        fill: Callable[[str, str], list[Piece]] = getattr(self, f"_{kind}")
        try:
            out = fill(key, form)
        except KeyError as e:
            raise Absent(f"{kind} {key}") from e
        for p in out:
            p.key = p.key or f"{kind} {key}"
        return out

    def fill(self, phrase: str, sec: str = "") -> list[Piece]:
        """A phrase with its slots filled; sentences begin with a capital."""
        out: list[Piece] = []
        at, sized = 0, False
        for m in [*SLOT.finditer(phrase), None]:
            text = phrase[at : m.start() if m else None]
            if text:
                out.append(Piece(text, sized=sized))
            if m is None:
                break
            if m[0] in "⟦⟧":
                sized = m[0] == "⟦"
            else:
                got = self.slot(m[1], m[2] or "", m[3] or "")
                for p in got:
                    p.sized |= sized
                out += got
            at = m.end()
        for p in out:
            p.sec = p.sec or sec
        before = ""
        for p in out:
            if not before or re.search(r"[.!?](?:\*\*)? ?\*{0,2}$", before):
                p.data["starts"] = True
                if p.text[:1].islower() and p.kind in SPOKEN:
                    p.text = p.text[0].upper() + p.text[1:]
            before += p.text
        return [p for p in out if p.text]

    def any_of(self, phrases: list[str], sec: str = "") -> list[Piece]:
        """The first of the phrases, in random order, whose facts exist."""
        for i in self.rng.permutation(len(phrases)):
            known = set(self.known)
            try:
                return self.fill(phrases[int(i)], sec)
            except Absent:
                self.known = known
        raise Absent(f"no phrase of {phrases[:1]}")


def _grid(w: Writer, grid: Grid, layout: str) -> list[Piece]:
    """A table as rows of units, turned on its side, or long with one value a row."""
    no = w.no
    apart = layout in ("unit row", "unit column")
    header = w.unit_in_header
    w.unit_in_header |= apart and no.rate == "pct"
    unit = "" if apart else f" ({no.percent.strip()})" if w.unit_in_header and no.rate == "pct" else ""
    heads = [_own_words(w, name) + (unit if u == "%" else "") for name, u in grid.columns]
    cells = [[[Piece(c)] if isinstance(c, str) else w.slot(*c) for c in row] for row in grid.cells]
    w.unit_in_header = header
    units = ["–" if u != "%" else no.percent.strip() if no.rate == "pct" else "fraction" for _, u in grid.columns]
    if layout == "turned" and grid.turnable:
        head = ["Measure" if grid.corner != "Statistic" else "Layer", *grid.rows]
        body = [[[Piece(h)], *(row[j] for row in cells)] for j, h in enumerate(heads)]
    elif layout == "long" and grid.turnable:
        head = [grid.corner, "Measure", "Value"]
        body = [
            [[Piece(r)], [Piece(h)], row[j]]
            for r, row in zip(grid.rows, cells, strict=True)
            for j, h in enumerate(heads)
        ]
    elif layout == "ditto" and grid.turnable:
        head = [grid.corner, "Item", "Value"]
        body = [
            [[Piece("" if j else r)], [Piece(h)], row[j]]
            for r, row in zip(grid.rows, cells, strict=True)
            for j, h in enumerate(heads)
        ]
    elif layout == "merged" and grid.turnable:
        head = [f"{grid.corner} / measure", "Value"]
        body = [
            [[Piece(f"{r} / {h}")], row[j]]
            for r, row in zip(grid.rows, cells, strict=True)
            for j, h in enumerate(heads)
        ]
    elif layout == "unit column" and grid.turnable:
        head = ["#", grid.corner, "Quantity", "Value", "Unit"]
        lines = [(r, h, c, u) for r, row in zip(grid.rows, cells, strict=True)
                 for h, c, u in zip(heads, row, units, strict=True)]  # fmt: skip
        body = [[[Piece(str(i))], [Piece(r)], [Piece(h)], c, [Piece(u)]] for i, (r, h, c, u) in enumerate(lines, 1)]
    else:
        head, body = [grid.corner, *heads], [[[Piece(r)], *row] for r, row in zip(grid.rows, cells, strict=True)]
    rule = "---|" if layout != "aligned" else ":--|" + "--:|" * (len(head) - 1)
    out = [Piece("| " + " | ".join(head) + " |\n|" + (rule * len(head) if layout != "aligned" else rule) + "\n")]
    if apart and head[0] == grid.corner:
        out[0].text += "| *unit* | " + " | ".join(units) + " |\n"
    out[0].kind = "grid"
    for line in body:
        for cell in line:
            out += [Piece("| "), *cell, Piece(" ")]
        out.append(Piece("|\n"))
    for p in out:
        p.sec = "table"
        p.sized = False
        if no.percent == " per cent" and p.kind != "grid":
            p.text = p.text.replace(no.percent, "%")
    return out


def _own_words(w: Writer, heading: str) -> str:
    """A column heading in the words of a writer who does not use the common ones."""
    for common, own in w.bank.get("heads", {}).items():
        heading = heading.replace(common, own)
    return heading


def write_page(
    ident: str, family: str, book: Book, bank: dict[str, Any], rng: np.random.Generator, *, results: str
) -> Page:
    """One clean page."""
    style = dict(bank["styles"][int(rng.integers(len(bank["styles"])))])
    naming = style.pop("naming", "name")
    notation = Notation(**style)
    w = Writer(book, notation, bank, rng)
    w.naming = naming
    book.facts["rho_sym"] = notation.rho
    if "leaky" in book.facts:
        book.facts["leaky_text"] = notation.rate_text(book.facts["leaky"])
    book.facts |= {
        f"{m}_weak_layer": book.labels[f"{m}.weak"] for m in ("pearson", "spearman") if f"{m}.weak" in book.labels
    }
    words = bank[family]
    out: list[Piece] = []

    def text(s: str, kind: str = "", **data: Any) -> None:
        out.append(Piece(s, kind, data=data))

    def say(name: str, sec: str = "", end: str = "\n\n") -> None:
        out.extend(w.any_of(words[name], sec))
        text(end)

    def heading(level: int, name: str, tail: str = "", kind: str = "heading") -> None:
        text(f"{'#' * level} {name}{tail}\n\n", kind, level=level, name=name)

    front = rng.random() < 0.5
    text("---\ntitle: '" if front else "# ", "title_open")
    title = w.any_of(words["title"], "title")
    title[0].text = title[0].text[:1].upper() + title[0].text[1:]
    if front:
        for p in title:
            p.text = p.text.replace("'", "''")
    out.extend(title)
    text(" (")
    text(book.level, "title_level")
    text(" confidence)")
    text("'\nkind: experiment\n---\n\n" if front else "\n\n")
    heading(2, "TL;DR")
    heading(3, "Background")
    say("background", "background")
    heading(3, "Methodology")
    say("methodology", "methodology")
    heading(3, "Results")
    text("![" + "".join(p.text for p in w.any_of(words["alt"])) + f"]({bank['figures']}/")
    text("".join(f"{v:x}" for v in rng.integers(0, 16, 40)), "figure_sha")
    text(f"/figures/{book.facts['slug']}/{bank['hero']})\n\n")
    caption = w.any_of(words["caption"], "caption")
    caption[0].data["opens_caption"] = True
    out.extend(caption)
    text("\n\n", "caption_end")
    text("**Main takeaways:**\n\n", "takeaways")
    groups = words["takeaways"]
    must = [g for g in groups if g.get("always")]
    may = [g for g in groups if not g.get("always")]
    order = must + [may[int(i)] for i in rng.permutation(len(may))]
    want, bullets = int(rng.integers(4, 6)), 0
    for g in order:
        if bullets == want:
            break
        try:
            got = w.any_of(g["say"], "takeaway")
        except Absent:
            continue
        text(bank.get("bullet", "- "), "bullet")
        out.extend(got)
        text("\n")
        bullets += 1
    text("\n")
    text("**Confidence: ", "conf_open")
    text(book.level, "conf_level")
    text(bank.get("conf_tail", "** — "))
    out.extend(w.any_of(words["confidence"], "confidence"))
    text("\n\n", "conf_close")
    heading(3, "Next steps")
    for i in rng.permutation(len(words["next"]))[:3]:
        out.extend(w.fill("- " + words["next"][int(i)] + "\n", "next"))
    text("\n---\n\n", "rule")
    heading(1, "Detailed report")
    heading(2, "Human summary")
    say("human", "human")
    heading(2, "Source issues")
    for s in words["issues"]:
        out.extend(w.fill(f"- {s}\n", "issues"))
    text("\n")
    heading(2, "Setup & hyper-parameters")
    text("**Why this experiment / why these parameters / alternatives considered:** ")
    say("why", "why")
    for block in [*bank["setup"], *words.get("setup", [])]:
        _setup(w, out, {**block, "rows": [*words.get(block["id"], []), *block["rows"]]})
    heading(2, "WandB")
    out.extend(w.fill(bank["runs"], "runs"))
    text("\n\n")
    path = f"eval_results/{ident}/{results}"
    heading(3, "Full data", " (where the complete raw outputs live)")
    text("| Artifact | Location |\n|---|---|\n")
    text(f"| Compiled results | `{path}` |\n", "artifact")
    text(f"| Raw generations | {bank['raw']} |\n\n")
    _samples(w, out, words, bank, book)
    heading(2, "Headline numbers")
    layouts = bank["layouts"]
    for grid in book.grids:
        out.extend(_grid(w, grid, str(rng.choice(layouts)) if len(grid.rows) * len(grid.columns) < 70 else "plain"))
        text("\n")
    text("**Standing caveats:**\n\n", "caveats")
    for s in words["caveats"]:
        items = w.fill("- " + s + "\n", "caveats")
        if any(p.kind == "seed" for p in items):
            for p in items:
                p.data["seed_bullet"] = True
        out.extend(items)
    text("\n")
    heading(2, "Artifacts")
    text("| Type | Path / URL |\n|---|---|\n")
    for left, right in bank["artifacts"]:
        text(f"| {left} | ")
        out.extend(w.fill(right, "artifacts"))
        text(" |\n")
    text(f"| Results | `{path}` |\n", "artifact")
    return Page(ident, family, out, book, replace(notation), bank["acronyms"], results)


def _setup(w: Writer, out: list[Piece], block: dict[str, Any]) -> None:
    tail = "".join(p.text for p in w.fill(block.get("tail", "")))
    out.append(Piece(f"### {block['name']}{tail}\n\n", "heading", data={"level": 3, "name": block["name"]}))
    out.append(Piece("| | |\n|-|-|\n"))
    for left, right in block["rows"]:
        out.append(Piece(f"| {left} | "))
        cell = w.fill(right, "setup")
        cell[0].data["row"] = left
        out.extend(cell)
        out.append(Piece(" |\n"))
    out.append(Piece("\n"))


def _samples(w: Writer, out: list[Piece], words: dict[str, Any], bank: dict[str, Any], book: Book) -> None:
    out.append(Piece("## Sample outputs\n\n", "heading", data={"level": 2, "name": "Sample outputs"}))
    out.append(Piece(str(w.rng.choice(bank["sample_intro"])) + "\n\n"))
    hits = [words["hits"][int(i)] for i in w.rng.permutation(len(words["hits"]))]
    misses = [words["misses"][int(i)] for i in w.rng.permutation(len(words["misses"]))]
    conditions = [list(w.fill(c)) for c in words["conditions"]]
    for pieces in conditions:
        name = "".join(p.text for p in pieces)
        out.append(Piece(f"### Condition: {name}\n\n", "condition", data={"level": 3, "name": name}))
        three = [hits.pop(), misses.pop(), hits.pop() if w.rng.random() < 0.5 or not misses else misses.pop()]
        for i in w.rng.permutation(3):
            shape = bank["sample_shape"]
            body = shape.format(condition=name.split(" (")[0], prompt=three[int(i)][0], answer=three[int(i)][1])
            out.append(Piece(f"```\n{body}\n```\n\n", "sample"))
