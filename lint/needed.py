"""The words without which a regular expression finds nothing.

Most expressions of the linter look for words that a page does not hold. Compiling one takes up to two milliseconds and
searching a sentence for it tens of microseconds; to see that its words do not stand there takes one. The pattern is
read roughly, since reading it as :mod:`re` does is half of compiling it: what is not understood needs nothing.
"""

from __future__ import annotations

import re

__all__ = ["needed_words"]

_TOKENS = re.compile(
    r"[^\\\[\](){}|*+?.^$]+|[|)]|\\.|\((?:\?(?:P<\w+>|:|<?[=!]))?(?!\?)|[*+?][?+]?|\{\d*(?:,\d*)?\}[?+]?"
    r"|\[\^?\]?(?:[^\\\]]|\\.)*\]|\(\?.?|.",
    re.DOTALL,
)
_ONE_CHARACTER = frozenset(("\\b", "\\B", "\\A", "\\Z", "\\w", "\\W", "\\d", "\\D", "\\s", "\\S", ".", "^", "$"))
"""Of these, and of sets, nothing is known; some are places and no characters at all."""
_OPENING = frozenset(("(", "(?:", "(?=", "(?!", "(?<=", "(?<!"))
_MOST_WORDS = 64
_WORST_ODDS = 0.5
"""Words that nearly every text holds decide nothing."""

Clause = tuple[float, tuple[str, ...]]
"""Words of which every match holds one, behind how likely a text is to hold one: each letter fits once in five."""


def needed_words(pattern: str, flags: int = 0) -> tuple[tuple[str, ...], ...]:
    """Sets of words, at most two: every text in which ``pattern`` is found holds a word of each.

    The words are in lower case where the flags ignore case, and so must the text be. Nothing is claimed of a pattern
    that is not understood, nor of one that can be found in nearly any text.

    >>> needed_words(r"\\b(?:gaps?|spread) of (?:about )?(\\d+)")
    ((' of ',), ('gap', 'spread'))
    >>> needed_words(r"(?:n\\s)?\\d+|gap")
    ()
    """
    if flags & re.VERBOSE:
        return ()
    branches: list[list[list[Clause]]] = [[[]]]  # of every open group, what each of its branches needs
    looks = []  # whether each of them only looks
    here = branches[0][0]
    run = ""  # the letters that stand side by side just before
    group: list[Clause] = []  # what the group needs that ended just before
    for token in _TOKENS.findall(pattern):
        first = token[0]
        plain = first not in "\\[](){}|*+?.^$"
        if plain or (first == "\\" and not token[1].isalnum()):
            run += token if plain else token[1]
            here += group
            group = []
            continue
        if first in "*?" or token.startswith(("{0", "{,", "{}")):
            run, group = run[:-1], []
        here += group
        if run:
            here.append((5.0 ** -len(run), (run,)))
        run, group = "", []
        if first == "|":
            here = []
            branches[-1].append(here)
        elif first == "(":
            if token not in _OPENING and not token.startswith("(?P<"):
                return ()
            here = []
            branches.append([here])
            looks.append(token[-1] in "=!")
        elif first == ")":
            if not looks:
                return ()
            group = _of_any(branches.pop())
            here = branches[-1][-1]
            if looks.pop():
                group = []
        elif token == "{" or (first not in "[+*?{" and token not in _ONE_CHARACTER):
            return ()
    if looks:
        return ()
    here += group
    if run:
        here.append((5.0 ** -len(run), (run,)))
    clauses = [words for odds, words in _of_any(branches[0]) if odds <= _WORST_ODDS and len(words) <= _MOST_WORDS]
    if flags & re.IGNORECASE:
        clauses = [tuple([word.lower() for word in words]) for words in clauses]
    return tuple([tuple(dict.fromkeys(words)) for words in clauses])


def _of_any(branches: list[list[Clause]]) -> list[Clause]:
    """What a choice needs: of each branch the clause that is least likely to hold by chance, and the next."""
    if len(branches) == 1:
        return sorted(branches[0])[:2]
    if not all(branches):
        return []
    ranked = [sorted(b)[:2] if len(b) > 1 else b for b in branches]
    found = []
    for i in (0, -1) if any(len(r) > 1 for r in ranked) else (0,):
        chosen = [r[i] for r in ranked]
        found.append((sum([c[0] for c in chosen]), tuple([w for c in chosen for w in c[1]])))
    return found
