"""Names of things, however they are spelled: "SW Eng", `sw_eng`, "L20", "layer_20", "**Pooled**".

A name is folded to letters and digits; a numbered one ("L20", "layer 20", "epoch_4") also to its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from leakstats.records import struct

from ..regex import regex

__all__ = [
    "Gazetteer",
    "Mention",
    "abbreviates",
    "fold_name",
    "fullest_first",
    "index_of",
    "name_variants",
    "stem",
    "words_of",
]

_CAMEL = regex(r"(?<=[a-z])(?=[A-Z])")
_BLANK = regex(r"[^0-9A-Za-zα-ω]+")
_INDEXED = regex(
    r"^(?:l|layers?|blocks?|depth|epochs?|ep|e|steps?|s|checkpoints?|ckpt|t|h|n|seed|rounds?|updates?|batch|batches|"
    r"iterations?|iter|ticks?|cycles?|turns?|stages?|phases?|stops?|sweeps?|generation|gen)?[\s_\-.:=]*0*(\d{1,7})$",
    re.IGNORECASE,
)


_THOUSANDS = regex(r"(?<=\d)[,\u2009\u202f\u00a0](?=\d{3}(?!\d))")


@lru_cache(maxsize=20_000)
def fold_name(text: str) -> str:
    """Letters and digits of ``text`` in lower case.

    >>> fold_name("SW Eng"), fold_name("sw_eng"), fold_name("**Pooled**")
    ('sweng', 'sweng', 'pooled')
    """
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=20_000)
def index_of(text: str) -> str:
    """``#20`` for "L20", "layer_20" or "20"; "" for anything else.

    >>> index_of("L20"), index_of("Epoch 4"), index_of("1,500"), index_of("villain")
    ('#20', '#4', '#1500', '')
    """
    match = _INDEXED.match(_THOUSANDS.sub("", text.strip().strip("*`_ ")))
    return f"#{int(match.group(1))}" if match is not None else ""


@lru_cache(maxsize=20_000)
def name_variants(text: str) -> frozenset[str]:
    """The folded forms under which ``text`` may be met.

    >>> sorted(name_variants("L20 (primary)"))
    ['#20', 'l20', 'l20primary']
    """
    bare = regex(r"\([^()]*\)").sub(" ", text).strip(" *`_:")
    out = {fold_name(text), fold_name(bare), index_of(text), index_of(bare)}
    out.discard("")
    return frozenset(out)


@lru_cache(maxsize=20_000)
def fullest_first(names: frozenset[str]) -> tuple[str, ...]:
    """Names of one thing in the order in which to ask for it: what only a part of its name knows comes last.

    >>> fullest_first(frozenset({"lag", "lagspearman"}))
    ('lagspearman', 'lag')
    """
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=20_000)
def words_of(text: str) -> frozenset[str]:
    """The words of a key or a header, folded; plural s dropped.

    >>> sorted(words_of("meanLeak_rates (%)"))
    ['leak', 'mean', 'rate']
    """
    parts = _BLANK.split(text if text.islower() else _CAMEL.sub(" ", text))
    return frozenset([w.casefold().rstrip("s") or w for w in parts if w and not w.isdigit()])


_ENDING = regex(r"(?:ings?|ed|es|ers?|als?|ations?|ions?|ments?|ly|e|s)$")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word in lower case without its endings: "warned" and "warning" are one, and "filter" and "filtered" are.

    >>> stem("warned"), stem("warning"), stem("plain"), stem("filtered") == stem("filter")
    ('warn', 'warn', 'plain', True)
    """
    cut = _ENDING.sub("", word)
    if len(cut) < 3:
        return word
    again = _ENDING.sub("", cut)
    return again if len(again) >= 4 else cut


def abbreviates(short: str, full: str) -> bool:
    """True if the words of ``short`` shorten words of ``full``, in order.

    A word is shortened to its beginning, to its first and some further letters (one word for one: "asst"), or several
    to their initials, numbers being kept.

    >>> abbreviates("tax adv", "tax_advisor"), abbreviates("nurse", "night_nurse"), abbreviates("nun", "night_nurse")
    (True, True, False)
    >>> abbreviates("plain asst", "plain_assistant"), abbreviates("SE", "software_engineer")
    (True, True)
    >>> abbreviates("BRC", "broadcast"), abbreviates("M1", "mix_01"), abbreviates("M1", "mix_15")
    (True, True, False)
    """
    pieces, words = _pieces(short), _pieces(full)
    if not pieces:
        return False
    at = 0
    for piece in pieces:
        while at < len(words) and not (piece[0] == words[at][0] and _begins(piece, words[at])):
            at += 1
        if at == len(words):
            break
        at += 1
    else:
        return True
    if words and pieces[0][0] != words[0][0] and "0" not in (pieces[0][0], words[0][0]):
        return False
    if len(pieces) == len(words) and all(_letters(p, w) for p, w in zip(pieces, words, strict=True)):
        return True
    return len(pieces) == 1 < len(words) and _unpadded(pieces[0]) == "".join(
        _unpadded(w) if w.isdigit() else w[0] for w in words
    )


def _unpadded(piece: str) -> str:
    """``piece`` with its numbers whole but for leading zeros: "m1" is short for "mix 01", and not for "mix 15"."""
    return piece if "0" not in piece else regex(r"(?<!\d)0+(?=\d)").sub("", piece)


def _begins(piece: str, word: str) -> bool:
    """True if ``piece`` is ``word`` or its beginning; "gr8" does not begin "gr80"."""
    if piece == word:
        return True
    return len(piece) >= 3 and word.startswith(piece) and not (piece[-1].isdigit() and word[len(piece)].isdigit())


def _letters(piece: str, word: str) -> bool:
    """True if ``piece`` is the first and some further letters of ``word``."""
    if piece == word:
        return True
    if not (2 <= len(piece) < len(word) and piece.isalpha() and piece[0] == word[0]):
        return False
    rest = iter(word)
    return all(letter in rest for letter in piece)


@lru_cache(maxsize=20_000)
def _pieces(text: str) -> tuple[str, ...]:
    parts = _BLANK.split(_CAMEL.sub(" ", regex(r"\([^()]*\)").sub(" ", text)))
    return tuple(p.casefold() for p in parts if p)


@struct
class Mention:
    """A name met in a text."""

    start: int
    end: int
    name: str
    """Folded."""
    text: str


_PIECE = regex(r"[^\W_]+(?<![^\W_]['’]s)|(?<=['’])s(?=[_'’][^\W_])")
"""A word between blanks, strokes and hyphens; the s of a genitive is none."""


class Gazetteer:
    """Finds known names in text: the longest run of words that folds to one."""

    def __init__(self, names: Iterable[str], aliases: Mapping[str, str] | None = None) -> None:
        self._aliases = aliases or {}
        self._names: dict[str, int] = {}
        self._most = 1
        self._first: set[str] = set()
        for name in names:
            folded = fold_name(name)
            if len(folded) < 2 or folded.isdigit() or folded in _COMMON:
                continue
            pieces = [fold_name(w) for w in regex(r"[\s_\-/.]+").split(_CAMEL.sub(" ", name)) if fold_name(w)]
            self._names[folded] = 1
            self._most = max(self._most, len(pieces), 1)
            if pieces:
                self._first.add(pieces[0])
            as_written = next((fold_name(w) for w in regex(r"[\s_\-/.]+").split(name) if fold_name(w)), "")
            self._first |= {folded, as_written} - {""}  # "SmolLM 3B" begins with one word in a text

    def __contains__(self, folded: str) -> bool:
        return folded in self._names

    def find(self, text: str) -> list[Mention]:
        """The mentions in ``text``, left to right, none inside another."""
        first = self._first
        words = [word.casefold() for word in _PIECE.findall(text)]
        starts = [i for i, word in enumerate(words) if word in first or word.rstrip("s") in first]
        if not starts:
            return []
        pieces = [(*match.span(), word) for match, word in zip(_PIECE.finditer(text), words, strict=True)]
        out: list[Mention] = []
        behind = 0
        for i in starts:
            if i < behind:
                continue
            hit = None
            joined = ""
            for j in range(i, min(i + self._most + 1, len(pieces))):
                if j > i and pieces[j][0] - pieces[j - 1][1] > 2:
                    break
                joined += pieces[j][2]
                if joined in self._names:
                    hit = (j, joined)
                elif joined.endswith("s") and joined[:-1] in self._names and len(joined) > 4:
                    hit = (j, joined[:-1])
            if hit is not None:
                j, name = hit
                start, end = pieces[i][0], pieces[j][1]
                out.append(Mention(start, end, self._aliases.get(name, name), text[start:end]))
                behind = j + 1
        return out


_COMMON = frozenset(
    [
        "pearson",
        "spearman",
        "kendall",
        "cosine",
        "similarity",
        "rank",
        "linear",
        "the",
        "and",
        "for",
        "with",
        "value",
        "mean",
        "median",
        "n",
        "p",
        "r",
        "rho",
        "id",
        "name",
        "rate",
        "rates",
        "share",
        "count",
        "k",
        "total",
        "all",
        "none",
        "yes",
        "no",
        "na",
        "true",
        "false",
        "main",
        "both",
        "neither",
        "either",
        "each",
        "one",
        "two",
        "three",
        "result",
        "results",
        "data",
        "source",
        "sources",
        "unit",
        "units",
        "persona",
        "personas",
        "layer",
        "layers",
        "model",
    ]
)
