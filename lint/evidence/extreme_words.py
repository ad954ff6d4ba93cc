"""Of what the words around a superlative say that it is the extreme: a value, a change, a spread."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..regex import regex
from .holders import RELATIVE_CLAUSE
from .names import Mention
from .passages import Sentence
from .shifts import ACTS, OF_DEGREE, OF_MERIT, change_of, is_of_verb, stated_move
from .superlatives import Superlative, superlatives
from .wording import OF_LIKENESS

__all__ = ["Extreme", "between", "read_extreme", "said_behind"]


class Extreme(NamedTuple):
    """A superlative, who holds it, and of what."""

    sentence: Sentence
    word: Superlative
    holder: Mention
    clause: str
    """The words around it, up to the next stops."""
    spread: bool
    """It is of a standard deviation or a range."""
    relative: bool
    """It is of how many times one rate is the other."""
    step: tuple[float, float] | None
    """The change that the sentence states of its holder, as the least and the most that its digits leave."""
    change: str | None
    """``up``, ``down`` or ``any`` where it is of a change, ``None`` where it is of a value."""

    @property
    def start(self) -> int:
        """Where the superlative begins, in the passage."""
        return self.sentence.start + self.word.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.sentence.start + self.word.end

    @property
    def said(self) -> str:
        """The superlative in small letters."""
        return self.sentence.text[self.word.start : self.word.end].lower()

    @property
    def of_likeness(self) -> bool:
        """True for "closest" beside words of likeness."""
        return self.said == "closest" and OF_LIKENESS.search(self.clause) is not None


def read_extreme(sentence: Sentence, word: Superlative, holder: Mention) -> Extreme:
    """A superlative with what its sentence says of it."""
    spread = _is_of_spread(sentence, word)
    relative = _RELATIVE.search(_around(sentence, word)) is not None
    step = stated_move(sentence, sentence.start + word.end, holder)
    change = "any" if relative else _change(sentence, word, step, spread=spread)
    return Extreme(sentence, word, holder, _clause_of(sentence, word), spread, relative, step, change)


def _change(sentence: Sentence, word: Superlative, step: tuple[float, float] | None, *, spread: bool) -> str | None:
    """The way of the change of which a superlative is the extreme."""
    start, end = sentence.start + word.start, sentence.start + word.end
    lead = sentence.text[: word.start]
    if not spread:
        change = change_of(sentence, start, end)
        if change is not None:
            return change
        if _OF_GAP.search(lead):
            return "any"  # "the gap between the two peaks at layer 9"
        if step is not None:
            return "down" if step[1] < 0 else "any"  # "Largest: a, from 0.21 to 0.47"
    said = sentence.text[word.start : word.end].lower()
    if said in OF_DEGREE | OF_MERIT and (ACTS.search(lead) or is_of_verb(lead, sentence.between(end, end + 12))):
        return "any"  # "the cream works best in dogs", "it rises in four towns, most in the last"
    return None


_OF_GAP = regex(
    r"^\W*(?:and |but )?(?:the |its |their )(?:gap|difference|distance|margin|lead|advantage|contrast) "
    r"(?:between|of|over|is|was|becomes?|grows?)\b|"
    r"\b(?:the|its|their) (?:gap|difference|margin|lead|advantage|contrast|discrepancy) (?:is|was|becomes?|became|"
    r"turns out|grows?) (?:\w+ )?$|"
    r"\bbetween\b[^.;:]*\bdistance (?:is|was|becomes?|became) (?:the )?$",
    re.IGNORECASE,
)


def _clause_of(sentence: Sentence, word: Superlative) -> str:
    """The words around a superlative, up to the next stop."""
    before, after = (regex(r"[;:]|[.]\s").split(x) for x in (sentence.text[: word.start], sentence.text[word.start :]))
    return RELATIVE_CLAUSE.sub(" ", before[-1]) + after[0]


_RELATIVE = regex(
    r"\b(?:relative(?:ly)?|proportion(?:s|al(?:ly)?|ately?)?|ratios?|factor|percentage-wise|\w+fold)\b", re.IGNORECASE
)
"""Of how many times one rate is the other, "relative to its start the pilot gains most"."""


def _around(sentence: Sentence, word: Superlative) -> str:
    """The words from the superlative before one to those behind it."""
    earlier = [w.end for w in superlatives(sentence.text) if w.end <= word.start]
    return sentence.text[max(earlier, default=0) : word.end + 24]


def _is_of_spread(sentence: Sentence, word: Superlative) -> bool:
    """True for the largest deviation or misfit, for "the smallest" behind it, and for what scatters most."""
    end = sentence.start + word.end
    after = sentence.between(end, min(sentence.end, end + 40))
    if _SPREAD.match(after) or _SPREAD_IS.match(sentence.text) or _SCATTERS.search(sentence.text[: word.start]):
        return True
    earlier = [w for w in superlatives(sentence.text) if w.end < word.end]
    return (
        bool(earlier)
        and regex(r"\s*(?:[,;.:(*]|\d|$)").match(after) is not None
        and _SPREAD.match(sentence.text[earlier[-1].end : word.end]) is not None
    )


_SPREAD = regex(
    r"\W+(?:\w+\s+){0,2}?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variances?|variation|scatter|"
    r"dispersion|variability|ranges?|misfits?|outliers?|exceptions?|anomal(?:y|ies)|oddit(?:y|ies)|surprises?)\b",
    re.IGNORECASE,
)


_SPREAD_IS = regex(
    r"\W*(?:the |its |their )?(?:\w+ )?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variation|scatter|"
    r"dispersion|variability)\b[^.;,:()]{0,40}?\b(?:is|are|was|were)\s",
    re.IGNORECASE,
)


_SCATTERS = regex(
    r"\b(?:scatter(?:s|ed)?|spreads?|fluctuat(?:e|es|ed)|wobbl(?:e|es|ed)|disperse[sd]?|jump(?:s|ed)? (?:about|"
    r"around))\s+"
    r"(?:the\s+)?$",
    re.IGNORECASE,
)


_SAYS = regex(r"[A-Za-z]{3,}")


_ASIDE = regex(r",\s[^,;:()]{3,40},")
"""Said between a thing and its extreme of something else, "Ghent, starting from 4%, ends highest"."""
_RIVALS = regex(r"\bthan (?:any|all|every)(?: of the)? others?\b.*")
"""Of things, even where a column has their noun: "more than any other buyer" beside "sold to the buyer"."""


def between(extreme: Extreme) -> str:
    """The words from a superlative to its holder, or the other way, with the verb that they leave out."""
    sentence, word, holder = extreme.sentence, extreme.word, extreme.holder
    near = sentence.between(min(extreme.start, holder.start), max(extreme.end, holder.end))
    verb = "" if _SAYS.search(near.replace(holder.text, "")) else _verb_before(sentence, word)
    near = _RIVALS.sub(" ", _ASIDE.sub(" ", f"{verb} {near}"))
    if word.peak:  # the verb of an extreme is no point of a course
        near = near.replace(sentence.text[word.start : word.end], " ")
    return near.replace(holder.text.strip(), " ")


def _verb_before(sentence: Sentence, word: Superlative) -> str:
    """The verb of "A (0.4) peaks highest, B (0.2) lowest" for its second half; "" where it has none."""
    earlier = [w for w in superlatives(sentence.text) if w.end <= word.start]
    verb = regex(r"\b[a-z]+ $").search(sentence.text[: earlier[-1].start]) if earlier else None
    return verb.group(0) if verb is not None else ""


def said_behind(extreme: Extreme) -> str:
    """The words behind a superlative, or behind the earlier one whose noun is its own."""
    word = extreme.word
    noun = _elided(extreme.sentence, word, extreme.holder)
    return noun or ("" if word.end - word.start > 12 else extreme.sentence.between(extreme.end, extreme.end + 40))


def _elided(sentence: Sentence, word: Superlative, holder: Mention) -> str:
    """The noun of "lowest peak a, highest b" for its second half; "" where nothing is left out."""
    end = sentence.start + word.end
    if holder.start < end or not regex(r"\s*(?:is |was )?(?:the )?[`\"'“‘*(]*").fullmatch(
        sentence.between(end, holder.start)
    ):
        return ""
    earlier = [w for w in superlatives(sentence.text) if w.end < word.start and w.sign != word.sign]
    noun = regex(r"\s+[a-z]+(?:\s+[a-z]+)?").match(sentence.text[earlier[-1].end :]) if earlier else None
    return noun.group(0) if noun is not None else ""
