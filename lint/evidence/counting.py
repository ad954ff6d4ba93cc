""" "4 of 7", "all 5", "half of them": the truth is counted first, for every criterion that the words allow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .claims import is_claim
from .criteria import readings
from .directed import moves_in
from .exclusives import evidence_totals, exclusives, plain_counts, things_of
from .fields import Asked
from .grammar import SPELLED, WORD_NUMBERS, Number
from .idioms import pairs_of_counts
from .knowledge import Clash, Evidence, exceptions
from .lexicon import MOOT, direction_words
from .names import words_of
from .passages import Sentence
from .quantifiers import quantifiers
from .tallies import Tally

__all__ = ["count_clashes", "true_counts"]


@struct(slots=False)
class Counted:
    """A count of things out of ``total`` that the page claims."""

    sentence: Sentence
    start: int
    end: int
    low: float
    high: float
    total: int
    noun: str
    text: str
    things: frozenset[str] = frozenset()
    """These things and no other, where the words name them."""
    mode: str = ""
    """What is said of them and of the others: see :class:`Exclusive`."""

    @property
    def bare(self) -> bool:
        """Its words name or number the things, and hold nothing that is asked of them."""
        return bool(self.things) or " of " not in self.text


def _claims(evidence: Evidence) -> list[Counted]:
    """Every count of things on the page, in its order."""
    if "counted" not in evidence.cache:
        evidence.cache["counted"] = list(_read_claims(evidence))
    found: list[Counted] = evidence.cache["counted"]
    return found


def _read_claims(evidence: Evidence) -> Iterator[Counted]:
    for passage in evidence.passages:
        if not is_claim(passage) or passage.part == "prior":
            continue
        for sentence in passage.sentences:
            found = []
            for q in quantifiers(sentence.text):
                start, end = sentence.start + q.start, sentence.start + q.end
                noun = _noun(sentence, end) or _head(sentence, start)
                found.append(Counted(sentence, start, end, q.low, q.high, q.total, noun, q.text.strip()))
            taken = [(c.start, c.end) for c in found]
            for k, n in pairs_of_counts(sentence):
                allowed = _allowed(sentence, k, int(n.value))
                if any(a < n.end and k.start < b for a, b in taken):
                    continue  # "all but one of the five"
                if n.value <= _MOST_THINGS and allowed is not None:
                    noun = _noun(sentence, n.end) or _head(sentence, k.start)
                    found.append(
                        Counted(sentence, k.start, n.end, *allowed, int(n.value), noun, f"{k.text} of {n.text}")
                    )
            found.extend(_named_claims(evidence, sentence, [(c.start, c.end) for c in found]))
            for claim in sorted(found, key=lambda c: c.start):
                if passage.scope == "title" or not MOOT.search(sentence.text[: _bounds(claim)[1]]):
                    yield claim


_BOUNDED = regex(
    r"(?:\b(?:at least|at most|(?:more|fewer|less|greater|no fewer|no less|not fewer|no more|not more) than|maximum of|"
    r"minimum of|upwards of)|[<>≤≥]=?)\s*$",
    re.IGNORECASE,
)
_INEXACT = regex(
    r"\b(?:up to|all but|but|bar|barring|except|excepting|save|excluding|besides|apart from|other than|not|never|"
    r"neither|"
    r"about|around|roughly|nearly|almost|some|approximately|if not|perhaps|maybe|between|beyond|beside|without|"
    r"than the)"
    r"\s*$",
    re.IGNORECASE,
)
_MOST_THINGS = 60
"""A larger total counts answers, and its share is a rate."""


def _allowed(sentence: Sentence, k: Number, total: int) -> tuple[float, float] | None:
    """The counts that "at least 3 of 7" allows; ``None`` for one that is not exact in words."""
    before = sentence.between(max(sentence.start, k.start - 18), k.start)
    if k.bound == "~" or _INEXACT.search(before):
        return None
    value = k.value
    if not k.bound and (bound := _BOUNDED.search(before)) is not None:  # spelled numbers have none of their own
        said = bound.group(0).strip().lower()
        if said in ("more than", "greater than"):
            return value + 1, float(total)
        if said in ("fewer than", "less than"):
            return 0.0, value - 1
        low = said in ("at least", "minimum of", "upwards of", "no fewer than", "no less than", "not fewer than")
        return (value, float(total)) if low else (0.0, value)
    if k.bound and not _BOUNDED.search(before):
        return value, value  # "by the one under 3 of 12 wordings"
    return {
        "": (value, value),
        ">=": (value, float(total)),
        ">": (value + 1, float(total)),
        "<=": (0.0, value),
        "<": (0.0, value - 1),
    }[k.bound]


_NO_NOUN = regex(
    r"(?:ha[sd]|is|was|does|passe?s?|reaches|shows|holds|clears|rises|falls|differs|increases|decreases|drops|gains|"
    r"loses|exceeds|goes|gets|makes|lies|ends|starts|peaks|others?|this|its|as|less|across|towards|ranks|always|"
    r"pearson|spearman|us|plus|minus|thus|versus|besides|unless|perhaps)",
    re.IGNORECASE,
)


_ANY = frozenset(["case", "one", "thing", "unit", "item", "instance", "member", "entrie", "row", "column", "entr"])
"""Words that stand for whatever is counted."""


def _noun(sentence: Sentence, at: int) -> str:
    """What is counted, singular: the first plural behind a count; "" where none stands there."""
    after = re.match(r"(?:\s+[`\"'*(]*[A-Za-z][A-Za-z-]*[`\"'*)]*){1,4}", sentence.between(at, at + 48))
    for word in re.findall(r"[A-Za-z-]+", after.group(0)) if after is not None else ():
        if word.endswith("s") and len(word) > 2 and not _NO_NOUN.fullmatch(word):
            noun = str(word).lower().rstrip("s")
            return "" if noun in _ANY else noun
        if word.lower() in ("in", "at", "by", "for", "with", "under", "on", "of", "from", "to", "than", "and"):
            return ""
    return ""


_HEAD = regex(r"(?:^|[.;]\s)\W*(?:the |our )?(?P<noun>[a-z]+s)\b[^.;:]*:\s*(?:for |in |at )?$", re.IGNORECASE)


def _head(sentence: Sentence, at: int) -> str:
    """What "Rivers over 10%: 4 of 6" counts: the plural with which the words before the colon begin."""
    head = _HEAD.search(sentence.between(sentence.start, at))
    noun = head["noun"].lower().rstrip("s") if head is not None and not _NO_NOUN.fullmatch(head["noun"]) else ""
    return "" if noun in _ANY else noun


def count_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Counts that no field or column of that many things gives for the criterion that the words state."""
    yield from exceptions(_count_clashes(evidence), 1)


def _count_clashes(evidence: Evidence) -> Iterator[Clash]:
    claims = _claims(evidence)
    rest = []
    wrong = False
    for claim in claims:
        found = _truth(evidence, claim) if _is_spoken(evidence, claim.noun) else []
        if not found:
            if found is None:
                rest.append(claim)
            continue
        if claim.things:
            yield from _against_named(claim, found)
            continue
        counted = {c for tally in found for c in tally.counts}
        if not any(_agrees(claim, c) for c in counted):
            if not any(counted) and not _agrees(claim, 1):
                continue  # several are said, and none is found: the count is over something else
            shown = " or ".join(str(c) for c in sorted(counted)[:3])
            wrong = True
            yield Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' is {shown} of {claim.total} when counted",
                "count again, or state the criterion",
            )
    yield from _disagreeing(rest)
    yield from _remainders(evidence, claims)
    if not wrong:
        yield from _unsupported(rest, claims)


def _named_claims(evidence: Evidence, sentence: Sentence, taken: list[tuple[int, int]]) -> Iterator[Counted]:
    """What a sentence says of all, of none, of a bare number, or of named ones alone."""
    named = list(exclusives(sentence))
    for x in named:
        if totals := evidence_totals(evidence, x.things):
            things = frozenset(x.things)
            noun = "layer" if all(n.startswith("#") for n in things) else ""
            yield Counted(sentence, x.start, x.end, 0, 0, totals, noun, x.text, things, x.mode)
    for q in plain_counts(sentence, things_of(evidence)) if not named else ():
        if not any(a < q.end and q.start < b for a, b in taken):
            yield Counted(sentence, q.start, q.end, q.low, q.high, q.total, q.noun, q.text)


_REMAINDER = regex(
    rf"\b(?:the|all|its|our)\s+(?:other|remaining)\s+(?P<k>\d{{1,2}}|{SPELLED})\b(?!\s*(?:%|of\b|points?))",
    re.IGNORECASE,
)


def _remainders(evidence: Evidence, claims: list[Counted]) -> Iterator[Clash]:
    """ "Six of eight rise, the other three fall": a rest that does not fill up the total."""
    for claim in claims:
        if claim.things or claim.low != claim.high or claim.total < 3 or not 0 < claim.low < claim.total:
            continue
        beside = [c for c in claims if c.sentence is claim.sentence and not c.things]
        rests = list(_REMAINDER.finditer(claim.sentence.text))
        if len(beside) != 1 or len(rests) != 1 or rests[0].start() + claim.sentence.start < claim.end:
            continue
        between = claim.sentence.between(claim.end, claim.sentence.start + rests[0].start())
        if any(w in between for w in (" of them", " of these", " of those")) or _SOME_NUMBER.search(between):
            continue
        raw = rests[0]["k"].lower()
        k = int(raw) if raw.isdigit() else WORD_NUMBERS.get(raw, 0)
        if k and claim.low + k != claim.total:
            start = claim.sentence.start + rests[0].start()
            yield Clash(
                "count",
                claim.sentence.passage.place(start, claim.sentence.start + rests[0].end()),
                f"'{rests[0].group(0)}' beside {claim.text}: {claim.total - claim.low:g} of {claim.total} are left",
                "count again",
            )


_SOME_NUMBER = regex(rf"\b(?:\d{{1,2}}|(?!one\b|zero\b){SPELLED})\b(?![.,]?\d|\s?%|\s*points?)", re.IGNORECASE)


def _against_named(claim: Counted, found: list[Tally]) -> Iterator[Clash]:
    """A clash where no reading is passed by the named things and by no other."""
    said = {_is_borne_out(claim, x) for x in found}
    if said != {False} or not any(x.passed for x in found):
        return
    fewest = min((x.failed if claim.mode == "others" else x for x in found), key=lambda x: len(x.passed))
    shown = ", ".join(sorted(fewest.passed)[:4]) or "none"
    yield Clash(
        "count",
        claim.sentence.passage.place(claim.start, claim.end),
        f"'{claim.text}' where counting finds {shown}",
        "count again, or state the criterion",
    )


def _is_borne_out(claim: Counted, tally: Tally) -> bool | None:
    """True if a reading agrees with what is said of named things; ``None`` where it does not know one of them."""
    if claim.mode in ("only", "others"):
        return (tally.failed if claim.mode == "others" else tally).is_passed_by(claim.things)
    known = {tally.names.get(t, "") for t in claim.things}
    if "" in known:
        return None
    return known <= tally.passed | tally.open if claim.mode == "both" else not known & tally.passed


def _is_spoken(evidence: Evidence, noun: str) -> bool:
    """True for what the page speaks of more than once, or heads a table with; a word met once may be anything."""
    if not noun or noun in evidence.quantities or noun in things_of(evidence) or noun == "layer":
        return True
    word = re.compile(rf"\b{re.escape(noun)}(?:s|es)?\b", re.IGNORECASE)
    found = 0
    for passage in evidence.passages:
        found += len(word.findall(passage.plain))
        if found > 1:
            return True
    return False


def _agrees(claim: Counted, count: float) -> bool:
    return claim.low - 0.01 <= count <= claim.high + 0.01


def _unsupported(rest: list[Counted], claims: list[Counted]) -> Iterator[Clash]:
    """Counts of a title that the page states otherwise, by the same words, and never so."""
    for claim in rest:
        if claim.sentence.passage.scope != "title":
            continue
        body = [c for c in claims if c.sentence.passage.scope != "title" and c.total == claim.total and c.low == c.high]
        alike = [c for c in body if _similar(_rare(claim), _rare(c))]
        if not alike or any(_agrees(claim, c.low) for c in body):
            continue
        shown = " or ".join(sorted({f"{c.low:g} of {c.total}" for c in alike})[:3])
        yield Clash(
            "count",
            claim.sentence.passage.place(claim.start, claim.end),
            f"'{claim.text}' in the title, where the page counts {shown}",
            "state one count",
        )


def _disagreeing(claims: list[Counted]) -> Iterator[Clash]:
    """Counts of the same things by the same words that differ; the rarer one is named."""
    for claim in claims:
        words, limits = _rare(claim), _limits(claim)
        alike = [
            o
            for o in claims
            if o is not claim
            and o.total == claim.total
            and o.noun == claim.noun
            and _limits(o) == limits
            and _similar(words, _rare(o))
        ]
        votes = Counter((o.low, o.high) for o in alike)
        if votes and votes.most_common(1)[0][1] >= 2 and (claim.low, claim.high) not in votes:
            yield Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' stands elsewhere as {votes.most_common(1)[0][0][0]:g} of {claim.total}",
                "state one count",
            )


def _rare(claim: Counted) -> frozenset[str]:
    return frozenset(w for w in words_of(_clause(claim)[0]) if len(w) > 3 and w != claim.noun)


def _limits(claim: Counted) -> frozenset[tuple[str, float]]:
    return frozenset((n.role, n.value) for n in _clause(claim)[1] if n.bound)


def _similar(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


# -- what is asked ----------------------------------------------------------------------------------------------------

_METHODS = regex(
    r"\b(?:by|with|in|under|for|according to|on)?\s*(?:the )?(?:ranks?|rank|Spearman\S*|Pearson\S*|linear\w*|ρ|"
    r"rho|r)\b"
    r"(?:\s+(?:tests?|coefficients?|correlations?))?|\b(?:start\w*|peaks?|end|final\w*|before|after)\b",
    re.IGNORECASE,
)
_SHARE = regex(
    r"\b(?:(?:a |one |the |one-)?(?:half|third|quarter|fourth|fifth|tenth)|two[- ]thirds|"
    r"three[- ]quarters)\b",
    re.IGNORECASE,
)
_QUESTION = regex(r"\b(?:how many|which|what share|for how many|in how many)\b", re.IGNORECASE)


def _truth(evidence: Evidence, claim: Counted) -> list[Tally] | None:
    """What :func:`_count` finds, worked out once for each of the page's claims."""
    known: dict[int, list[Tally] | None] = evidence.cache.setdefault("true counts", {})
    if id(claim) not in known:
        known[id(claim)] = _count(evidence, claim)
    return known[id(claim)]


def _count(evidence: Evidence, claim: Counted) -> list[Tally] | None:
    """What the words may ask: those of its clause, or those before it where the clause asks nothing."""
    for start, text, numbers in _windows(claim):
        names = {m.name for m in claim.sentence.passage.names if start <= m.start < claim.sentence.end} - claim.things
        inside = {m.name for m in claim.sentence.names if m.text in text}
        layers = {m.name for m in claim.sentence.names if m.name.startswith("#")}
        asked = Asked(
            claim.sentence,
            text,
            tuple(numbers),
            claim.total,
            claim.noun,
            frozenset((names & inside & evidence.page_names) | layers) - claim.things,
            claim.sentence.passage.plain[: claim.start],
            claim.sentence.between(claim.end, claim.sentence.end),
        )
        found = readings(evidence, asked)
        if found is not None:
            return found
    return None


_LIKEWISE = regex(
    r"\b(?:do(?:es)? (?:so|the same|likewise)|do(?:es)? as well|follows? suit|follows?(?=\s*(?:[.,;:)*]|$))|"
    r"so (?:it )?do(?:es)?|"
    r"(?:moves?|goes?|go|points?|changes?) (?:the same way|that way|likewise|in (?:the same|that) direction)|likewise|"
    r"shares? (?:this|that|the) (?:direction|trend|fate)|(?:this|the same) (?:holds|is true|applies))\b",
    re.IGNORECASE,
)


def _told_before(sentence: Sentence, left: int) -> str:
    """The direction that the words before a clause state: "rises", "falls", or "" for none."""
    sentences = sentence.passage.sentences
    i = next(i for i, s in enumerate(sentences) if s is sentence)
    sources = [(sentence, sentence.text[:left])] + ([(sentences[i - 1], sentences[i - 1].text)] if i else [])
    for source, text in sources:
        signs = {d.sign for d in direction_words(text) if not d.polar}
        if not signs:
            moves = [m for m in moves_in(source) if m.end - source.start <= len(text) and m.left.role == m.right.role]
            signs = {1 if m.right.value > m.left.value else -1 for m in moves if m.right.value != m.left.value}
        if len(signs) == 1:
            return "rises" if signs.pop() > 0 else "falls"
        if signs:
            return ""
    return ""


_WHOLE = regex(r"\b(?:all|every|each|no|none of|both|neither|nor)\b", re.IGNORECASE)
"""Words for the others, which ask nothing of them."""


def _windows(claim: Counted) -> Iterator[tuple[int, str, list[Number]]]:
    """Stretches of words that may hold the criterion, the nearest first."""
    sentence = claim.sentence
    left, right = _bounds(claim)
    own = sentence.text[left:right]
    at = claim.start - sentence.start
    if claim.bare:  # its own words ask nothing
        tail = claim.end - sentence.start
        own = " ".join((sentence.text[left:at], sentence.text[tail:right]))
        if claim.things:
            own = _WHOLE.sub(" ", own)
    if _METHODS.search(
        sentence.text[at:right]
    ):  # "1 of 4 with Pearson and 2 of 4 with ranks": the first one's is not its
        own = _METHODS.sub(" ", sentence.text[left:at]) + sentence.text[at:right]
    if _LIKEWISE.search(own) and (told := _told_before(sentence, left)):
        yield sentence.start + left, f"{told} {_LIKEWISE.sub(' ', own)}", []
    yield sentence.start + left, own, _numbers(claim, left, right)
    opened = max(sentence.text.rfind(";", 0, left), sentence.text.rfind(". ", 0, left)) + 1
    if opened < left:  # "Under a third at dawn: 3 of 7", "6 of 6 hold by one test, 5 of 6 by the next"
        lead = sentence.text[opened:left]
        share = _SHARE.search(own)
        method = _METHODS.search(own) is not None
        if method:
            lead = _METHODS.sub(" ", lead)
        if share is not None:  # "a fifth is beaten by 2 of 7, a tenth by 6 of 7"
            lead = _SHARE.sub(share.group(0), lead)
        if method or share is not None or lead.rstrip().endswith(":"):  # else the criterion is not said whole
            yield sentence.start + opened, f"{lead} {own}", _numbers(claim, opened, right)
    head, colon, _rest = sentence.text[:left].partition(": ")
    if colon and opened < left and not any(n.end - sentence.start <= len(head) for _, n in pairs_of_counts(sentence)):
        # "Over 35% solved: a in all 8 rooms, b in 3 of 8"
        yield sentence.start, f"{head}: {own}", [*_numbers(claim, 0, len(head)), *_numbers(claim, left, right)]
    asked = _before(sentence)
    if asked is not None and _QUESTION.search(asked.text):
        yield asked.start, f"{asked.text} {own}", [*asked.numbers, *_numbers(claim, left, right)]


def _before(sentence: Sentence) -> Sentence | None:
    """The question that a sentence answers."""
    sentences = sentence.passage.sentences
    i = next(i for i, s in enumerate(sentences) if s is sentence)
    return sentences[i - 1] if i and sentences[i - 1].text.rstrip(" *_").endswith("?") else None


def _bounds(claim: Counted) -> tuple[int, int]:
    """Where the clause of a count begins and ends in its sentence; another count beside it has a clause of its own."""
    sentence = claim.sentence
    text = sentence.text
    at, tail = claim.start - sentence.start, claim.end - sentence.start
    left = max(
        (m.end() for m in re.finditer(r"[;:]|, (?:and|but|so|with|which|thus|while|whereas) |\. |\?", text[:at])),
        default=0,
    )
    ends = [m.start() for m in re.finditer(r"[;(?]|, (?:and|but|so|while|whereas|which|as) |\. ", text[tail:])]
    right = tail + (ends[0] if ends else len(text) - tail)
    others = [(k.start, n.end) for k, n in pairs_of_counts(sentence)]
    others += [(sentence.start + q.start, sentence.start + q.end) for q in quantifiers(text)]
    for start, end in others:
        if end <= claim.start:
            left = max(left, end - sentence.start)
            left = max(left, 1 + max(text.rfind(mark, left, at) for mark in ",;"))
        elif start >= claim.end:
            right = min(right, start - sentence.start)
            comma = text.find(",", tail, right)
            right = comma if comma >= tail and len(text[comma:right].split()) > 1 else right
    return left, right


def _clause(claim: Counted) -> tuple[str, list[Number]]:
    """The words around a count, up to the next one."""
    left, right = _bounds(claim)
    return claim.sentence.text[left:right], _numbers(claim, left, right)


def _numbers(claim: Counted, left: int, right: int) -> list[Number]:
    at = claim.sentence.start
    return [
        n for n in claim.sentence.numbers if left <= n.start - at < right and not (claim.start <= n.start < claim.end)
    ]


def true_counts(evidence: Evidence) -> Iterator[tuple[Sentence, int, int]]:
    """Counts that counting confirms: the sentence, and where the count begins and ends in its passage."""
    for claim in _claims(evidence):
        if any(_agrees(claim, c) for tally in _truth(evidence, claim) or () for c in tally.counts):
            yield claim.sentence, claim.start, claim.end
