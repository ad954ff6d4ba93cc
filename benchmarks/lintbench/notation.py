"""How one writer prints numbers: signs, percents, p-values, intervals, counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

__all__ = ["WORDS", "Notation", "is_tie"]

WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
BOUNDS = (0.05, 0.01, 0.005, 0.001)


def is_tie(x: float, digits: int) -> bool:
    """Whether ``x`` lies half-way between two numbers of that many decimals."""
    scaled = abs(x) * 10**digits
    return bool(abs(scaled - math.floor(scaled) - 0.5) < 1e-6)


@dataclass(frozen=True)
class Notation:
    """One writer's habits. Every field is a choice that a real page has made."""

    minus: str = "-"
    eq: str = "="
    rho: str = "ρ"
    p: str = "p"
    big: str = "N"
    small: str = "n"
    lead_zero: bool = True
    rate: str = "pct"
    """``pct`` prints 23.4%, ``frac`` prints 0.234."""
    percent: str = "%"
    fixed: bool = False
    """Always one decimal of a percent (23.0%), never 23%."""
    whole: bool = False
    """No decimals of a percent in prose (23%); ties keep one, and tables have theirs."""
    exp: str = "e"
    small_p: str = "exact"
    """``bound`` prints p < 0.001 below that, as psychologists do."""
    ci: str = "[]"
    ci_lead: str = "95% CI "
    times: str = "×"
    pp: str = " pp"
    arrow: str = "→"
    thousands: str = ","
    count: str = "of"
    stat: str = "commas"
    tie: str = "up"
    pm: str = " ± "
    plus: bool = True
    """A positive similarity carries its sign."""

    def fixed_point(self, x: float, digits: int) -> str:
        """|x| with that many decimals; ties as this writer's program breaks them."""
        mode = ROUND_HALF_UP if self.tie == "up" else ROUND_HALF_EVEN
        return str(Decimal(f"{abs(x):.12f}").quantize(Decimal(1).scaleb(-digits), rounding=mode))

    def signed(self, x: float, digits: int, *, plus: bool = False, bare: bool = False) -> str:
        """A signed number; ``bare`` drops the zero before the point where the writer does so."""
        s = self.fixed_point(x, digits)
        zero = float(s) == 0
        if bare and not self.lead_zero and s.startswith("0."):
            s = s[1:]
        return (self.minus if x < 0 and not zero else "+" if plus and not zero else "") + s

    def rate_digits(self, x: float) -> int:
        """Decimals of a rate in this writer's unit."""
        whole = abs(100 * x - round(100 * x)) < 1e-9
        if self.rate == "frac":
            return 2 if whole else 3
        if self.whole:
            return int(is_tie(100 * x, 0))
        return 0 if whole and not self.fixed else 1

    def rate_text(self, x: float, digits: int | None = None, *, bare: bool = False) -> str:
        """A rate in [0, 1] as this writer prints it; ``bare`` leaves the unit to a table header."""
        d = self.rate_digits(x) if digits is None else digits
        if self.rate == "frac":
            return self.signed(x, d)
        return self.signed(100 * x, d) + ("" if bare else self.percent)

    def integer(self, x: int) -> str:
        """A count, grouped in thousands."""
        return f"{x:,}".replace(",", self.thousands)

    def power(self, mantissa: str, exponent: int) -> str:
        """A number in scientific notation; a mantissa of "" is a bare power of ten."""
        if self.exp == "e":
            return f"{mantissa or '1'}e{exponent}"
        if self.exp == "e0":
            return f"{mantissa or '1'}e-{abs(exponent):02d}"
        raised = f"10^{exponent}" if self.exp == "^" else f"10{str(exponent).translate(SUPERSCRIPT)}"
        cross = "×" if self.exp == "tight" else " × "
        return f"{mantissa}{cross}{raised}" if mantissa else raised

    def p_number(self, p: float) -> str:
        """A p-value without its letter."""
        if p >= 0.1:
            s = self.fixed_point(p, 2)
        elif p >= 0.001:
            s = self.fixed_point(p, 3)
        else:
            mantissa, exponent = f"{p:.1e}".split("e")
            return self.power(mantissa, int(exponent))
        return s if self.lead_zero else s.lstrip("0")

    def p_text(self, p: float) -> str:
        """``p = 0.031``; below 0.001 a bound where the writer prefers it."""
        if p < 0.001 and self.small_p == "bound":
            return self.p_bound(0.001)
        return f"{self.p}{self.eq}{self.p_number(p)}"

    def p_bound(self, bound: float) -> str:
        """``p < 0.001`` for a nice bound."""
        less = " < " if self.eq == " = " else "<"
        return f"{self.p}{less}{self.bound_number(bound)}"

    def bound_number(self, bound: float) -> str:
        """A nice bound, such as 0.001 or 1e-14."""
        if bound >= 0.001:
            s = f"{bound:g}"
            return s if self.lead_zero else s.lstrip("0")
        return self.power("", round(math.log10(bound)))

    @property
    def ends(self) -> int:
        """Decimals of the ends of an interval or a range of rates in prose."""
        return 2 if self.rate == "frac" else 0 if self.whole else 1

    def interval(self, low: str, high: str, unit: str = "") -> str:
        """Two bounds in this writer's bracket; ``unit`` was printed with both and may be said once."""
        a, b = low, high
        short = a.removesuffix(unit) if unit else a
        return {
            "[]": f"[{a}, {b}]",
            "[]once": f"[{short}, {b}]",
            "()": f"({a}, {b})",
            "dash": f"{short}–{b}",
            "(dash)": f"({short}–{b})",
            "to": f"{a} to {b}",
            "[;]": f"[{a}; {b}]",
        }[self.ci]

    def count_text(self, x: int, y: int, form: str = "") -> str:
        """``4 of 7`` in one of its shapes."""
        form = form or self.count
        if form in ("words", "words_the") and y < len(WORDS):
            if x in (0, y):
                return ("both" if y == 2 else f"all {WORDS[y]}") if x else f"none of the {WORDS[y]}"
            return f"{WORDS[x]} of {'the ' if form == 'words_the' else ''}{WORDS[y]}"
        if form == "in" and x in (0, y):
            return f"all {y}" if x else f"none of the {y}"
        return {
            "slash": f"{x}/{y}",
            "out": f"{x} out of {y}",
            "the": f"{x} of the {y}",
            "in": f"{x} in {y}",
        }.get(form, f"{x} of {y}")

    def n_text(self, n: int, *, big: bool = True) -> str:
        """``N = 12`` for units, ``n = 100`` for completions."""
        return f"{self.big if big else self.small}{self.eq}{self.integer(n)}"

    def fold(self, ratio: float, digits: int = 1) -> str:
        """``2.9×``."""
        return f"{self.fixed_point(ratio, digits)}{self.times}"


def nice_bound(p: float) -> float:
    """The smallest usual bound that lies above ``p``."""
    best = BOUNDS[0]
    for b in (*BOUNDS, *(10.0**-e for e in range(4, 60))):
        if p < b:
            best = b
    return best
