"""The personas and questions that come with leakstats."""

from __future__ import annotations

import itertools

import pytest

from leakstats.errors import InputError
from leakstats.experiment.personas import (
    builtin_personas,
    builtin_questions,
    limit_violations,
    persona_sets,
    prompt_measures,
    question_sets,
    word_overlap,
)
from leakstats.experiment.spec import PersonaSpec, PersonasSpec


@pytest.mark.parametrize(
    ("name", "n", "categories"), [("persona100", 111, 11), ("taxonomy200", 205, 9), ("small12", 12, 3)]
)
def test_sets_have_distinct_personas(name: str, n: int, categories: int) -> None:
    personas = builtin_personas(name)
    assert len({p.name for p in personas}) == len(personas) == n
    assert len({p.category for p in personas}) == categories
    assert all(p.prompt for p in personas)
    if name == "taxonomy200":  # every bystander names its source, which stands in the set
        names = {p.name for p in personas}
        assert all(set(p.related_to) < names and p.related_to for p in personas if p.category != "source")


def test_training_questions_stand_in_no_other_set() -> None:
    for a, b in itertools.combinations(question_sets(), 2):
        if "training40" in (a, b):
            assert not set(builtin_questions(a)) & set(builtin_questions(b))
    for name in question_sets():
        questions = builtin_questions(name)
        assert len(set(questions)) == len(questions) == int(name.removeprefix("training").removeprefix("general"))


def test_unknown_sets_are_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="small12"):
        builtin_personas("small")
    with pytest.raises(InputError, match="general20"):
        builtin_questions("general")
    assert all(persona_sets().values())


def test_overlap_by_hand() -> None:
    assert word_overlap("A b, c!", "C d") == 0.25
    assert word_overlap("", "...") == 0.0
    assert word_overlap("Don't", "don't") == 1.0


def test_measures_of_a_persona_without_a_system_message() -> None:
    got = prompt_measures(PersonaSpec("none", None), [PersonaSpec("s", "You.")], count_tokens=len)
    assert (got.tokens, got.characters, got.words, got.overlap) == (0, 0, 0, {"s": 0.0})


def test_limits_name_each_persona_outside() -> None:
    personas = PersonasSpec((PersonaSpec("a", "xx"), PersonaSpec("b", "xxxx"), PersonaSpec("c", "xxx")), None, 3, 3)
    found = limit_violations(personas, count_tokens=len)
    assert len(found) == 2
    assert "'a'" in found[0]
    assert "fewer" in found[0]
    assert "'b'" in found[1]
    assert "more" in found[1]
