"""Printed numbers, both ways: what is printed allows what it was printed from, and nothing that prints otherwise."""

from __future__ import annotations

import math
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakstats.errors import InputError
from leakstats.estimate import Interval, PValue
from leakstats.numbers import (
    decimals_for,
    format_count,
    format_interval,
    format_level,
    format_number,
    format_p,
    format_percent,
    format_points,
    format_ratio,
)
from leakstats.numerals import MINUS, normalise, parse_number

VALUES = st.floats(-1e6, 1e6, allow_nan=False)
RATES = st.floats(0.0, 1.0)
DECIMALS = st.integers(0, 6)


@given(VALUES, DECIMALS, st.booleans(), st.booleans())
def test_a_printed_number_allows_its_value(value: float, decimals: int, plus: bool, thousands: bool) -> None:
    text = format_number(value, decimals=decimals, plus=plus, thousands=thousands)
    assert "-" not in text
    read = parse_number(text)
    assert read is not None
    assert read.allows(value)
    assert read.decimals == decimals
    assert read.unit == ""
    assert not text.startswith(MINUS) or value < 0


@given(VALUES, DECIMALS, st.floats(0.001, 0.999))
def test_every_value_that_the_digits_allow_prints_the_same(value: float, decimals: int, share: float) -> None:
    text = format_number(value, decimals=decimals)
    read = parse_number(text)
    assert read is not None
    inside = read.low + share * (read.high - read.low)
    if read.low < inside < read.high:
        assert format_number(inside, decimals=decimals) == text


@given(RATES, DECIMALS)
def test_a_percentage_reads_back(rate: float, decimals: int) -> None:
    text = format_percent(rate, decimals=decimals)
    read = parse_number(text)
    assert read is not None
    assert (read.unit, read.allows(100 * rate)) == ("%", True)


@given(st.floats(-1.0, 1.0), st.booleans())
def test_points_read_back(difference: float, plus: bool) -> None:
    read = parse_number(format_points(difference, plus=plus))
    assert read is not None
    assert (read.unit, read.allows(100 * difference)) == ("pp", True)


@given(st.floats(0.0, 1e4))
def test_a_ratio_reads_back(ratio: float) -> None:
    read = parse_number(format_ratio(ratio))
    assert read is not None
    assert (read.unit, read.allows(ratio)) == ("x", True)


@given(st.integers(-(10**12), 10**12))
def test_a_count_reads_back_exactly(count: int) -> None:
    read = parse_number(format_count(count))
    assert read is not None
    assert read.value == count


@given(st.tuples(VALUES, VALUES), DECIMALS, st.booleans())
def test_both_ends_of_an_interval_read_back(ends: tuple[float, float], decimals: int, percent: bool) -> None:
    low, high = sorted(ends)
    text = format_interval(Interval(low, high), decimals=decimals, percent=percent)
    first, last = (parse_number(part) for part in text.strip("[]").split(", "))
    assert first is not None
    assert last is not None
    scale = 100 if percent else 1
    assert first.allows(scale * low)
    assert last.allows(scale * high)


@given(st.floats(1e-300, 1.0, exclude_min=True), st.integers(1, 4))
def test_a_p_value_allows_its_value_or_bounds_it_truly(p: float, digits: int) -> None:
    word, relation, text = format_p(PValue(p, "t"), digits=digits).split(" ", 2)
    read = parse_number(text)
    assert (word, read is None) == ("p", False)
    assert read is not None
    if relation == "<":
        assert p < read.value == 1e-15
    else:
        assert read.allows(p)
        assert read.value > 0


@given(st.integers(1, 10**6), st.integers(1, 10**6), DECIMALS)
def test_a_fraction_of_counts_is_rounded_once(successes: int, more: int, decimals: int) -> None:
    rate = Fraction(successes, successes + more)
    exact = Decimal(100 * rate.numerator) / Decimal(rate.denominator)
    read = parse_number(format_percent(rate, decimals=decimals))
    assert read is not None
    assert abs(Decimal(repr(read.value)) - exact) <= Decimal(1).scaleb(-decimals) / 2 + Decimal("1e-15")


@pytest.mark.parametrize(
    ("rate", "decimals", "text"),
    [
        (0.145, 0, "14%"),
        (0.155, 0, "16%"),
        (0.0525, 1, "5.2%"),
        (0.225, 0, "22%"),
        (1.0, 1, "100.0%"),
        (1e-9, 1, "0.0%"),
    ],
)
def test_ties_go_to_the_even_digit_of_the_decimal_that_was_meant(rate: float, decimals: int, text: str) -> None:
    assert format_percent(rate, decimals=decimals) == text


def test_a_zero_has_no_sign() -> None:
    assert format_number(-0.0) == format_number(-0.001) == "0.00"
    assert format_number(0.001, plus=True) == "0.00"
    assert format_points(-0.0001) == "0.0 pp"


@given(st.floats(1e-9, 1e3), st.floats(-10, 10))
def test_digits_follow_from_the_uncertainty(width: float, low: float) -> None:
    interval = Interval(low, low + width)
    digits = decimals_for(interval)
    assert 2 <= digits <= 4
    assert decimals_for(Interval(low, low + 100 * width)) <= digits
    if interval.width > 0 and digits < 4:  # the half-width would show two significant digits, at most
        assert interval.width / 2 >= 10.0 ** -(digits - 1) * (1 - 1e-9) or digits == 2


def test_no_interval_and_endless_ones_have_the_default() -> None:
    assert decimals_for(None) == decimals_for(Interval(0.5, 0.5)) == 2
    assert decimals_for(Interval(-math.inf, 0.5)) == 2
    assert format_interval(Interval(-math.inf, math.inf)) == f"[{MINUS}∞, ∞]"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_not_printed(value: float) -> None:
    for write in (format_number, format_percent, format_points, format_ratio):
        with pytest.raises(InputError, match="only a finite number"):
            write(value)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_lies_between_zero_and_one(level: float) -> None:
    with pytest.raises(InputError, match=r"level must lie in \(0, 1\)"):
        format_level(level)


def test_levels_keep_their_decimals() -> None:
    assert [format_level(v) for v in (0.95, 0.9, 0.999, 0.995, 1 - 0.05 / 3)] == [
        "95%", "90%", "99.9%", "99.5%", "98.33333333%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-0.5", -0.5), ("−0.5", -0.5), ("–0.5", -0.5), ("+0.5", 0.5), (".5", 0.5), ("1,234,567", 1234567.0),
        ("1.2e-5", 1.2e-5), ("1.2 × 10⁻⁵", 1.2e-5), ("1.2x10^-5", 1.2e-5),
        ("12 %", 12.0), ("3.0 pp", 3.0), ("2.9×", 2.9),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    read = parse_number(text)
    assert read is not None
    assert read.value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "-", ".", "1.2.3", "1e", "abc", "1,2", "0.5 0.6", "1e999", "∞", "nan"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_hostile_text_is_refused_quickly() -> None:
    begin = time.process_time()
    for text in ("1" * 10**6, "1," * 10**6, "-" * 10**6, "1e" + "9" * 10**6, "\u202e1"):
        assert parse_number(text) is None
        normalise(text)
    assert time.process_time() - begin < 2.0
