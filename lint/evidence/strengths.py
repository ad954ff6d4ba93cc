"""Words of strength against the coefficients that they compare."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .averages import mean, median
from .claims import is_claim
from .correlations import Record, records
from .directed import clash_of
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import MOOT, DirectionWord, direction_words, strength_words
from .methods import method_in
from .passages import Passage, Sentence
from .versus import weighed_clashes

__all__ = ["strength_clashes"]


def strength_clashes(evidence: Evidence) -> Iterator[Clash]:
    """ "Stronger", "weakens" against the coefficients that are compared."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        before: Number | None = None
        for sentence in passage.sentences:
            words = strength_words(sentence.text) or _moves_of_fit(sentence)
            coefficients = [n for n in sentence.numbers if n.role == "coefficient" and not n.bound]
            weighed = list(weighed_clashes(sentence))
            yield from weighed
            if len(words) == 1 and not weighed:
                verdict = _had_been(sentence, words[0]) or _strength(evidence, sentence, words[0], coefficients)
                if not verdict and before is not None and not coefficients:
                    verdict = _replaced(sentence, words[0], before) or _strength_of(
                        evidence, sentence, words[0], before
                    )
                verdict = verdict or _with_and_without(passage, sentence, words[0])
                if verdict:
                    yield clash_of(sentence, words[0], f"'{words[0].text}' {verdict}")
            elif before is not None and not coefficients:
                yield from _against_middle(evidence, sentence, before)
            before = coefficients[0] if len(coefficients) == 1 else None


def _moves_of_fit(sentence: Sentence) -> list[DirectionWord]:
    """ "Without it r goes up (r = 0.7)", "adding both lifts r to 0.5": what a coefficient above zero does."""
    found = [n for n in sentence.numbers if n.role == "coefficient" and n.value > 0]
    return [w for w in direction_words(sentence.text) if found and not w.polar and _is_of_fit(sentence.text, w)]


def _is_of_fit(text: str, word: DirectionWord) -> bool:
    return _FIT_BEFORE.search(text, 0, word.start) is not None or _FIT_BEHIND.match(text, word.end) is not None


_FIT_BEFORE = regex(r"(?:\b(?:r|rho|coefficient|correlation)|[ρ])\s+(?:only |then |even |itself )?$", re.IGNORECASE)
_FIT_BEHIND = regex(
    r"\s+(?:the |our |its |their )?(?:Pearson(?:['’]s)? |Spearman(?:['’]s)? |linear |rank |pooled )*"
    r"(?:r|rho|ρ|coefficient|correlation)\s+to\s",
    re.IGNORECASE,
)


def _had_been(sentence: Sentence, word: DirectionWord) -> str:
    """What is wrong with "lifts r to 0.5; it had been 0.8": the coefficient behind a word, and what it was before."""
    decimals = [
        n
        for n in sentence.numbers
        if n.role in ("coefficient", "value") and n.decimals > 0 and abs(n.value) <= 1 and not n.bound
        if n.start >= sentence.start + word.end
    ]
    if len(decimals) != 2 or not _WAS.fullmatch(sentence.between(decimals[0].end, decimals[1].at)):
        return ""
    now, then = decimals
    if not _TO_VALUE.search(sentence.between(sentence.start + word.end, now.start)) or now.value * then.value <= 0:
        return ""
    change = abs(now.value) - abs(then.value)
    return f"beside {now.text}, where it was {then.text}" if change * word.sign < 0 else ""


_WAS = regex(
    r"\s*(?:\([^()]*\))?\s*[;,:–—]\s*(?:it|this|that|which|[rρ]|rho|the (?:coefficient|correlation)) "
    r"(?:had been|was|used to be|had stood at|stood at)\s+(?:at )?",
    re.IGNORECASE,
)
_TO_VALUE = regex(r"\bto\s*(?:(?:about|only|just)\s+)?$", re.IGNORECASE)
_LEFT_OUT = regex(
    r"\b(?:without|w/o|excluding|leaving out|left out|dropping|dropped|removing|minus|except|sans|before adding)\b",
    re.IGNORECASE,
)
_LET_IN = regex(
    r"\b(?:with(?! (?:N|n|p|P)\b)|including|let in|taken in|added|adding|admitted|included|join(?:s|ed)?|counted in)\b",
    re.IGNORECASE,
)


def _with_and_without(passage: Passage, sentence: Sentence, word: DirectionWord) -> str:
    """What is wrong with "adding them strengthens it: without them r = 0.7, with them r = 0.6"."""
    sides: dict[str, list[Number]] = {"out": [], "in": []}
    for part in passage.sentences:
        for number in part.numbers:
            if number.role != "coefficient" or number.bound or abs(number.value) > 1:
                continue
            clause = regex(r"[;:.]\s|\b(?:whereas|while|but|as against|against|and)\b").split(
                part.between(part.start, number.at)
            )[-1]
            out = regex(
                r"\b(?:without|excluding|leaving out) (?:them|it|him|her|these|those|both|the two)\b", re.IGNORECASE
            ).search(clause)
            within = regex(
                r"\bwith (?:them|it|him|her|these|those|both|the two|everybody|everyone|all)\b", re.IGNORECASE
            ).search(clause)
            if (out is None) == (within is None):
                continue
            sides["out" if out else "in"].append(number)
    if len(sides["out"]) != 1 or len(sides["in"]) != 1:
        return ""
    clause = (
        regex(r"[;.]\s").split(sentence.text[: word.start])[-1] + regex(r"[;.]\s").split(sentence.text[word.start :])[0]
    )
    out_, in_ = _LEFT_OUT.search(clause) is not None, _LET_IN.search(clause) is not None
    if out_ == in_ or regex(r"\bthan\b").search(clause):
        return ""
    a, b = sides["out"][0], sides["in"][0]
    change = (abs(b.value) - abs(a.value)) * (1 if in_ else -1)
    return f"beside {a.text} without and {b.text} with" if change * word.sign < 0 else ""


_THIS = regex(
    r"\s*(?:That|This|It|Which|The (?:correlation|relation\w*|association|coefficient|fit|link|pooled|value|slope))\b"
)


def _replaced(sentence: Sentence, word: DirectionWord, own: Number) -> str:
    """What is wrong with "That is weaker." behind "one obtains r = .96 in place of .92"."""
    if not _THIS.match(sentence.text) or sentence.numbers or regex(r"\bthan\b").search(sentence.text):
        return ""
    passage = sentence.passage
    for number in passage.numbers:
        between = passage.plain[own.end : number.start]
        if own.end <= number.start < sentence.start and _IN_PLACE.search(between) and "." not in between.strip(" .,"):
            change = (abs(own.value) > abs(number.value)) - (abs(own.value) < abs(number.value))
            if change == -word.sign and number.role in ("value", "coefficient") and abs(number.value) <= 1:
                return f"of {own.text}, in place of {number.text}"
    return ""


def _strength_of(evidence: Evidence, sentence: Sentence, word: DirectionWord, own: Number) -> str:
    """What is wrong with "That is stronger than the full set, −.82" behind a sentence with one coefficient."""
    if not _THIS.match(sentence.text):
        return ""
    at = sentence.start + word.end
    than = regex(r"\s*than\b").match(sentence.between(at, sentence.end))
    named = [
        n
        for n in sentence.numbers
        if n.start >= at and n.role == "value" and n.decimals > 0 and abs(n.value) <= 1 and not n.bound
    ]
    if than is not None and len(named) == 1:
        others = [named[0].value]
    elif than is None and not named and not sentence.numbers:
        mine = next((r for r in records(evidence) if r.coefficient is own), None)
        others = _others(evidence, mine)
    else:
        return ""
    change = {(abs(own.value) > abs(o)) - (abs(own.value) < abs(o)) for o in others}
    if change != {-word.sign}:
        return ""
    return f"of {own.text}, beside {others[0]:g}"


_IN_PLACE = regex(
    r"\b(?:in place of|instead of|rather than|against|compared (?:with|to)|versus|vs\.?|up from|down from)\s+"
    r"(?:[ρr]\s*=\s*)?$"
)
_MIDDLE = regex(
    r"\b(?P<up>higher|larger|greater|above)?(?P<down>lower|smaller|below)?\s+(?:than\s+)?the\s+(?P<what>median|"
    r"mean|average)\b",
    re.IGNORECASE,
)


def _against_middle(evidence: Evidence, sentence: Sentence, own: Number) -> Iterator[Clash]:
    """ "Taken together the rivers give more than their median", behind the pooled coefficient."""
    hit = _MIDDLE.search(sentence.text)
    if hit is None or not (hit["up"] or hit["down"]) or not _THIS.match(sentence.text) or sentence.numbers:
        return
    function = median if hit["what"].lower() == "median" else mean
    signs = set()
    for series in evidence.all_series:
        facts = series.distinct
        things = [k for k in series.facts if not k.startswith("#")]
        if len(facts) < 3 or series.role or evidence.kind(series) != "coefficient":
            continue
        if 2 * sum(k in evidence.spoken for k in things) < len(things) or any(k.startswith("#") for k in series.facts):
            continue
        middle = function([f.value for f in facts])
        signs.add((own.value > middle) - (own.value < middle))
    said = 1 if hit["up"] else -1
    if signs == {-said}:
        start = sentence.start + hit.start()
        yield Clash(
            "direction",
            sentence.passage.place(start, sentence.start + hit.end()),
            f"'{hit.group(0)}' of {own.text}, where the {hit['what'].lower()} is on the other side",
            "correct the word or the numbers",
        )


_WITH_THEM = regex(
    r"\b(?:add(?:s|ing)|includ(?:es|ing)|keep(?:s|ing)|restor\w+|with) "
    r"(?:them|it|both|these|those|the (?:two|rest))\b",
    re.IGNORECASE,
)
_ADDING = regex(
    r"^\W*(?:add|includ|keep|restor|retain|bring|put|admit|count|leav)ing\b(?! (?:\w+ ){0,4}out\b)", re.IGNORECASE
)
_WITHOUT = regex(r"\bwithout (?:them|it|him|her|those|these|either|both|the (?:two|pair))\b|\bbefore\b", re.IGNORECASE)


_RELATIVE_TO = regex(
    r"\W*(?:relative to|compared (?:with|to)|in comparison (?:with|to)|(?:as |set )?against|beside|next to|unlike)\b",
    re.IGNORECASE,
)
"""What a sentence opens with whose first coefficient is the one that another is compared with."""


def _strength(evidence: Evidence, sentence: Sentence, word: DirectionWord, coefficients: list[Number]) -> str:
    if len(coefficients) != 1:
        return ""
    turned = _ADDING.match(sentence.text) is not None
    own = coefficients[0]
    beyond = _THAN_IT.search(sentence.between(sentence.start + word.end, own.at)) is not None
    if (_WITH_THEM.search(sentence.text) and not beyond) or (turned and _WITHOUT.search(sentence.text) is None):
        return ""  # of the fit that the coefficient is not about
    mine = next((r for r in records(evidence) if r.coefficient is own), None)
    at = sentence.start + word.end
    compared = [
        n.value
        for n in sentence.numbers
        if n.start >= at and n.role in ("value", "coefficient") and n.decimals > 0 and abs(n.value) <= 1 and not n.bound
    ]
    if own.end <= sentence.start + word.start and regex(r"[^.;]{0,60}?\bthan\b").match(
        sentence.between(at, sentence.end)
    ):
        others = compared if len(compared) == 1 and compared[0] * own.value > 0 else []
    else:
        others = _others(evidence, mine)
    if not others:
        return ""
    than = beyond or (own.end <= sentence.start + word.start and _RELATIVE_TO.match(sentence.text) is not None)
    least, most = sorted((abs(own.low), abs(own.high)))  # as printed: -0.90 may be weaker than -0.897
    larger = all(abs(o) > most for o in others)
    smaller = all(abs(o) < least for o in others)
    if not (larger or smaller):
        return ""
    sign = 1 if smaller else -1
    if than != turned:
        sign = -sign
    shown = ", ".join(f"{o:g}" for o in sorted(set(others))[:2])
    return f"beside {own.text}, where it is compared with {shown}" if sign != word.sign else ""


_THAN_IT = regex(r"\bthan\b[^:;–—]*$")
"""Before the coefficient that another is compared with; behind a colon, "closer than with all of them: r = 0.8", it is
the one of which the words speak."""


def _others(evidence: Evidence, mine: Record | None) -> list[float]:
    """The coefficients of the same kind and sign over all things, where ``mine`` is over fewer.

    Those of a layer that its own passage does not name are left out, and so is what an earlier study found.
    """
    if mine is None or mine.coefficient is None or mine.n is None:
        return []
    found = [
        r
        for r in records(evidence)
        if r.coefficient is not None
        and r.n is not None
        and r is not mine
        and not r.coefficient.bound
        and not r.prior
        and not (r.passage is not None and MOOT.search(r.context))
    ]
    kind, own = _statistic(mine), mine.coefficient.value
    largest = max((r.n or 0 for r in found), default=0)
    layers = _layers(mine)
    out: list[float] = []
    spoken: list[float] = []
    for r in found:
        if r.coefficient is None or r.n != largest or mine.n >= largest or _statistic(r) != kind:
            continue
        if r.coefficient.value * own < 0:
            return []  # of another relation
        if r.passage is not None and not _layers(r) - layers:
            spoken.append(r.coefficient.value)
        elif r.passage is None:
            out.append(r.coefficient.value)
    return spoken or out


def _statistic(record: Record) -> str:
    """``r`` or ``ρ``, by the coefficient's own name or by the words beside it."""
    label = record.coefficient.label if record.coefficient is not None else ""
    if label in ("ρ", "r", "τ"):
        return label
    found = method_in(record.context)
    return found if found or record.passage is not None else "r"


def _layers(record: Record) -> set[str]:
    """The layers and epochs that the sentence of a record names."""
    if record.passage is None or record.coefficient is None:
        return set()
    at = record.coefficient.start
    here = next((s for s in record.passage.sentences if s.start <= at < s.end), None)
    return {m.name for m in here.names if m.name.startswith("#")} if here is not None else set()
