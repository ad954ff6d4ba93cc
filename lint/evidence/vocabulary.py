"""Words of a claim that nothing accounts for: neither the page's tables, files and other passages nor common use.

A claim with such a word may ask for something that no reading looks at: "no layer breaks the story" is of a whole
argument, "five of eight keep the old roof dry" of two things at once. What is not read whole is not judged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from ..regex import regex
from .knowledge import Evidence
from .names import stem, words_of
from .passages import Sentence

__all__ = ["is_accounted_for", "is_common", "is_measured", "is_used"]


def is_accounted_for(evidence: Evidence, sentence: Sentence, left: int, right: int) -> bool:
    """True if each word between two places is a name, one of common use, or known from elsewhere on the page."""
    known = _known(evidence)
    named = [(m.start, m.end) for m in sentence.names]
    for match in _WORD.finditer(sentence.between(left, right)):
        word = match[0].lower()
        word = f"{word[:-3]}y" if word.endswith("ies") else word  # "accuracies"
        root = stem(word)
        if root in _COMMON or word in _COMMON or word.endswith("ly") or known.get(root, _NONE) - {id(sentence.passage)}:
            continue
        at = left + match.start()
        if word.endswith("er") and _THAN.match(sentence.between(at + len(word), right)):
            continue  # "stickier than 30%": more of what is measured, whatever it is called
        if not any(start <= at < end for start, end in named):
            return False
    return True


def is_measured(evidence: Evidence, word: str) -> bool:
    """True for a word of common use, and for one that heads a column or a field; the word of a cell names a group."""
    root = stem(word.lower())
    if "words measured" not in evidence.cache:
        heads = (*(h for sheet in evidence.sheets for h in sheet.header), *(s.quantity for s in evidence.all_series))
        evidence.cache["words measured"] = frozenset(stem(w) for head in heads for w in words_of(head))
    measured: frozenset[str] = evidence.cache["words measured"]
    return root in _COMMON or word.lower() in _COMMON or root in measured


def is_used(evidence: Evidence, sentence: Sentence, word: str) -> bool:
    """True for a word that the page's tables, files or other passages have."""
    return bool(_known(evidence).get(stem(word.lower()), _NONE) - {id(sentence.passage)})


def is_common(word: str) -> bool:
    """True for a word that every claim may have.

    >>> is_common("shows"), is_common("pirate")
    (True, False)
    """
    return word.lower() in _COMMON or stem(word.lower()) in _COMMON


_WORD = regex(r"\b(?<!['’])[^\W\d_]{2,}")
_THAN = regex(r"\s+than\b", re.IGNORECASE)
_NONE: frozenset[int] = frozenset()
_OF_DATA = 0
"""The passage of what stands in tables and files."""


def _known(evidence: Evidence) -> Mapping[str, set[int]]:
    """The words of the page and its files, without their endings, with the passages that have them."""
    if "words known" not in evidence.cache:
        out: dict[str, set[int]] = defaultdict(set)
        for passage in evidence.passages:
            for word in set(_WORD.findall(passage.plain.lower())):
                out[stem(word)].add(id(passage))
        words: set[str] = set()
        for sheet in evidence.sheets:
            words.update(*map(words_of, sheet.header), *(words_of(cell.text.text) for cell in sheet.table.cells))
        for series in evidence.all_series:
            words |= series.words | words_of(series.quantity)
        for word in words:
            out[stem(word)].add(_OF_DATA)
        evidence.cache["words known"] = out
    known: Mapping[str, set[int]] = evidence.cache["words known"]
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
        "measurement repeated repetition trial attempt dose set lot course"
    ).split()
    for form in (word, stem(word))
)
"""Words that every claim may have, and what a reading looks for; each with and without its ending."""
