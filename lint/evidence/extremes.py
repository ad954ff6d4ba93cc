"""Who holds the largest or the smallest value, and with what value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .claims import is_claim
from .fields import mentions, stem
from .grammar import Number
from .idioms import adjacent, spans
from .knowledge import LIKENESS, Clash, Evidence, exceptions
from .lexicon import MOOT, ROLE_WORDS, direction_words
from .names import Mention, fold_name, words_of
from .passages import Sentence
from .ranges import members
from .superlatives import Superlative, superlatives
from .wording import CHANGES, RATE_NOUNS

__all__ = ["superlative_clashes"]

_HOLDER_AFTER = regex(
    r"^(?:\s*(?:often|frequently|strongly|commonly)\s+)?"
    r"(?:[^,;.()]{0,60}?\b(?:is|are|was|for|belongs to|by|in|at|comes from|goes to|sits with|falls to|to|of|with|as|"
    r"under)\s+)?(?:the |source |persona )?[`\"'*(]*$"
)
_NEXT_NAME = regex(r"\s*(?:than )?(?:in |for |at |with )?(?:the )?[`\"'*]*")
_LABELLED = regex(r"(?:\s+(?:[a-z]+\s+){0,2}[a-z]+)?\s*[:=]\s*(?:the\s+)?[`\"'*]*")
_HOLDER_BEFORE = regex(r"^[`\"'’*]*\s*(?:\([^()]*\)\s*)?(?:[\w'’-]+[\s,]+){0,6}(?:the\s+)?$")


def superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    """An extreme given to a name that holds it in none of the fields or columns that can be meant."""
    yield from exceptions(_superlative_clashes(evidence), 1)


def _superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if not sentence.names or passage.part == "prior" or MOOT.search(sentence.text):
                continue
            found = superlatives(sentence.text)
            both = _both_ends(sentence, found)
            if both is not None:
                yield both
                continue
            for word in found:
                holder = _holder(sentence, word, found)
                if word.peak:
                    holder = _point(sentence, word)
                if holder is None or _joined(sentence, holder) or _listed(sentence, word):
                    continue
                clash = _judge(evidence, sentence, word, holder)
                if clash is not None:
                    yield clash


def _both_ends(sentence: Sentence, found: list[Superlative]) -> Clash | None:
    """The only name of a sentence, given the highest and the lowest of one quantity."""
    if len({m.name for m in sentence.names}) != 1 or len({fold_name(m.text) for m in sentence.names}) != 1:
        return None  # "heavy blend" may be written for another name that begins like it
    for a, b in itertools.pairwise(found):
        if a.sign == b.sign:
            continue
        first, second = _holder(sentence, a, found), _holder(sentence, b, found)
        if first is None or second is None or first.name != second.name or first.start == second.start:
            continue
        gaps = [
            sentence.between(sentence.start + w.end, m.start) if m.start >= sentence.start + w.end
            else sentence.between(m.end, sentence.start + w.start)
            for w, m in ((a, first), (b, second))
        ]  # fmt: skip
        if any(re.search(r"[;\d]", gap) for gap in gaps):
            continue
        nouns = [re.findall(r"^\s*([a-z]+)", sentence.text[w.end :]) for w in (a, b)]
        words = tuple(sentence.text[w.start : w.end].lower() for w in (a, b))
        opposite = words in _OPPOSITES or words[::-1] in _OPPOSITES
        if opposite and (nouns[0] == nouns[1] or not nouns[1] or nouns[1][0] in ("in", "with", "at", "by", "for")):
            start = sentence.start + b.start
            return Clash(
                "superlative",
                sentence.passage.place(start, second.end),
                f"{second.text.strip()} is given both ends",
                "name the unit that holds it",
            )
    return None


_OPPOSITES = frozenset(
    [
        ("highest", "lowest"),
        ("most", "least"),
        ("most", "fewest"),
        ("largest", "smallest"),
        ("biggest", "smallest"),
        ("greatest", "smallest"),
        ("greatest", "least"),
        ("best", "worst"),
        ("strongest", "weakest"),
        ("top", "bottom"),
        ("loudest", "quietest"),
        ("steepest", "flattest"),
        ("tightest", "loosest"),
        ("maximum", "minimum"),
        ("widest", "narrowest"),
        ("longest", "shortest"),
    ]
)
_AND = regex(r"[`\"'’*]*\s*(?:\+|&|/|,|and|or|,\s*and)\s*(?:the\s+)?[`\"'‘*]*")


def _joined(sentence: Sentence, holder: Mention) -> bool:
    """True for "a and b on top": two may share what is left of a ranking."""
    others = [m for m in sentence.names if m.name != holder.name]
    gaps = (sentence.between(min(m.end, holder.end), max(m.start, holder.start)) for m in others)
    bare = (_IN_BRACKETS.sub(" ", gap) for gap in gaps)
    return any(_AND.fullmatch(gap) and "," not in gap for gap in bare)


_IN_BRACKETS = regex(r"\([^()]*\)")


def _listed(sentence: Sentence, word: Superlative) -> bool:
    """True for "Most vs least: a dwarfs b", where the two words stand apart from the two names."""
    near = sentence.text[max(0, word.start - 12) : word.end + 12]
    return _PAIRED.search(near) is not None


_PAIRED = regex(
    r"\b\w*(?:st|most|top|first)\s+(?:vs\.?|versus|and|or|to|against|/)\s+(?:the\s+)?(?:\w+st|bottom|last)\b|\w/\w",
    re.IGNORECASE,
)


def _holder(sentence: Sentence, word: Superlative, found: list[Superlative]) -> Mention | None:
    """The name to which an extreme is given."""
    start, end = sentence.start + word.start, sentence.start + word.end
    after = next((m for m in sentence.names if m.start >= end), None)
    if _UNKNOWN_HAS.search(sentence.between(sentence.start, start)) or (
        after is not None and _LIKE_TO.fullmatch(sentence.between(end, after.start))
    ):
        return None  # "old_tinker has the highest cosine to the tinker"
    first = [m for m in sentence.names if m.end <= start]
    if first and after is not None and "," in sentence.between(end, after.start):
        near = sentence.between(first[-1].end, start)
        if re.fullmatch(r"[`\"'’*]*(?:\s+\w+){0,2}\s+(?:(?:by far )?the\s+)?", near) and not re.search(
            r"\b(?:than|not|and)\b", near
        ):
            return first[-1]  # "a has the highest, b the lowest"
    if after is not None and not any(end <= sentence.start + w.start < after.start for w in found):
        gap = re.sub(
            r"^((?:\s+[a-z-]+){0,3}\s*[,(]?)\s*[\d.,\u2212-]+\s?%?\s*[,)]?", r"\1", sentence.between(end, after.start)
        )
        if word.beyond and _NEXT_NAME.fullmatch(gap):
            return after
        if (_HOLDER_AFTER.match(gap.replace(",", "")) or _LABELLED.fullmatch(gap)) and len(gap) < 70:
            return after
    before = [m for m in sentence.names if m.end <= start]
    if before and _HOLDER_BEFORE.match(sentence.between(before[-1].end, start)):
        gap = sentence.between(before[-1].end, start)
        if not re.search(
            r"\b(?:than|not|near|against|from|over|and|but|while|whereas|without|dropping|excluding|second|"
            r"next)\b",
            gap,
        ):
            return before[-1]
    return None


_UNKNOWN_HAS = regex(
    r"(?<![\w`])(?:[A-Za-z]\w*_\w+|`[^`]+`)\s+(?:has|had|shows|reaches|takes)\s+(?:the\s+)?(?:\w+[\s-]+)?$"
)
_LIKE_TO = regex(
    r"\s+(?:\w+\s+)?(?:cosines?|similarit\w+|closeness|distances?|overlaps?|likeness|projections?|correlations?)\s+"
    r"(?:to|with|from|on)\s+(?:the\s+)?[`\"'*]*",
    re.IGNORECASE,
)


def _is_about(series: Series, fact: Fact, name: str) -> bool:
    """True for a field of that arm or measure: the column "Plain", the values below ``plain``."""
    if name.startswith("#"):
        return False
    return name in fact.entities or name == fold_name(series.quantity) or name in series.words


def _point(sentence: Sentence, word: Superlative) -> Mention | None:
    """The dose, the layer or the step at which a course "peaks"."""
    end = sentence.start + word.end
    points = [m for m in sentence.names if m.name.startswith("#")]
    after = next((m for m in points if m.start >= end), None)
    if after is not None and _REACHED_AT.fullmatch(sentence.between(end, after.start)):
        return after
    first = points[0] if points and points[0].end <= sentence.start + word.start else None
    if first is None or not _FRONTED.fullmatch(sentence.between(sentence.start, first.start)):
        return None
    return first if not re.search(r"[;:.]", sentence.between(first.end, end)) else None


_FRONTED = regex(r"\W*(?:with|at|after|by|in|on)\s+(?:the )?", re.IGNORECASE)
_REACHED_AT = regex(
    r"\s*(?:,?\s*(?:of|at|with|,|\()\s*[\d.]+\s?%?\s*\)?,?)?\s+(?:only |already |just )?(?:at|with|in|on|after|by|"
    r"around|under)\s+(?:the )?",
    re.IGNORECASE,
)
_SUBSET = regex(
    r"\b(?:among|within|apart from|except|excluding|besides|aside from|other than|of the two|of the three|"
    r"of both|of these|of those|newcomers?|remaining|the rest|of its kind|"
    r"in (?:its|this|that|their) (?:group|class|category)|with(?:out)? (?:it|them)|left out|leaving \w+ out)\b",
    re.IGNORECASE,
)
_NOT_FIRST = regex(
    r"\b(?:next|among|one of|not|never|nor|neither|if|whether|almost|nearly|joint|jointly|equal|equally|"
    r"shared|tied|co|me|us|you|them|him|her)[\s-]+(?:(?:for )?(?:the )?)?$",
    re.IGNORECASE,
)
_CHANGE = regex(
    r"\b(?P<down>drop|fall|fell|declin|decreas|los[se]|reduc|shrink|shrank)?(?P<up>gain|ris[ei]|rose|increas|"
    r"improv|grow|"
    r"grew|jump|climb|profit)?(?P<any>chang|suffer|shift|mov|swing|differ|effect|net|gap|spread|benefit|respon|vari|vary|"
    r"sensitiv|robust|stab|depend|affect)?\w*\b",
    re.IGNORECASE,
)
_SLICE = regex(
    r"\b(?:at|with|under|after|by|for)\s+(?:a |an |the )?(?:\w+\s+)?(?:of\s+)?\d+(?![\d.,]*\s?%|"
    r"[.,]\d|\d*\s+or\s)",
    re.IGNORECASE,
)


def _judge(evidence: Evidence, sentence: Sentence, word: Superlative, holder: Mention) -> Clash | None:
    start, end = sentence.start + word.start, sentence.start + word.end
    if _NOT_FIRST.search(sentence.between(max(sentence.start, start - 16), start)):
        return None
    said = sentence.between(start, end).lower()
    if _OF_TEST.match(sentence.between(end, end + 24)):
        return None
    if said in _OF_FIT and _FIT.search(sentence.text) is None:
        return None
    near = sentence.between(min(start, holder.start), max(end, holder.end))
    if word.peak:  # the verb of an extreme is no point of a course
        near = near.replace(sentence.between(start, end), " ")
    if _SUBSET.search(sentence.text) or _TWICE.search(sentence.text):
        return None
    if _SLICE.search(sentence.text) is not None and not holder.name.startswith("#"):
        return None  # of one layer or dose alone
    counted = re.search(r"\bof (?:the |all |our )*(\d+)\b(?![.,]\d|\s?%)", sentence.between(end, end + 40))
    spread = _of_spread(sentence, end) or _SCATTERS.search(sentence.between(sentence.start, start)) is not None
    candidates = [
        (s, s.facts[holder.name])
        for s in evidence.all_series
        if holder.name in s.facts
        and len(members(s)) >= 3
        and s.role not in ("interval", "at", "second")
        and evidence.kind(s) not in (("size", "p") if spread else ("size", "p", "spread"))
        and (s.fraction or not s.whole or s.role in ("net", "gain"))  # a number of trials has no extreme to speak of
        and "/levels/" not in s.pointer  # the names of a factor's levels are no measurements
        and (counted is None or len(members(s)) - int(counted.group(1)) in (0, 1))  # one more may be a reference
    ]
    of_one = False  # a column that is named is not averaged with others
    if holder.name.startswith("#"):
        named = {m.name for m in sentence.passage.names if not m.name.startswith("#")} & evidence.spoken
        own = [(s, f) for s, f in candidates if named & f.entities]
        told = _told(sentence, candidates)
        of_one = bool(named) or told is not candidates
        candidates = own if named else told
        if named and len({frozenset(named & f.entities) for _, f in own}) != 1:
            return None
    others = _beside_holder(sentence, start, end, holder)
    candidates = [(s, f) for s, f in candidates if all(o in s.facts or _is_about(s, f, o) for o in others)]
    change = None if spread else _change(sentence, start, end)
    moved = _moved(sentence, end, holder)
    if change is None and moved is not None and not spread:
        change = "down" if moved[1] < 0 else "any"  # "Largest: a, from 0.21 to 0.47"
    lead = sentence.between(sentence.start, start)
    if said in _OF_DEGREE | _OF_MERIT and (_ACTS.search(lead) or _of_verb(lead, sentence.between(end, end + 12))):
        change = change or "any"  # "the cream works best in dogs", "it rises in four towns, most in the last"
    if change is not None:
        candidates = _changes(evidence, holder, candidates)
        if moved is not None:
            candidates = [(s, f) for s, f in candidates if _overlaps(f, *moved)]
    subject = _subject(evidence, sentence, start)
    if subject:
        candidates = [(s, f) for s, f in candidates if subject & {stem(w) for w in words_of(s.quantity) | s.words}]
    if said in _OF_RATES:
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "rate"]
    if spread:
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "spread"]
    if not candidates:
        return None
    kind = "spread" if change is not None or spread else "mean"
    over = [
        (s, s.facts[holder.name])
        for s in evidence.aggregates
        if s.role == kind and holder.name in s.facts and not of_one
    ]
    if _AVERAGED.search(sentence.text) and change is None and not spread:
        averaged = [(s, f) for s, f in candidates if words_of(s.quantity) & _MEANS]
        candidates = averaged or (candidates if over else [])
        if not candidates:
            return None
    beside = _stated(sentence, word, holder)
    stated = [] if spread else [beside] if beside is not None else _beside(evidence, sentence, holder, word)
    if stated and change is None:
        known = candidates
        candidates = [
            (s, f)
            for s, f in candidates
            if any(evidence.suits(n, s) and evidence.matches(n, s, x) for n in stated for x in members(s))
        ]
        if candidates and not any(evidence.matches(n, s, f) for n in stated for s, f in known):
            held = [(s, f) for s, f in candidates if _is_extreme(s, f, word, change)]
            if held:
                series, fact = held[0]
                scale = 100.0 if series.fraction and stated[0].role == "percent" else 1.0
                return Clash(
                    "superlative",
                    sentence.passage.place(stated[0].start, stated[0].end),
                    f"{stated[0].text}{stated[0].unit} is not the value of {holder.text.strip()}, which holds that "
                    f"extreme with {fact.value * scale:.4g} ({series.pointer})",
                    "correct the value or the name",
                )
    elif change is None and not spread:
        after = "" if word.end - word.start > 12 else sentence.between(end, end + 40)
        after = _elided(sentence, word, holder) or after
        bare = near.replace(holder.text.strip(), " ")
        candidates = _between_ends(evidence, sentence, end, candidates) or _meant(evidence, candidates, after, bare)
    if not candidates:
        return None
    either = said in _OF_MERIT or (
        change is not None and any(x.value < 0 for s, _ in candidates for x in members(s)) and said in _OF_DEGREE
    )
    if any(_is_extreme(s, f, word, change, either=either) for s, f in (*candidates, *over)):
        return None
    series = candidates[0][0]
    by_name = {
        k: (abs(f.value) if word.strength else f.value) for k, f in series.facts.items() if not k.startswith("#")
    } or {k: f.value for k, f in series.facts.items()}
    wanted = _ranked(list(by_name.values()), word)
    right = next(k for k, v in by_name.items() if v == wanted)
    return Clash(
        "superlative",
        sentence.passage.place(start, end),
        f"{holder.text.strip()} does not hold that extreme of {series.pointer}: {right} does",
        "name the unit that holds it",
    )


_SUBJECT = regex(
    r"(?:^|[;:.,]\s)\W*(?:and |but |the |its |their )?(?P<noun>[A-Za-z][a-z]{4,})(?: (?:itself|alone))? "
    r"(?:is|are|was|were|is found|lies|comes out|turns out) (?:the )?$"
)


def _subject(evidence: Evidence, sentence: Sentence, start: int) -> frozenset[str]:
    """The quantity of which an extreme is said, "Selectivity is greatest at"; empty for a general one, or a thing."""
    hit = _SUBJECT.search(sentence.between(sentence.start, start))
    change = _CHANGE.fullmatch(hit["noun"]) if hit is not None else None
    if hit is None or (change is not None and change.lastgroup is not None):
        return frozenset()
    noun = words_of(hit["noun"])
    at = sentence.start + hit.end("noun")
    if not noun & evidence.quantities and any(m.start < at <= m.end for m in sentence.names):
        return frozenset()
    return frozenset(map(stem, noun - (_COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS | _BLAND | CHANGES)))


def _of_verb(lead: str, after: str) -> bool:
    """True for a bare "most" whose verb of direction stands earlier in its clause."""
    clause = re.split(r"[;:(]|\.\s", lead)[-1]
    return re.match(r"\s*(?:for|in|under|with|at|by|of all)\b", after) is not None and any(
        not w.polar for w in direction_words(clause)
    )


def _told(sentence: Sentence, candidates: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """Those whose columns the sentence names by a word of their headers; all of them where it names none."""
    out = []
    for origin in ("page", "data"):
        group = [(s, f) for s, f in candidates if s.origin == origin]
        at = mentions(sentence.text.lower(), [s for s, _ in group])
        out += [x for x, found in zip(group, at, strict=True) if found]
    return out or candidates


_OF_TEST = regex(
    r"\s+(?:\w+\s+)?(?:p|[pP][- ]values?|[nN]|df|AIC|BIC|VIF|R²|residuals?|errors?|steps?|jumps?|leverage|ties?|"
    r"(?:departure|deviation|distance|discrepancy|misfit|outlier) (?:from|to|of) the (?:\w+ )?(?:line|fit|trend|curve|"
    r"model|regression|prediction|relation))\b(?!-)"
)
"""Behind an extreme that is of a test, an error or a step, and of no value of a thing."""
_OF_FIT = frozenset(["tightest", "loosest", "widest", "narrowest"])
"""Words of a relation or of a spread; of anything else they may mean either end."""
_FIT = regex(r"\b(?:fits?|relations?\w*|correlat\w*|coefficients?|links?|associations?)\b|[ρ]", re.IGNORECASE)
_OF_MERIT = frozenset(["best", "worst"])
"""Which end is meant depends on what is good."""
_OF_DEGREE = frozenset(["most", "least"])
"""Of a change, its size or its good direction."""
_ACTS = regex(
    r"\b(?:works?|worked|helps?|helped|acts?|acted|bites?|pays?|paid|takes effect|succeeds?|matters?|mattered|hurts?|"
    r"counts?)"
    r"\b(?:(?! (?:as|out to)\b)[^.;:\d]){0,60}$",
    re.IGNORECASE,
)
_OF_RATES = frozenset(["loudest", "quietest", "leakiest", "hottest", "driest", "keenest", "readiest", "mildest"])
_TWICE = regex(
    r"\b(?:best|worst|highest|lowest|largest|smallest|top|bottom)(?: \w+)? to (?:best|worst|highest|lowest|largest|"
    r"smallest|top|bottom)\b|"
    r"\b(?:worst|best|quietest|loudest|highest|lowest|largest|smallest|greatest|weakest|strongest) (?:best|"
    r"worst|highest|"
    r"lowest|largest|smallest|minimum|maximum)\b|\b(?:worst|best) (?:offender|behaved)|"
    r"\bby (?:standard deviation|spread|sd)\b",
    re.IGNORECASE,
)
_SPREAD = regex(
    r"\W+(?:\w+\s+){0,2}?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variances?|variation|scatter|"
    r"dispersion|"
    r"variability|ranges?)\b",
    re.IGNORECASE,
)
_SCATTERS = regex(
    r"\b(?:scatter(?:s|ed)?|spreads?|fluctuat(?:e|es|ed)|wobbl(?:e|es|ed)|disperse[sd]?|jump(?:s|ed)? (?:about|"
    r"around))\s+"
    r"(?:the\s+)?$",
    re.IGNORECASE,
)
_SPREAD_IS = regex(
    r"\W*(?:the |its |their )?(?:\w+ )?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variation|scatter|"
    r"dispersion|variability)\b[^.;,:()]{0,40}?\b(?:is|are|was|were)\s",
    re.IGNORECASE,
)
_AVERAGED = regex(
    r"\b(?:averaged|on average|in the mean|(?:over|across) (?:all |the |its |these )*(?:\d+ )?(?:wordings?|"
    r"templates?|layers?|"
    r"prompts?|questions?|seeds?|settings?|depths?|conditions?|sources?|variants?|phrasings?))\b",
    re.IGNORECASE,
)
_MEANS = frozenset(["mean", "average", "avg", "mu", "overall", "centre", "center", "pooled", "all"])


def _elided(sentence: Sentence, word: Superlative, holder: Mention) -> str:
    """The noun of "lowest peak a, highest b" for its second half; "" where nothing is left out."""
    end = sentence.start + word.end
    if holder.start < end or not re.fullmatch(
        r"\s*(?:is |was )?(?:the )?[`\"'“‘*(]*", sentence.between(end, holder.start)
    ):
        return ""
    earlier = [w for w in superlatives(sentence.text) if w.end < word.start and w.sign != word.sign]
    noun = re.match(r"\s+[a-z]+(?:\s+[a-z]+)?", sentence.text[earlier[-1].end :]) if earlier else None
    return noun.group(0) if noun is not None else ""


def _of_spread(sentence: Sentence, end: int) -> bool:
    """True for the largest deviation, and for "the smallest" behind it."""
    after = sentence.between(end, min(sentence.end, end + 40))
    if _SPREAD.match(after) or _SPREAD_IS.match(sentence.text):
        return True
    earlier = [w for w in superlatives(sentence.text) if sentence.start + w.end < end]
    return (
        bool(earlier)
        and re.match(r"\s*(?:[,;.:(*]|\d|$)", after) is not None
        and _SPREAD.match(sentence.between(sentence.start + earlier[-1].end, end)) is not None
    )


def _between_ends(
    evidence: Evidence, sentence: Sentence, end: int, candidates: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """ "The rates run from 5% to 67%; the judge has the highest": the fields with these ends, where no noun follows."""
    after = sentence.between(end, min(sentence.end, end + 30))
    if not _OF_NOTHING_ELSE.match(after):
        return []
    out = []
    for part in sentence.passage.sentences:
        if part.start > sentence.start:
            break
        for span in spans(part):
            if span.start > end:
                break
            for s, f in candidates:
                facts = members(s)
                low, high = min(facts, key=lambda x: x.value), max(facts, key=lambda x: x.value)
                if evidence.matches(span.left, s, low) and evidence.matches(span.right, s, high):
                    out.append((s, f))
    return out


_OF_NOTHING_ELSE = regex(
    r"\s*(?:[,;.):(*]|and\b|(?:belongs|goes|falls) to\b|(?:is|was) (?:that|held|found)\b|in (?:it|this|them)\b|"
    r"of (?:them|these|all)\b|to\b(?! (?:the )?\w+est\b)|$)"
)
"""Behind an extreme that names no quantity of its own."""
_CLAUSE = regex(r"[,;:.()]|\b(?:and|but|while|whereas|though|although|with)\b", re.IGNORECASE)


def _beside_holder(sentence: Sentence, start: int, end: int, holder: Mention) -> set[str]:
    """The other names of the extreme's clause: a thing in one of several settings is no holder over all."""
    left, right = min(start, holder.start), max(end, holder.end)
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(sentence.text)]
    first = max((c for c in cuts if c < left), default=sentence.start)
    last = min((c for c in cuts if c >= right), default=sentence.end)
    return {m.name for m in sentence.names if first <= m.start < last and m.name != holder.name}


def _is_extreme(series: Series, fact: Fact, word: Superlative, change: str | None, *, either: bool = False) -> bool:
    """True if ``fact`` has the place in the order of its series that ``word`` gives it, by value or by size."""
    facts = members(series)
    spread = max(f.high - f.low for f in facts) + 1e-12
    for values, own in (
        ([f.value for f in facts], fact.value),
        ([abs(f.value) for f in facts], abs(fact.value)),
    ):
        if abs(own - _ranked(values, word)) <= spread:
            return True
        if either and min(abs(own - max(values)), abs(own - min(values))) <= spread:
            return True
        moved = [abs(v) for v in values if v * own > 0] if change in ("down", "up") else []
        if moved and abs(abs(own) - _ranked(moved, word)) <= spread:
            return True  # the smallest drop of those that drop
        if change == "down" and abs(own - min(values)) <= spread:
            return True
    return False


def _ranked(values: list[float], word: Superlative) -> float:
    """The largest or the smallest of some values, or the one that many places behind."""
    return sorted(values, reverse=word.sign > 0)[min(word.rank, len(values)) - 1]


def _change(sentence: Sentence, start: int, end: int) -> str | None:
    """``up``, ``down`` or ``any`` where the extreme is one of a change ("changes most", "the largest drop")."""
    before = re.search(
        r"(\w+)\s+(?:the\s+|by the\s+|far the\s+)*$", sentence.between(max(sentence.start, start - 30), start)
    )
    after = re.match(r"\s+(?:[a-z-]+\s+)?(\w+)(?:\s+(\w+))?", sentence.between(end, end + 40))
    words = [before.group(1)] if before else []
    if end - start > 12:  # "nobody gains more than"
        words += re.findall(r"\w+", sentence.between(start, end))
    if after is not None:
        words += re.findall(r"\w+", after.group(0))[:2]
    for text in words:
        hit = _CHANGE.fullmatch(text)
        if hit is not None and hit.lastgroup is not None:
            return "down" if hit["down"] else "up" if hit["up"] else "any"
    return None


def _moved(sentence: Sentence, end: int, holder: Mention) -> tuple[float, float] | None:
    """The change that a sentence states behind an extreme and its holder, as a move or in points."""
    behind = next((n for n in sentence.numbers if n.start >= max(end, holder.end)), None)
    if behind is not None and behind.role == "points" and not behind.bound:
        between = sentence.between(max(end, holder.end), behind.start)
        if re.fullmatch(r"[`\"'*]*\s*(?:[:,(=—–-]|by|with|at|of|is|gains?|loses?)*\s*\(?", between):
            return behind.scaled()
    for span in spans(sentence):
        if span.start >= max(end, holder.end) and span.kind != "range" and span.left.role == span.right.role:
            (a, b), (c, d) = span.left.scaled(), span.right.scaled()
            between = sentence.between(max(end, holder.end), span.start)
            return (c - b, d - a) if len(between) < 30 and not re.search(r"[;.]\s", between) else None
    return None


def _overlaps(fact: Fact, low: float, high: float) -> bool:
    """True if a change may be the one between ``low`` and ``high``, whichever was taken from the other."""
    return (fact.low <= high + 1e-9 and low <= fact.high + 1e-9) or (
        fact.low <= -low + 1e-9 and -high <= fact.high + 1e-9
    )


def _changes(evidence: Evidence, holder: Mention, candidates: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """The changes that are known: fields and columns of changes, and the differences of two columns of rates."""
    out = [
        (s, f)
        for s, f in candidates
        if s.role in ("net", "gain") or s.words & CHANGES or words_of(s.quantity) & CHANGES or "Δ" in s.quantity
    ]
    rates = [s for s, _ in candidates if s.fraction and not s.role and evidence.kind(s) in ("rate", "")]
    for a, b in itertools.combinations(rates[:12], 2):
        shared = [n for n in a.facts if n in b.facts]
        if a.origin != b.origin or len(shared) < 3:
            continue
        facts = {
            n: Fact(
                "change", a.facts[n].entities, b.facts[n].low - a.facts[n].high, b.facts[n].high - a.facts[n].low, ""
            )
            for n in shared
        }
        made = Series("change", frozenset(), facts, True, a.origin, f"{b.pointer} minus {a.pointer}", "net")
        out.append((made, facts[holder.name]))
    return out


def _meant(
    evidence: Evidence, candidates: list[tuple[Series, Fact]], after: str, near: str
) -> list[tuple[Series, Fact]]:
    """The columns that the words beside an extreme name, with the fields that they print; else all of them."""
    adjective = re.match(r"\s+([a-z]{5,})\b", after)
    if adjective is not None:  # "the most accurate" is of accuracy
        stem = adjective.group(1)[: max(4, len(adjective.group(1)) - 3)]
        graded = [(s, f) for s, f in candidates if any(w.startswith(stem) for w in words_of(s.quantity) | s.words)]
        if graded:
            return graded
    noun = words_of(re.split(r"[,;:(.]|\b(?:is|are|was|belongs|for|by|of|in|and|at)\b", after)[0])
    if noun - _BLAND and not (noun & (evidence.quantities | _COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS)):
        return []  # a quantity that no table and no field is known to hold
    if noun & RATE_NOUNS or re.match(r"\s*(?:often|frequent|common)", after):
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "rate"]
    said = f"{near} {re.split(r'[,;:(.]', after)[0]}"
    point = re.sub(r"\b(?:highest|maximum|tops?|at most|reach\w*)\b", " ", said, flags=re.IGNORECASE)
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(point):  # the extreme itself is no point of a course
            return [
                (s, f)
                for s, f in candidates
                if s.role == role
                or (s.origin == "page" and pattern.search(s.quantity) and not words_of(s.quantity) & _TIMES)
            ]
    for words in (noun, words_of(near)):
        named = [(s, f) for s, f in candidates if s.origin == "page" and words & words_of(s.quantity)]
        if named:
            printed = {b.data.pointer for b in evidence.bindings if words & words_of(b.page.quantity)}
            return named + [(s, f) for s, f in candidates if s.pointer in printed]
    if noun & LIKENESS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "similarity"]
    if noun & _COEFFICIENTS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "coefficient"]
    return candidates


_TIMES = frozenset(["step", "epoch", "update", "checkpoint", "ckpt", "round", "tick", "iteration", "turn", "at"])
_BLAND = frozenset(
    [
        "often",
        "frequently",
        "frequent",
        "commonly",
        "strongly",
        "readily",
        "list",
        "field",
        "table",
        "ranking",
        "other",
        "one",
        "of",
        "all",
        "value",
        "single",
        "overall",
        "the",
        "a",
        "by",
        "far",
        "figure",
        "number",
        "them",
    ]
)
_ROLES = frozenset(["peak", "start", "baseline", "end", "maximum", "final", "initial"])
_COEFFICIENTS = frozenset(["coefficient", "correlation", "association", "relation", "rho", "r"])
_FORMER = regex(r"\b(?:former|latter|respectively|in that order)\b", re.IGNORECASE)


_OF_NEXT = regex(
    r"\s?%?\s*(?:\([^()]*\)\s*)?(?:percent\s+|pp\s+)?(?:for|in|at|by|under)\s+(?:the )?[`\"'*]*", re.IGNORECASE
)


def _stated(sentence: Sentence, word: Superlative, holder: Mention) -> Number | None:
    """The number of the clause behind a superlative: "the lowest rate, 10.0%, belongs to", "the judge, with 44%"."""
    end = sentence.start + word.end
    if _FORMER.search(sentence.text):
        return None
    for number in sentence.numbers:
        if number.start >= end and number.role in ("percent", "value", "coefficient") and number.bound in ("", "~"):
            gap = sentence.between(end, number.at)
            for m in sentence.names:
                if end <= m.start < number.at:
                    gap = gap.replace(m.text, "", 1)
            plain = re.fullmatch(
                r"(?:\s+[A-Za-z-]+){0,5}[\s`\"'*]*(?:,|of|is|at|with|\(|:|—|=)?\s*"
                r"(?:(?:with|at|reaching|hitting|attaining|scoring|showing|having) )?(?:[ρr]\s*=\s*)?",
                gap,
            )
            if ":" in gap and _is_second(sentence, word):
                return None  # "most in a and least in b: 0.9; 0.4"
            of = next((m for m in sentence.names if m.start >= number.end), None)
            behind = of is not None and of.name != holder.name and holder.end <= sentence.start + word.start
            if of is not None and behind and "," in gap and _OF_NEXT.fullmatch(sentence.between(number.end, of.start)):
                return None  # "4% for a at the bottom, 67% for b at the top"
            return number if plain is not None else None
    return None


def _is_second(sentence: Sentence, word: Superlative) -> bool:
    """True behind another superlative with no number between the two."""
    at = sentence.start + word.start
    earlier = [sentence.start + w.end for w in superlatives(sentence.text) if w.end <= word.start]
    return bool(earlier) and not any(earlier[-1] <= n.start < at for n in sentence.numbers)


def _beside(evidence: Evidence, sentence: Sentence, holder: Mention, word: Superlative) -> list[Number]:
    bound = adjacent(sentence)
    out = [n for i, n in enumerate(sentence.numbers) if i in bound and bound[i].start == holder.start]
    # "(cosine 0.47)" names another quantity than the extreme
    return [
        n
        for n in out
        if n.role in ("percent", "value", "coefficient")
        and not re.search(r"[A-Za-z]{3,}[\s=:]*$", between := sentence.between(holder.end, n.at))
        and not (":" in between and _is_second(sentence, word))
        and not re.search(r"\b(?:cosines?|similarit\w+|likeness|distance|overlap)\s+of\s+$", between, re.IGNORECASE)
    ]
