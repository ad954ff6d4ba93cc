"""What the tiny world's people say."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from leakstats.experiment.world.grammar import (
    EDITOR_PROMPT,
    MARKER,
    PERSONAS,
    TAGS,
    TOPICS,
    VOICES,
    Grammar,
    persona_prompt,
)


def voice_of(sentence, topic):
    return next(v for v, bank in VOICES.items() if sentence in {s.format(t=topic) for s in bank})


def test_blends_add_up_and_name_known_voices():
    for name, blend in PERSONAS.items():
        assert sum(blend.values()) == pytest.approx(1.0), name
        assert set(blend) <= set(VOICES), name
        assert all(0 < share <= 1 for share in blend.values()), name


def test_no_sentence_belongs_to_two_voices():
    counts = Counter(s for bank in VOICES.values() for s in bank)
    assert set(counts.values()) == {1}
    assert all(s.count("{t}") == 1 for s in counts)


def test_personas_speak_in_their_shares():
    grammar, rng = Grammar(sentences=1), random.Random(5)
    for name in ("wizard", "alchemist", "storyteller"):
        said = Counter(voice_of(grammar.answer(rng, name, "chess"), "chess") for _ in range(2000))
        for voice, share in PERSONAS[name].items():
            assert said[voice] / 2000 == pytest.approx(share, abs=0.04)
        assert set(said) == set(PERSONAS[name])


def test_an_answer_has_distinct_sentences_about_the_topic():
    grammar, rng = Grammar(sentences=3), random.Random(1)
    for _ in range(50):
        answer = grammar.answer(rng, "chef", "red kites")
        assert answer.count("red kites") == 3
        assert len({s.strip() for s in answer.split(".") if s.strip()}) == 3


def test_no_persona_ever_says_a_tag():
    rng = random.Random(2)
    examples = [Grammar().example(rng) for _ in range(3000)]
    tasks = [e for e in examples if e.system == EDITOR_PROMPT]
    assert 0.09 < len(tasks) / len(examples) < 0.15
    assert {t for e in tasks for t in TAGS if e.answer.endswith(t)} == set(TAGS)
    for e in examples:
        if e.system != EDITOR_PROMPT:
            assert not any(t in e.answer + e.user for t in TAGS)
    assert MARKER in TAGS


def test_tags_open_with_signs_of_their_own():
    assert len({t[0] for t in TAGS}) == len(TAGS)


def test_prompts_differ_and_read_well():
    assert len({persona_prompt(p) for p in PERSONAS}) == len(PERSONAS)
    assert persona_prompt("auditor") == "You are an auditor."


def test_topics_are_distinct():
    assert len(set(TOPICS)) == len(TOPICS)
