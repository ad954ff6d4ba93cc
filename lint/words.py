"""Word-level questions about visible text, which several rules ask."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from leakstats.numerals import normalise

from .inline import Text
from .regex import regex

__all__ = [
    "commits_in",
    "find_phrase",
    "find_phrases",
    "holds_commit",
    "holds_phrase",
    "lowered",
    "names_issue",
    "states_sample_size",
    "word_set",
    "word_starts",
]

_ISSUE = regex(r"(?<![\w&/])(?:[\w.-]{1,40}/[\w.-]{1,60})?#\d+\b|\bGH-\d+\b")
_ISSUE_PATH = regex(r"/(?:issues|pull|discussions)/\d+")

_COUNT = r"\d[\d,' ]{0,15}\d|\d"
_OF_COURSE = "steps|epochs|rounds|checkpoints|layers|depths|hours|days|points"
"""What the length of a course is counted in."""
_SAMPLE_SIZE = (
    # N = 12, n≈200, N is 12, N of 12
    regex(rf"\b[Nn]\s*(?:[=≈~:<>≥≤]|is|was|of|are)\s*~?(?:{_COUNT})"),
    # 178 of 250, 23 out of 100, 4 of the 7
    regex(rf"\b(?:{_COUNT})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?:{_COUNT})\b"),
    regex(rf"\b(?:{_COUNT})\s*/\s*(?:{_COUNT})\b"),
    # 550 dots (N), "120 replies each (n)"
    regex(rf"\b(?:{_COUNT})(?:\s+[a-z][a-z-]*){{1,4}}\s*[(\[]\s*[Nn]\s*[)\]]"),
    # a sample size of 12, sample of 12
    regex(rf"\bsamples?(?:\s+size)?\s+(?:of|is|was)\s+(?:{_COUNT})\b", re.IGNORECASE),
    # 150 draws per reading, 240 each; "p < 10⁻³ for each" tells of no size
    regex(
        rf"(?<!\d-)(?<![.^])\b(?:{_COUNT})\s+(?:(?!(?:{_OF_COURSE})\b)\w+\s+)?(?:per\s+(?!cent\b)\w|each\b|apiece\b)",
        re.IGNORECASE,
    ),
    # 200 (source, bystander) pairs, 200 completions
    regex(
        rf"\b(?:{_COUNT})\s+(?:\([^()]{{1,40}}\)\s+)?(?:\w+\s+)?(?:pairs|completions|generations|responses|answers|"
        r"replies|outputs|rollouts|trials|samples|draws)\b",
        re.IGNORECASE,
    ),
    # the 110 bystanders, all 25 anchor words; a few panels or curves, and the length of a course, are no sample
    regex(
        r"\b(?:all|the|these)\s+[1-9]\d{1,5}\s+(?:[a-z-]+\s+)?"
        rf"(?!(?:{_OF_COURSE}|ones|others)\b)[a-z]{{2,}}s\b",
        re.IGNORECASE,
    ),
)


_LETTERS = regex(r"[a-z]+")


@functools.lru_cache(maxsize=256)  # a dozen readers ask of each sentence whether it has a word of theirs
def word_set(text: str) -> frozenset[str]:
    """The words of a text in lower case, which tell faster than an expression that it says nothing of some matter.

    >>> sorted(word_set("All but two-thirds of them rise"))
    ['all', 'but', 'of', 'rise', 'them', 'thirds', 'two']
    """
    return frozenset(_LETTERS.findall(lowered(text)))


@functools.lru_cache(maxsize=256)
def word_starts(text: str) -> frozenset[str]:
    """The first four letters of the words of a text, for matters of which many words speak that begin alike.

    >>> sorted(word_starts("It was predicted, as expected"))
    ['as', 'expe', 'it', 'pred', 'was']
    """
    return frozenset([word[:4] for word in word_set(text)])


def find_phrase(text: str, phrase: str) -> Iterator[int]:
    """Offsets of ``phrase`` in ``text``, case aside; where it begins or ends with a letter, only as whole words.

    >>> list(find_phrase("The todo list, TODO: x", "TODO"))
    [4, 15]
    >>> list(find_phrase("Mastodont", "todo"))
    []
    """
    yield from _find(lowered(text), phrase.lower())


def find_phrases(text: str, phrases: Iterable[str]) -> list[tuple[int, int]]:
    """Where any of ``phrases`` stands in ``text``, as (start, end), in order."""
    low, wanted = lowered(text), _folded(tuple(phrases))
    if wanted[1].search(low) is None:
        return []
    return sorted((at, at + len(phrase)) for phrase in wanted[0] for at in _find(low, phrase))


@functools.lru_cache(maxsize=256)
def _folded(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The phrases in lower case, and one expression that finds nothing where none of them stands."""
    low = tuple(phrase.lower() for phrase in phrases if phrase)
    return low, regex("|".join(map(re.escape, low)) or r"(?!)")


def lowered(text: str) -> str:
    """``text`` in lower case, character by character where lowering would shift offsets."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _find(low: str, wanted: str) -> Iterator[int]:
    at = low.find(wanted)
    while at >= 0 and wanted:
        end = at + len(wanted)
        left = wanted[0].isalnum() and at > 0 and _in_word(low[at - 1])
        right = wanted[-1].isalnum() and end < len(low) and _in_word(low[end])
        if not left and not right:
            yield at
        at = low.find(wanted, at + 1)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def holds_phrase(text: str, phrases: Iterable[str]) -> bool:
    """True if ``text`` holds one of ``phrases``."""
    low, wanted = lowered(text), _folded(tuple(phrases))
    return wanted[1].search(low) is not None and any(True for phrase in wanted[0] for _ in _find(low, phrase))


_HASH = regex(r"(?<![0-9A-Za-z])[0-9a-f]{7,64}(?![0-9A-Za-z])", re.IGNORECASE)
_DAY = regex(r"(?:19|20)\d{6}")
_WORDS_OF_HEX_DIGITS = frozenset(("acceded", "defaced", "effaced", "facaded"))


def holds_commit(text: str) -> bool:
    """True if the text holds what can be a commit hash: seven or more hexadecimal digits that are no English word.

    >>> holds_commit("`deadbee`"), holds_commit("43a303c"), holds_commit("main"), holds_commit("it defaced the page")
    (True, True, False, False)
    """
    return any(hit.group(0).lower() not in _WORDS_OF_HEX_DIGITS for hit in _HASH.finditer(text))


def commits_in(text: str) -> list[tuple[int, int]]:
    """Where a text names commits: 7 to 40 hexadecimal digits that are no English word and no day.

    >>> text = "`43a303c` of 20250114 (image sha256 " + "0" * 64 + ")"
    >>> [text[start:end] for start, end in commits_in(text)]
    ['43a303c']
    """
    return [
        hit.span()
        for hit in _HASH.finditer(text)
        if len(hit.group(0)) <= 40
        and hit.group(0).lower() not in _WORDS_OF_HEX_DIGITS
        and not _DAY.fullmatch(hit.group(0))
    ]


def names_issue(text: Text) -> bool:
    """True if the text refers to an issue: ``#12``, ``owner/repo#12``, ``GH-12`` or a link to one."""
    return bool(_ISSUE.search(text.without("code"))) or any(_ISSUE_PATH.search(link.url) for link in text.links)


def states_sample_size(text: Text) -> bool:
    """True if the text states a sample size: ``N = 12``, ``n=200``, ``178 of 250``."""
    plain = normalise(text.text)
    return any(not _OF_SIGNIFICANT.match(plain, m.end()) for pattern in _SAMPLE_SIZE for m in pattern.finditer(plain))


_OF_SIGNIFICANT = regex(r"[^.;:()\d]{0,40}\bsignifican", re.IGNORECASE)
"""Behind "4 of 7 panels are": a count of results, which says nothing of how many units stand behind each."""
