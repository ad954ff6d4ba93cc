"""Words of a claim that nothing accounts for: neither the page's tables, files and other passages nor common use.

A claim with such a word may ask for something that no reading looks at: "no layer breaks the story" is of a whole
argument, "five of eight keep the old roof dry" of two things at once. What is not read whole is not judged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from leakstats.records import struct

from ..regex import regex
from .knowledge import Evidence
from .names import stem, words_of
from .passages import Passage, Sentence

__all__ = ["is_accounted_for", "is_common", "is_measured", "is_used", "measured_roots"]


def is_accounted_for(evidence: Evidence, sentence: Sentence, left: int, right: int) -> bool:
    """True if each word between two places is a name, one of common use, or known from elsewhere on the page."""
    known = _known(evidence)
    named = [(m.start, m.end) for m in sentence.names]
    for match in _WORD.finditer(sentence.between(left, right)):
        word = match[0].lower()
        word = f"{word[:-3]}y" if word.endswith("ies") else word  # "accuracies"
        root = stem(word)
        if root in _COMMON or word in _COMMON or word.endswith("ly") or known.elsewhere(root, sentence.passage):
            continue
        at = left + match.start()
        if word.endswith("er") and _THAN.match(sentence.between(at + len(word), right)):
            continue  # "stickier than 30%": more of what is measured, whatever it is called
        if not any(start <= at < end for start, end in named):
            return False
    return True


def is_measured(evidence: Evidence, word: str) -> bool:
    """True for a word of common use, and for one that heads a column or a field; the word of a cell names a group."""
    return is_common(word) or stem(word.lower()) in measured_roots(evidence)


def measured_roots(evidence: Evidence) -> frozenset[str]:
    """The words of the headers of the page's tables and of the names of fields, without their endings."""
    if "words measured" not in evidence.cache:
        fields = frozenset(s.quantity for s in evidence.all_series)
        measured = evidence.quantities.union(*map(words_of, fields))
        evidence.cache["words measured"] = frozenset(map(stem, measured))
    found: frozenset[str] = evidence.cache["words measured"]
    return found


def is_used(evidence: Evidence, sentence: Sentence, word: str) -> bool:
    """True for a word that the page's tables, files or other passages have."""
    return _known(evidence).elsewhere(stem(word.lower()), sentence.passage)


def is_common(word: str) -> bool:
    """True for a word that every claim may have.

    >>> is_common("shows"), is_common("pirate")
    (True, False)
    """
    return word.lower() in _COMMON or stem(word.lower()) in _COMMON


_WORD = regex(r"\b(?<!['’])[^\W\d_]{2,}")
_THAN = regex(r"\s+than\b", re.IGNORECASE)


@struct
class _Known:
    """The words of the page and its files, without their endings."""

    of_data: frozenset[str]
    """In tables and files."""
    by_passage: Mapping[int, frozenset[str]]
    """By the identity of the passage that has them."""
    passages: Mapping[str, int]
    """How many passages have a word."""

    def elsewhere(self, root: str, passage: Passage) -> bool:
        """True for a word of something else than ``passage``."""
        return root in self.of_data or self.passages.get(root, 0) > (root in self.by_passage.get(id(passage), ()))


def _known(evidence: Evidence) -> _Known:
    if "words known" not in evidence.cache:
        by_passage = {id(p): frozenset(map(stem, _WORD.findall(p.plain.lower()))) for p in evidence.passages}
        words: set[str] = set()
        for sheet in evidence.sheets:
            words.update(*map(words_of, sheet.header), *(words_of(cell.text.text) for cell in sheet.table.cells))
        words.update(*{series.words for series in evidence.all_series})
        words.update(*map(words_of, {series.quantity for series in evidence.all_series}))
        passages = Counter(chain.from_iterable(by_passage.values()))
        evidence.cache["words known"] = _Known(frozenset(map(stem, words)), by_passage, passages)
    known: _Known = evidence.cache["words known"]
    return known


_COMMON = frozenset(
    form
    for word in (  # noqa: SIM905
        # what joins words
        "the an of in on at for with to by from and or but nor as than that this these those it its they them their "
        "he she his her we us our which who whose whom where when while whereas if so then there here also too both "
        "just still even already yet again thus hence therefore however though although since because within between "
        "across over under above below before after until during through throughout into onto per via about around "
        "against without beyond among out up down off apart except exception excluded save besides only alone own each "
        "every all any some none neither either no not never more most less least fewer few many much several other "
        "another others rest remaining one two three four five six seven eight nine ten eleven twelve twenty thirty "
        "forty fifty zero half third quarter fifth sixth seventh eighth tenth dozen digit once twice same such very "
        "rather quite far well back little always everywhere beforehand is are was were be been being has have had "
        "having do does did done can could may might must will would should "
        # what is done
        "rise rose risen fall fell fallen increase decrease grow grew grown drop climb decline gain lose lost loss go "
        "goes went gone move shift change improve worsen shrink shrank reduce raise lower cut add exceed pass surpass "
        "reach attain clear cross break top meet met hit show shown display exhibit see saw seen get got give gave "
        "given yield come came turn happen appear hold held occur obtain find found observe observed record count take "
        "took taken make made lie lies lay sit sat stand stood stay remain end ended start started began finish lead "
        "led trail follow agree differ tell told predict depend test reject judge measure compare carry fail miss "
        "stretch span spanned spread range run ran extend vary cover scatter occupy fill "
        "qualify confine need weigh exist double triple halve overlap slid fix say said emit use write produce contain "
        # how values are said
        "rate share value level point percent percentage cent proportion fraction number total mean average median "
        "peak maximum minimum baseline final initial first last later early earlier beginning size amount score "
        "accuracy frequency probability difference effect gap ratio times fold high higher highest low lowest large "
        "larger largest small smaller smallest big bigger biggest great greater greatest strong stronger strongest "
        "weak weaker weakest better best worse worst good bad common commoner frequent often seldom rare positive "
        "negative plus minus sign direct inverse direction way trend slope line relation relationship association "
        "correlation coefficient rank linear similarity cosine distance significant significance nominal corrected "
        "adjusted uncorrected threshold bar limit bound interval ci cis confidence majority minority upward upwards "
        "downward downwards short long mark ground excess success superior inferior sole wrong right nil link tie "
        "reliable disjoint single treated untreated trained untrained training tuned tuning "
        # what there are several of
        "case unit group condition setting run cell seed row column table figure panel plot layer depth checkpoint "
        "epoch step persona model source bystander prompt question sample item answer reply response completion output "
        "measurement repeated repetition trial attempt dose set lot course reading outcome thing analysis criterion "
        # what says nothing of its own
        "thirteen fourteen fifteen sixteen seventeen eighteen nineteen second apiece overall altogether additional "
        "extra intend expect desire plan towards anywhere everything according instance example known alike tend "
        "win won bring brought keep kept leave put read taught recur belong approach affect satisfy "
        "close closer easy easier prefer preferred"
    ).split()
    for form in (word, stem(word))
)
"""Words that every claim may have, and what a reading looks for; each with and without its ending."""
