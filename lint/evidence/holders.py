"""The name to which a sentence gives an extreme, and the number that it is given with."""

from __future__ import annotations

import re

from ..regex import regex
from .beside import adjacent
from .coordination import joins_names
from .grammar import Number
from .names import Mention
from .passages import Sentence
from .superlatives import Superlative, superlatives
from .wording import FIRSTS, LASTS

__all__ = ["RELATIVE_CLAUSE", "holder_of", "point_of", "shares_rank", "stands_apart", "stated_behind", "stated_beside"]

_HOLDER_AFTER = regex(
    r"^(?:\s*(?:often|frequently|strongly|commonly)\s+)?"
    r"(?:[^,;.()]{0,60}?\b(?:is|are|was|for|belongs to|by|in|at|comes from|came from|goes to|went to|"
    r"sits with|falls to|to|of|with|as|on|"
    r"under)\s+)?(?:the |source |persona )?[`\"'*(]*$"
)


_NEXT_NAME = regex(r"\s*(?:than )?(?:in |for |at |with )?(?:the )?[`\"'*]*")


_LABELLED = regex(r"(?:\s+(?:[a-z]+\s+){0,4}[a-z]+)?\s*[:=]\s*(?:the\s+)?[`\"'*]*")


_HOLDER_BEFORE = regex(r"^[`\"'’*]*\s*(?:\([^()]*\)\s*)?(?:[\w'’-]+[\s,]+){0,6}(?:the\s+)?$")


def holder_of(sentence: Sentence, word: Superlative, found: list[Superlative]) -> Mention | None:
    """The name to which an extreme is given."""
    start, end = sentence.start + word.start, sentence.start + word.end
    names = [m for m in sentence.names if m.text.lower() not in FIRSTS | LASTS]  # "highest after the patch"
    if _IS_VERB.match(sentence.text, word.start):  # "Ghent finishes first, Lille last"
        mine = [m for m in names if m.end <= start]
        near = _IN_BRACKETS.sub(" ", sentence.between(mine[-1].end, start)) if mine else ";"
        placed = bool(mine) and mine[-1].name.startswith("#") and any(c.isalpha() for c in near)
        return mine[-1] if not placed and not _OTHER_SUBJECT.search(near) else None  # "at L2 the probe comes first"
    after = next((m for m in names if m.start >= end), None)
    if _UNKNOWN_HAS.search(sentence.between(sentence.start, start)) or (
        after is not None and _LIKE_TO.fullmatch(sentence.between(end, after.start))
    ):
        return None  # "old_tinker has the highest cosine to the tinker"
    if after is not None and after.name.startswith("#"):  # "the highest rate at round 1 is that of Ghent"
        other = next((m for m in names if m.start > after.end and not m.name.startswith("#")), None)
        if other is not None and _IS_THAT_OF.fullmatch(sentence.between(after.end, other.start)):
            return other
    first = [m for m in names if m.end <= start]
    if first and _is_cleft(sentence, first[-1], start):
        return first[-1]
    if first and _APPOSED.fullmatch(sentence.between(first[-1].end, start)) and _STOPS.match(sentence.text, word.end):
        taken = (holder_of(sentence, w, found) for w in found if w.end <= word.start)
        return first[-1] if first[-1] not in taken else after  # "12% are wet in Ghent, the lowest, and 67% in Lille"
    if first and _HAS_THE.fullmatch(sentence.between(first[-1].end, start)):
        return first[-1]  # "Ghent has the largest gain", where "gain" heads a column
    if first and after is not None and _belongs_to_next(sentence, word, after, found):
        gap = _IN_BRACKETS.sub(" ", sentence.between(first[-1].end, start))
        return first[-1] if not regex(r"[;:.]").search(gap) else None
    if first and after is not None and "," in sentence.between(end, after.start):
        near = sentence.between(first[-1].end, start)
        if regex(r"[`\"'’*]*(?:\s+\w+){0,2}\s+(?:(?:by far )?the\s+)?").fullmatch(near) and not regex(
            r"\b(?:than|not|and)\b"
        ).search(near):
            return first[-1]  # "a has the highest, b the lowest"
    if after is not None and not any(end <= sentence.start + w.start < after.start for w in found):
        gap = regex(r"^((?:\s+[a-z-]+){0,3}\s*[,(]?)\s*[\d.,\u2212-]+\s?%?\s*[,)]?").sub(
            r"\1", sentence.between(end, after.start)
        )
        if word.beyond and _NEXT_NAME.fullmatch(gap):
            return after
        if (_HOLDER_AFTER.match(gap.replace(",", "")) or _LABELLED.fullmatch(gap)) and len(gap) < 70:
            return after
        if not gap.strip(" `\"'*") and _NOTHING_BEHIND.match(sentence.between(after.end, after.end + 12)):
            return after  # "lowest Ghent, highest Lille"
    before = first
    gap = _APPOSITION.sub(" ", sentence.between(before[-1].end, start), count=1) if before else ""
    lead = sentence.between(before[-1].start - 2, before[-1].start).rstrip("`\"' ") if before else ""
    bracketed = gap.strip() == "," and lead.endswith("(")  # "4% (Ghent, lowest)"
    beside = bracketed or _HOLDER_BEFORE.match(gap) is not None or _WHOSE.fullmatch(gap) is not None
    return before[-1] if before and beside and not _OF_OTHERS.search(gap) else None


_IS_VERB = regex(
    r"(?:comes?|came|ranks?|ranked|finish(?:es|ed)?|tops|topped|leads|led|heads|headed|brings?) ", re.IGNORECASE
)
_OTHER_SUBJECT = regex(r"[;:]|\.\s|,\s+(?:and|but|while|whereas)\b|\b(?:than|but|while|whereas)\b")
_IS_THAT_OF = regex(
    r"\s+(?:is|was|belongs to|belonged to|goes to|went to|comes from|came from|falls to|fell to)\s+(?:that of\s+)?"
    r"(?:the\s+)?[`\"'*]*"
)
_APPOSED = regex(r"[`\"'’*]*(?:\s\([^()]*\))?,\s+(?:by far )?the\s+")
_HAS_THE = regex(
    r"[`\"'’*]*\s+(?:has|had|have|shows?|showed|gets?|got|gives?|gave|takes?|took|keeps?|kept|makes?|made|sees|saw|"
    r"posts?|"
    r"posted|records?|recorded)\s+(?:by far )?the\s+(?:(?:second|third|fourth|fifth)[\s-]+)?|"
    r"[`\"'’*]*,\s+with\s+(?:by far )?the\s+",
    re.IGNORECASE,
)
_STOPS = regex(r"\s*(?:[,.;:)]|$)")
_NEXT_HALF = regex(r"\s*(?:[,;]|[,;]?\s?(?:and|while|but|whereas))\s*(?:the\s+)?[`\"'*]*")


def _belongs_to_next(sentence: Sentence, word: Superlative, name: Mention, found: list[Superlative]) -> bool:
    """True if a name behind a superlative has the opposite one behind it: "Ghent rains most, Lille least"."""
    following = next((w for w in found if w.start >= word.end), None)
    if following is None or following.sign == word.sign or name.end > sentence.start + following.start:
        return False
    between = sentence.between(name.end, sentence.start + following.start)
    joined = _NEXT_HALF.fullmatch(sentence.between(sentence.start + word.end, name.start))
    return joined is not None and regex(r"[`\"'’*]*\s*(?:\([^()]*\)\s*)?(?:the\s+)?").fullmatch(between) is not None


_OF_OTHERS = regex(
    r"\b(?:than|not|near|against|from|over|and|but|while|whereas|without|dropping|excluding|second|next)\b"
)


_NOTHING_BEHIND = regex(r"[`\"'’*]*\s*(?:[,.;:()]|$|and\b|at \d|with \d|\d)")


_CLEFT = regex(r"\b(?:it (?:is|was)|and|but) (?:at|in|for|with|under|by) (?:the )?[`\"'*]*$", re.IGNORECASE)


def _is_cleft(sentence: Sentence, name: Mention, at: int) -> bool:
    """True for "It is in Ghent that the share is largest, and in Lille that"."""
    return (
        regex(r"[`\"'’*]*\s+that\b[^,;]*$").match(sentence.between(name.end, at)) is not None
        and _CLEFT.search(sentence.between(sentence.start, name.start)) is not None
        and regex(r"\W*it (?:is|was)\b", re.IGNORECASE).match(sentence.text) is not None
    )


_APPOSITION = regex(r"^[`\"'’*]*,\s(?!and\b|but\b|or\b|with\b|the\b)[^,;:()]{3,40},(?=\s)")


_WHOSE = regex(
    r"[`\"'’*]*,?\s+(?:whose (?:\w+ ){1,3}(?:is|was|are|were)|which (?:is|was|has|had)|who (?:is|was|has|had))\s+"
    r"(?:the )?"
)
"""Between a thing and the extreme that it has: "Ghent, whose share is"."""


_UNKNOWN_HAS = regex(
    r"(?<![\w`])(?:[A-Za-z]\w*_\w+|`[^`]+`)\s+(?:has|had|shows|reaches|takes)\s+(?:the\s+)?(?:\w+[\s-]+)?$"
)


_LIKE_TO = regex(
    r"\s+(?:\w+\s+)?(?:cosines?|similarit\w+|closeness|distances?|overlaps?|likeness|projections?|correlations?)\s+"
    r"(?:to|with|from|on)\s+(?:the\s+)?[`\"'*]*",
    re.IGNORECASE,
)


def point_of(sentence: Sentence, word: Superlative) -> Mention | None:
    """The dose, the layer or the step at which a course "peaks"."""
    end = sentence.start + word.end
    points = [m for m in sentence.names if m.name.startswith("#")]
    after = next((m for m in points if m.start >= end), None)
    if after is not None and _REACHED_AT.fullmatch(sentence.between(end, after.start)):
        return after
    first = points[0] if points and points[0].end <= sentence.start + word.start else None
    if first is None or not _FRONTED.fullmatch(sentence.between(sentence.start, first.start)):
        return None
    return first if not regex(r"[;:.]").search(sentence.between(first.end, end)) else None


_FRONTED = regex(r"\W*(?:it (?:is|was) )?(?:only )?(?:with|at|after|by|in|on)\s+(?:the )?", re.IGNORECASE)


_REACHED_AT = regex(
    r"\s*(?:,?\s*(?:of|at|with|,|\()\s*[\d.]+\s?%?\s*\)?,?)?\s+(?:only |already |just )?(?:at|with|in|on|after|by|"
    r"around|under)\s+(?:the )?",
    re.IGNORECASE,
)


def shares_rank(sentence: Sentence, holder: Mention) -> bool:
    """True for "a and b on top": two may share what is left of a ranking."""
    if _TOGETHER.match(sentence.text, holder.end - sentence.start):
        return True  # "the filter and the anchor together give the lowest": of the two at once
    others = [m for m in sentence.names if m.name != holder.name]
    gaps = (sentence.between(min(m.end, holder.end), max(m.start, holder.start)) for m in others)
    bare = (_IN_BRACKETS.sub(" ", gap) for gap in gaps)
    return any(joins_names(gap) and "," not in gap for gap in bare)


_IN_BRACKETS = regex(r"\([^()]*\)")
_TOGETHER = regex(
    r"[`\"'’*]*(?:\s\([^()]*\))?,?\s+(?:(?:taken|used|applied|put) )?(?:together|combined|jointly|in (?:combination|"
    r"concert|tandem))\b",
    re.IGNORECASE,
)


def stands_apart(sentence: Sentence, word: Superlative) -> bool:
    """True for "Most vs least: a dwarfs b", where the two words stand apart from the two names."""
    near = sentence.text[max(0, word.start - 12) : word.end + 12]
    return _PAIRED.search(near) is not None


_PAIRED = regex(
    r"\b\w*(?:st|most|top|first)\s+(?:vs\.?|versus|and|or|to|against|/)\s+(?:the\s+)?(?:\w+st|bottom|last)\b|\w/\w",
    re.IGNORECASE,
)


_FORMER = regex(r"\b(?:former|latter|respectively|in that order)\b", re.IGNORECASE)


_OF_NEXT = regex(
    r"\s?%?\s*(?:\([^()]*\)\s*)?(?:percent\s+|pp\s+)?(?:for|in|at|by|under)\s+(?:the )?[`\"'*]*", re.IGNORECASE
)


def stated_behind(sentence: Sentence, word: Superlative, holder: Mention) -> Number | None:
    """The number of the clause behind a superlative: "the lowest rate, 10.0%, belongs to", "the judge, with 44%"."""
    end = sentence.start + word.end
    if _FORMER.search(sentence.text):
        return None
    for number in sentence.numbers:
        if number.start >= end and number.role in ("percent", "value", "coefficient") and number.bound in ("", "~"):
            gap = sentence.between(end, number.at)
            following = [m for m in sentence.names if end <= m.start < number.at and m.name != holder.name]
            if any(_AND_SO.search(sentence.between(end, m.start)) for m in following):
                return None  # "Ghent has the bottom value and Lille the top one (0.7)"
            for m in sentence.names:
                if end <= m.start < number.at:
                    gap = gap.replace(m.text, "", 1)
            plain = regex(
                r"(?:\s+(?!from\b)[A-Za-z-]+){0,5}[\s`\"'*]*(?:,|of|is|at|with|\(|:|—|=)?\s*"
                r"(?:(?:with|at|reaching|hitting|attaining|scoring|showing|having) )?"
                r"(?:(?:an? |the )?(?:mean|average|median|rate|share|value) (?:of )?)?(?:[ρr]\s*=\s*)?"
            ).fullmatch(gap)
            if (":" in gap and _is_second(sentence, word)) or _is_shared_out(sentence, number):
                return None  # "most in a and least in b: 0.9; 0.4"
            if superlatives(gap):
                return None  # "the weakest start and the largest gain, 12 points"
            of = next((m for m in sentence.names if m.start >= number.end), None)
            behind = of is not None and of.name != holder.name and holder.end <= sentence.start + word.start
            if of is not None and behind and "," in gap and _OF_NEXT.fullmatch(sentence.between(number.end, of.start)):
                return None  # "4% for a at the bottom, 67% for b at the top"
            return number if plain is not None else None
    return None


_AND_SO = regex(r"\b(?:and|while|whereas|but)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)


def _is_shared_out(sentence: Sentence, number: Number) -> bool:
    """True for the first number of "most in Ghent and least in Lille, 35% against 5%"."""
    before = {m.name for m in sentence.names if m.end <= number.start}
    return len(before) > 1 and _AND_NEXT.match(sentence.between(number.end, sentence.end)) is not None


_AND_NEXT = regex(
    r"\s*(?:%|percent|per cent)?\s*(?:and|against|versus|vs\.?|as opposed to|compared (?:with|to))\s+[-−+]?[\d.]"
)


def _is_second(sentence: Sentence, word: Superlative) -> bool:
    """True behind another superlative with no number between the two."""
    at = sentence.start + word.start
    earlier = [sentence.start + w.end for w in superlatives(sentence.text) if w.end <= word.start]
    if not earlier:
        earlier = [sentence.start + m.end() for m in _IN_WHAT_WAY.finditer(sentence.text, 0, word.start)]
    return bool(earlier) and not any(earlier[-1] <= n.start < at for n in sentence.numbers)


_IN_WHAT_WAY = regex(r"\b(?:most|least|best|worst) [a-z]+ly\b", re.IGNORECASE)
"""An extreme of a manner, "most reliably", which no column ranks."""


def stated_beside(sentence: Sentence, holder: Mention, word: Superlative) -> list[Number]:
    bound = adjacent(sentence)
    out = [n for i, n in enumerate(sentence.numbers) if i in bound and bound[i].start == holder.start]
    # "(cosine 0.47)" names another quantity than the extreme
    return [
        n
        for n in out
        if n.role in ("percent", "value", "coefficient")
        and not regex(r"\b(?!(?:mean|average|median|rate|share|value|total)\b)[A-Za-z]{3,}[\s=:]*$").search(
            between := sentence.between(holder.end, n.at)
        )
        and not (":" in between and _is_second(sentence, word))
        and not _is_shared_out(sentence, n)
        and not _describes(sentence, n, word)
        and not RELATIVE_CLAUSE.match(sentence.between(holder.end, sentence.start + word.start))
        and not regex(r"\b(?:cosines?|similarit\w+|likeness|distance|overlap)\s+of\s+$", re.IGNORECASE).search(between)
    ]


RELATIVE_CLAUSE = regex(r"[`\"'’*]*,\s(?:whose|which|who|where)\b(?:[^,;:]|,\d)*,")
"""What is said of a thing on the way to what is said of it, "Ghent, whose share was 20% at noon, is the wettest"."""
_IS = regex(r"\W*(?:(?:is|was|has|had|lies|lay|comes|came|sits|stands|ranks?|being|with|at|by far|also|still|the)\W*)*")


def _describes(sentence: Sentence, number: Number, word: Superlative) -> bool:
    """True for the bracket of "Ghent (-0.27) crests highest, Lille (+0.15) lowest", which no "is" sets equal."""
    start = sentence.start + word.start
    if number.end > start or sentence.between(number.end, start).count(")") != 1:
        return False
    said = sentence.between(number.end, start).partition(")")[2]
    if said.strip():
        return _IS.fullmatch(said) is None
    earlier = [w for w in superlatives(sentence.text) if w.end <= word.start]
    before = [n for n in sentence.numbers if earlier and n.end <= sentence.start + earlier[-1].start]
    return bool(before) and _describes(sentence, before[-1], earlier[-1])
