"""Acronyms in running text: where one is first used, and whether the words before it spell it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from leakstats.records import struct
from leakstats.template import fold

from .document import Document, Heading, Table
from .inline import Text
from .regex import regex

__all__ = ["Use", "first_uses", "spells"]

_ACRONYM = regex(r"[A-Z](?<![\w#@/.\[`_-].)[A-Z]{1,5}(?=s?(?![\w\]/=_@]|-\d|\.\w))")
_ROMAN = regex(r"(?=..)X{0,3}(?:IX|IV|V?I{0,3})")
"""Plate IX, appendix II."""
_REMARK = regex(r"\s+[/|·:—–-]\s+|[:(,]")
"""What parts a label from what is said of it."""
_BLANKS = regex(r"[\s_]+")
_HYPHENS = "-‐‑"
_WORD = regex(rf"[{_HYPHENS}]?[^\W\d_]+")
"""The hyphen before the later parts of a compound stays with them: they need not give a letter of their own."""


@struct
class Use:
    """The first use of an acronym in prose."""

    acronym: str
    text: Text
    start: int
    end: int
    status: Literal["expanded", "wrong", "bare"]
    words: str = ""
    """What is said to be its expansion."""


def first_uses(document: Document, known: Collection[str]) -> Iterator[Use]:
    """The first use of every acronym in prose and captions that is neither known nor a label of the page's tables.

    >>> from leakstats.lint.parsing import parse_document
    >>> page = parse_document("reward-guided tuning (SFT), the last one (BR, −9.5 pp), mean of means (MOM)")
    >>> [(use.acronym, use.status) for use in first_uses(page, ())]
    [('SFT', 'wrong'), ('BR', 'bare'), ('MOM', 'expanded')]
    """
    done = set(known)
    labels: Collection[str] | None = None
    for text, scope in document.texts():
        if scope not in ("prose", "caption"):
            continue
        visible = text.without("code")
        for match in _ACRONYM.finditer(visible):
            acronym = match[0]
            if acronym in done or _ROMAN.fullmatch(acronym):
                continue
            labels = _labels(document) if labels is None else labels  # which few pages ask for
            status, words = _status(visible, match.start(), match.end(), acronym)
            if status != "expanded" and acronym not in labels and _is_label(visible, match.start(), match.end()):
                continue  # it may be an acronym where it stands again
            done.add(acronym)
            if acronym in labels:
                continue
            yield Use(acronym, text, match.start(), match.end(), status, words)


def _is_label(text: str, start: int, end: int) -> bool:
    """True for the word in capitals with which a text opens, "COLD — the kiln was never full"."""
    return not text[:start].strip(_MARKS) and _SAID_OF.match(text, end) is not None


_MARKS = " *_`•·–—-"
_SAID_OF = regex(r"[*_`]*\s*(?:[:：]|\s[—–-])[*_`]*\s")


def _labels(document: Document) -> set[str]:
    """Words in capitals that name rows, columns, sections or conditions of the page: "HRB" too in "HRB / peak".

    The initials of such a name are its short form: "TD" for the row ``tram_driver``.
    """
    out: set[str] = set()
    for block in document.blocks:
        if isinstance(block, Heading):
            out.update(_ACRONYM.findall(block.text.text))
        elif isinstance(block, Table):
            for cell in block.cells:
                text = cell.text.text.strip(" *_`")
                may_hold = text.lower() != text
                if cell.row and cell.column:
                    if may_hold and len(text.split(None, 1)) == 1:
                        out.update(_ACRONYM.findall(text))
                    continue
                if may_hold:
                    name = _REMARK.split(text, 1)[0]
                    if len(name.split()) <= 3:
                        out.update(_ACRONYM.findall(name))
                words = _BLANKS.split(text)
                if 2 <= len(words) <= 4 and all(w.isalpha() for w in words):
                    out.add("".join(w[0] for w in words).upper())
    return out


def _status(text: str, start: int, end: int, acronym: str) -> tuple[Literal["expanded", "wrong", "bare"], str]:
    """Whether the acronym is spelled out where it stands: ``words (ABC)`` or ``ABC (words)``."""
    before, behind = text[max(0, start - 120) : start], text[end : end + 120].removeprefix("s")
    if before.rstrip().endswith("(") and behind.lstrip().startswith((")", ",", ";")):
        words = _WORD.findall(before)
        stretch = spells(acronym, words)
        if stretch:
            return "expanded", _joined(stretch)
        if not any(c.isdigit() for c in behind.split(")")[0]):  # "the last one (BR, −9.5 pp)" defines nothing
            return "wrong", _joined(words[-len(acronym) :]).lstrip(_HYPHENS)
    if behind.lstrip().startswith("("):
        inside = behind.lstrip()[1:].split(")")[0]
        words = _WORD.findall(inside)
        if spells(acronym, words[: 2 * len(acronym)]):
            return "expanded", inside
    return _beside(before, behind, acronym)


_JOINED = regex(
    r"(?:[,:;\[(–—]\s*(?:or|i\.e\.,?|hence|so|in short|abbreviated|called)?|"
    r"\s(?:or|abbreviated(?: as| to)?|called|known as))\s*$"
)
"""Between words and their acronym: "supervised fine-tuning, SFT", "direct preference optimisation, or DPO"."""
_MEANS = regex(
    r"(?:[,:;]|\s?[–—=]|\s)\s*(?:(?:which |that )?(?:is short|is|are|stands?|stood|standing|short)\s+for|"
    r"i\.e\.,?|that is,?|meaning|(?<=[,:;–—=] )or|(?<=[,:;–—=] ))\s*(?:the\s+)?",
)
"""Between an acronym and its words: "SFT, short for supervised fine-tuning"."""


def _beside(before: str, behind: str, acronym: str) -> tuple[Literal["expanded", "wrong", "bare"], str]:
    """Whether its words stand right beside an acronym, without brackets of its own."""
    joined = _JOINED.search(before)
    if joined is not None and (stretch := spells(acronym, _WORD.findall(before[: joined.start()]))):
        return "expanded", _joined(stretch)
    means = _MEANS.match(behind)
    words = _WORD.findall(behind[means.end() :]) if means is not None else []
    for count in range(2, min(len(words), 2 * len(acronym)) + 1):
        if len(stretch := spells(acronym, words[:count])) == count:
            return "expanded", _joined(stretch)
    return "bare", ""


def _joined(words: list[str]) -> str:
    return "".join(word if word[0] in _HYPHENS else f" {word}" for word in words).strip()


_SMALL = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the", "to", "with")
)


def spells(acronym: str, words: list[str]) -> list[str]:
    """The last of ``words`` that spell ``acronym``, letter by letter; an empty list where none do.

    The first letter must begin the first word; at least half of the letters must begin words. Small words, and the
    later parts of a compound (with their hyphen in front), need not give a letter.

    >>> spells("LOO", ["we", "use", "leave", "one", "out"])
    ['leave', 'one', 'out']
    >>> spells("WAR", ["a", "well", "-known", "answer", "rate"])
    ['well', '-known', 'answer', 'rate']
    >>> spells("LOO", ["largest", "distance", "removal"])
    []
    """
    letters = fold(acronym)
    for count in range(1, min(len(words), 2 * len(letters) + 2) + 1):
        stretch = [fold(w.lstrip(_HYPHENS)) for w in words[-count:]]
        silent = [w in _SMALL or v[0] in _HYPHENS for w, v in zip(stretch, words[-count:], strict=True)]
        if stretch[0][:1] == letters[0] and stretch[0] not in _SMALL and _spelled(letters, stretch, silent):
            return words[-count:]
    return []


def _spelled(letters: str, words: list[str], silent: list[bool]) -> bool:
    """True if ``letters`` can be read off ``words`` in order, every word but those that may be silent giving one."""
    # best[k]: most initials among the first k letters after the words so far
    best: dict[int, int] = {0: 0}
    for word, may_be_silent in zip(words, silent, strict=True):
        following: dict[int, int] = dict(best) if may_be_silent else {}
        for k, initials in best.items():
            position, j = 0, k
            while j < len(letters):
                found = word.find(letters[j], position)
                if found < 0 or (j == k and found != 0):
                    break
                position, j = found + 1, j + 1
                following[j] = max(following.get(j, 0), initials + 1)
        best = following
    return 2 * best.get(len(letters), -1) >= len(letters)
