"""Expressions that are compiled late: every one in the linter can be, and each answers like its compiled self."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings

import pytest

from leakstats.lint.evidence import lexicon, quantifiers, relations, word_numbers
from leakstats.lint.regex import regex

METHODS = ["search", "match", "fullmatch", "finditer", "findall", "split", "sub"]


def test_every_expression_of_the_linter_compiles(expressions: list[tuple[str, re.Pattern[str]]]) -> None:
    for name, expression in expressions:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                re.compile(expression.pattern, expression.flags)
            except (re.error, Warning) as error:
                pytest.fail(f"{name}: {error}")
    assert len(expressions) > 200


@pytest.mark.parametrize("method", METHODS)
def test_it_answers_like_its_compiled_self(method: str) -> None:
    arguments = ("-", "a1, B22") if method == "sub" else ("a1, B22",)
    late, made = regex(r"([a-z])(\d+)", re.IGNORECASE), re.compile(r"([a-z])(\d+)", re.IGNORECASE)
    for _ in range(2):  # the first use and a later one
        ours, theirs = getattr(late, method)(*arguments), getattr(made, method)(*arguments)
        if method == "finditer":
            ours, theirs = [m.span() for m in ours], [m.span() for m in theirs]
        if isinstance(theirs, re.Match):
            ours, theirs = (ours.span(), ours.groups()), (theirs.span(), theirs.groups())
        assert ours == theirs


def test_importing_the_rules_compiles_next_to_nothing() -> None:
    script = (
        "import sys; from leakstats.lint.regex import regex\n"
        "from leakstats.lint.registry import all_rules; all_rules()\n"
        "modules = [sys.modules[m] for m in list(sys.modules) if m.startswith('leakstats.lint')]\n"
        "late = [v for m in modules for v in vars(m).values() if type(v) is type(regex(''))]\n"
        "print(len(late), sum('_made' in vars(v) for v in late))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    late, made = map(int, done.stdout.split())
    assert late > 200
    assert made < 5  # a table of words may be folded at import


@pytest.mark.parametrize("words", [lexicon._UP, lexicon._DOWN, lexicon._STRONGER, lexicon._WEAKER])
def test_words_that_are_looked_for_in_lower_case_are_written_so(words: list[str]) -> None:
    assert words == [word.lower() for word in words]


def test_a_capital_changes_no_direction() -> None:
    assert [(w.text, w.sign) for w in lexicon.direction_words("Rising İ, FALLS")] == [("Rising", 1), ("FALLS", -1)]


def test_the_expression_of_spelled_numbers_knows_every_one_and_no_other() -> None:
    spelled = re.compile(word_numbers.SPELLED)
    tens = ["twen", "thir", "for", "four", "fif", "five", "six", "seven", "eigh", "eight", "nine"]
    ends = ["ty", "teen", "ty-one", "ty-zero", "ty-nine", "ty-ten", "teen-one", ""]
    words = {*word_numbers.WORD_NUMBERS, *(ten + end for ten in tens for end in ends)}
    assert {w for w in words if spelled.fullmatch(w)} == set(word_numbers.WORD_NUMBERS)


@pytest.mark.parametrize("name", ["_CORRELATIVE", "_WITH", "_ALONG", "_FOLLOWS", "_TOGETHER", "_HAVING", "_HELPS"])
def test_expressions_of_text_in_lower_case_hold_no_capital(name: str) -> None:
    pattern = vars(relations)[name].pattern
    assert re.search(r"[A-Z]", re.sub(r"\\.|\(\?P", "", pattern)) is None


def test_shares_are_read_whatever_their_capitals() -> None:
    said = "Most of the Twelve layers, all but Two of 7 sources, None of the four; Two-thirds of the nine runs"
    assert [(q.low, q.total) for q in quantifiers.quantifiers(said)] == [(7, 12), (5, 7), (0, 4), (6, 9)]
