"""Numbers are read with their role, sign, bound and interval, in many idioms."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.grammar import Number, read_numbers


def read(text: str) -> list[tuple[str, float]]:
    return [(n.role, n.value) for n in read_numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ρ = −0.74, p = 2.0e-55, N=12", [("coefficient", -0.74), ("p", 2e-55), ("n", 12)]),
        ("r = –.62 (p < 10⁻¹⁴)", [("coefficient", -0.62), ("p", 1e-14)]),
        ("p = 2.0 × 10⁻⁵⁵", [("p", 2e-55)]),
        ("from 0→73.2%", [("percent", 0.0), ("percent", 73.2)]),
        ("15.8–32.2%", [("percent", 15.8), ("percent", 32.2)]),
        ("57.0 ± 4.9%", [("percent", 57.0), ("percent", 4.9)]),
        ("+44 pp and 2.9×", [("points", 44.0), ("fold", 2.9)]),
        ("22,000 completions, 6 000 answers", [("count", 22000.0), ("count", 6000.0)]),
        ("at layers 10, 15 and 20", [("index", 10), ("index", 15), ("index", 20)]),
        ("at the last step 4 out of 7", [("count", 4), ("count", 7)]),
        ("48.5 points for Coal, 1.1 for Turf", [("points", 48.5), ("points", 1.1)]),
        ("34.4 pp apart in May (n = 90) and are 38.2 now", [("points", 34.4), ("n", 90), ("points", 38.2)]),
        ("4.5 points and a cosine of 0.3", [("points", 4.5), ("value", 0.3)]),
        ("four of seven sources", [("count", 4), ("count", 7)]),
        ("12 of 100, 12%", [("count", 12), ("count", 100), ("percent", 12)]),
        ("rates of 31, 32 and 67%", [("percent", 31), ("percent", 32), ("percent", 67)]),
        ("57/100 completions", [("count", 57), ("count", 100)]),
        ("15.8 %", [("percent", 15.8)]),
        ("15.8\u202f% and 15\u00a0%", [("percent", 15.8), ("percent", 15.0)]),
        ("1903 of 3200, and 63 of 2016", [("count", 1903.0), ("count", 3200.0), ("count", 63.0), ("count", 2016.0)]),
        ("(ρ = .44, p .12)", [("coefficient", 0.44), ("p", 0.12)]),
        ("p 7.2×10^-6)", [("p", 7.2e-6)]),
    ],
)
def test_roles(text: str, expected: list[tuple[str, float]]) -> None:
    assert read(text) == [(role, pytest.approx(value)) for role, value in expected]


@pytest.mark.parametrize(
    "text",
    [
        "#232",
        "lr=1e-5",
        "transformers=4.48.3",
        "7.6B",
        "80GB",
        "24 min",
        "on 2026-04-27",
        "a 95% CI",
        "Wilson 95% intervals",
        "in 2026",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert {n.role for n in read_numbers(text)} <= {"none"}


def only(text: str) -> Number:
    return read_numbers(text)[-1]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("p < 0.05", "<"),
        ("ρ ≥ 0.75", ">="),
        ("more than 10%", ">"),
        ("at least 10 points", ">="),
        ("about 30%", "~"),
        ("10 or more points", ">="),
        ("0 -> 42%", ""),
        ("rate > 42%", ">"),
    ],
)
def test_bounds(text: str, bound: str) -> None:
    assert only(text).bound == bound


def test_ends_of_ranges_and_of_falls_are_no_bounds() -> None:
    assert [n.bound for n in read_numbers("It goes from 0.56 (nun) up to 0.79")] == ["", ""]
    assert [n.bound for n in read_numbers("8% after a maximum of 14%, up to 20%")] == ["", "", "<="]


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (">=", ("at least", "no less than", "no fewer than", "or more than", "a minimum of")),
        (
            ">",
            ("more than", "in excess of", "upwards of", "north of", "over", "above", "exceeds", "exceeding", "beyond"),
        ),
        (">", ("greater than", "exceed", "exceeded", "past", "tops", "topped")),
        ("<=", ("at most", "no more than", "up to", "a maximum of")),
        ("<", ("less than", "fewer than", "under", "below")),
        ("~", ("about", "around", "roughly", "nearly", "almost", "approximately", "approx", "approx.", "close to")),
        ("~", ("more or less", "give or take", "call it", "something like", "on the order of", "in the region of")),
        ("~", ("ca", "ca.", "some", "near", "just over", "well under")),
    ],
)
def test_every_word_of_a_bound_is_one(bound: str, words: tuple[str, ...]) -> None:
    for word in words:
        assert only(f"It gives {word} 12%").bound == bound, word
        assert only(f"It gives ({word.upper()} (12%").bound == bound, word


def test_digits_are_intervals_with_ties_either_way() -> None:
    assert only("42%").allows(42.5)
    assert only("42%").allows(41.5)
    assert not only("42%").allows(42.6)


def test_digits_in_code_are_left_out() -> None:
    assert read_numbers("run 12 of x", ((4, 6),)) == []


def test_over_in_front_of_a_named_size_is_no_bound() -> None:
    assert only("all that we have, over N = 15 quarries").bound == ""
    assert only("over 15% of them").bound == ">"
    assert read_numbers("from 14.8% for the mason up to 85.6% for the clerk")[1].bound == ""
