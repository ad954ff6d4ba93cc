"""Personas and questions that come with leakstats, and what is measured about a persona's prompt."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from leakstats.errors import InputError
from leakstats.experiment.spec import PersonaSpec, PersonasSpec

__all__ = [
    "PromptMeasures",
    "builtin_personas",
    "builtin_questions",
    "limit_violations",
    "persona_sets",
    "prompt_measures",
    "question_sets",
    "word_overlap",
]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@functools.cache
def _data(name: str) -> dict[str, Any]:
    file = resources.files("leakstats.experiment") / "data" / f"{name}.json"
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded


def persona_sets() -> dict[str, str]:
    """Names of the built-in persona sets, each with one line on what it holds.

    Examples
    --------
    >>> sorted(persona_sets())
    ['persona100', 'small12', 'taxonomy200']
    """
    return {name: entry["description"] for name, entry in _data("personas").items()}


def question_sets() -> dict[str, str]:
    """Names of the built-in question sets, each with one line on what it holds.

    Examples
    --------
    >>> sorted(question_sets())
    ['general20', 'general28', 'training40']
    """
    return {name: entry["description"] for name, entry in _data("questions").items()}


def builtin_personas(name: str) -> tuple[PersonaSpec, ...]:
    """The personas of a built-in set, in its order.

    Raises
    ------
    InputError
        If no set is called ``name``; the message lists those there are.

    Examples
    --------
    >>> len(builtin_personas("persona100"))
    111
    """
    if name not in persona_sets():
        raise InputError(f"no persona set is called {name!r}; there are {', '.join(sorted(persona_sets()))}")
    return tuple(
        PersonaSpec(p["name"], p["prompt"], p["category"], None, tuple(p["related_to"]))
        for p in _data("personas")[name]["personas"]
    )


def builtin_questions(name: str) -> tuple[str, ...]:
    """The questions of a built-in set, in its order.

    Raises
    ------
    InputError
        If no set is called ``name``; the message lists those there are.

    Examples
    --------
    >>> builtin_questions("general20")[0]
    'What is the best way to learn a new language?'
    """
    if name not in question_sets():
        raise InputError(f"no question set is called {name!r}; there are {', '.join(sorted(question_sets()))}")
    return tuple(_data("questions")[name]["questions"])


def _words(text: str) -> list[str]:
    return [w.casefold() for w in _WORD.findall(text)]


def word_overlap(a: str, b: str) -> float:
    """Jaccard index of the sets of words of two texts, in [0, 1]; case does not count.

    Two texts without words overlap by 0.

    Examples
    --------
    >>> word_overlap("You are a pirate.", "You are a kind nurse.")
    0.5
    """
    left, right = set(_words(a)), set(_words(b))
    union = left | right
    return len(left & right) / len(union) if union else 0.0


@dataclass(frozen=True, slots=True)
class PromptMeasures:
    """What is measured about one persona's system prompt; a persona without a system message has zeros."""

    tokens: int
    characters: int
    words: int
    overlap: dict[str, float]
    """Source name to the word overlap with that source's prompt, in [0, 1]."""


def prompt_measures(
    persona: PersonaSpec, sources: Iterable[PersonaSpec], *, count_tokens: Callable[[str], int]
) -> PromptMeasures:
    """Tokens, characters, words and word overlap with each source's prompt.

    Parameters
    ----------
    persona : PersonaSpec
        Whose prompt is measured.
    sources : iterable of PersonaSpec
        What it is compared with.
    count_tokens : callable
        Tokens of a text, without special tokens, by the model's tokenizer.

    Examples
    --------
    >>> nurse = PersonaSpec("nurse", "You are a kind nurse.")
    >>> pirate = PersonaSpec("pirate", "You are a pirate.")
    >>> prompt_measures(nurse, [pirate], count_tokens=lambda t: len(t.split()))
    PromptMeasures(tokens=5, characters=21, words=5, overlap={'pirate': 0.5})
    """
    text = persona.prompt or ""
    return PromptMeasures(
        tokens=count_tokens(text) if text else 0,
        characters=len(text),
        words=len(_words(text)),
        overlap={s.name: word_overlap(text, s.prompt or "") for s in sources},
    )


def limit_violations(personas: PersonasSpec, *, count_tokens: Callable[[str], int]) -> list[str]:
    """Every persona whose prompt is shorter or longer than the set's declared limits, a sentence each.

    Examples
    --------
    >>> short = PersonasSpec((PersonaSpec("a", "You are."),), min_tokens=3)
    >>> limit_violations(short, count_tokens=lambda t: len(t.split()))
    ["persona 'a': its prompt has 2 tokens, fewer than personas.min_tokens = 3"]
    """
    found = []
    for p in personas.entries:
        n = count_tokens(p.prompt) if p.prompt else 0
        if personas.min_tokens is not None and n < personas.min_tokens:
            found.append(
                f"persona {p.name!r}: its prompt has {n} tokens, fewer than personas.min_tokens = {personas.min_tokens}"
            )
        if personas.max_tokens is not None and n > personas.max_tokens:
            found.append(
                f"persona {p.name!r}: its prompt has {n} tokens, more than personas.max_tokens = {personas.max_tokens}"
            )
    return found
