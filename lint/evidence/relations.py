"""What a text says of how closeness and a rate go together: the sign of a relation, told in words."""

from __future__ import annotations

import re

from ..regex import regex
from ..words import lowered, word_set
from .lexicon import NEGATED

__all__ = ["relation_sign"]

_MORE = (
    r"more|higher|greater|larger|bigger|stronger|heavier|longer|increas(?:e[sd]?|ing)|r[io]ses?|gr[eo]ws?|"
    r"climbs?|better|"
    r"further along|farther along|louder|(?<!take )(?<!takes )(?<!took )(?<!pick )(?<!picks )(?<!picked )up"
)
_LESS = (
    r"less|fewer|lower|smaller|weaker|lighter|shorter|rarer|quieter|decreas(?:e[sd]?|ing)|"
    r"falls?(?! in(?:to)? (?:with|line|place|step))|drops?|declines?|shrinks?"
)
_NEAR = r"closer|nearer|more (?:similar|alike|like)"
_FAR = (
    r"(?:further|farther)(?! (?:along|right|left|up|down|to the (?:right|left)|north|south|east|west|on|"
    r"onto|into)\b)(?: away)?|more (?:distant|remote|unlike|dissimilar|different)|"
    r"less (?:similar|alike|like)"
)
_NEARNESS = (
    r"(?:\w+ ){0,2}?(?P<near>overlap|closeness|similarity|likeness|cosine|projection|resemblance|proximity|nearness|"
    r"alignment)"
)
_LIKE = (
    r"(?:overlap|closeness|similarity|likeness|cosine|projection|resemblance|proximity|nearness|alignment|affinity|"
    r"kinship)"
)
_CORRELATIVE = regex(
    rf"\b(?:the )?(?:(?P<an>{_NEAR})|(?P<af>{_FAR})|(?P<am>{_MORE})|(?P<al>{_LESS}))\b(?P<gap>[^.;:?!]{{0,70}}?)"
    rf"(?:,\s+the\s+|\s*(?:=|→|->|⇒|=>)\s*|\b(?:means?|mean|brings?|implies|comes? with|goes? with|accepts?|"
    rf"tends? to|"
    rf"shows?|show|gets?|leaks?|takes?|refuses?|answers?|say|says|are|have|has|is)\b(?P<verb>[^.;:?!,]{{0,50}}?))"
    rf"(?:(?P<bm>{_MORE})|(?P<bl>{_LESS}))\b"
)
_WITH = regex(
    rf"\b(?:(?P<up>increases?|rises?|grows?|climbs?|goes up)|(?P<down>decreases?|falls?|drops?|declines?|"
    rf"shrinks?|goes down))"
    rf"\s+with\s+(?:the |its |their |more |greater |increasing |growing )*(?:{_NEARNESS})\b"
)
_ALONG = regex(
    rf"\b(?:goes|go|comes|come) (?:along |together |hand in hand )?with (?:(?P<up>{_MORE})|"
    rf"(?P<down>{_LESS}))\b"
)
_LESS_OF = regex(rf"\b(?:{_LESS})\b[^.;:,]*$")
_FOLLOWS = regex(
    rf"\b(?:(?P<up>follows?|tracks?|mirrors?|keeps? pace with|goes? along with)|(?P<down>runs? against|"
    rf"runs? counter to|"
    rf"goes? against|opposes?))\s+(?:the |its |their )*(?:{_NEARNESS})\b"
)
_TOGETHER = regex(
    r"\b(?:move|go|run|rise|vary|travel|point) (?:(?P<up>in the same direction|together|in step|in tandem|"
    r"hand in hand|"
    r"in parallel|the same way)|(?:in opposite (?:directions|ways)|opposite ways|against each other))\b"
)
_HAVING = regex(
    rf"\b(?:(?P<an>{_NEAR}|(?:with|of|at|having|that have|that has|who have|whose) (?:a |the |their )?(?:larger|higher|"
    rf"greater|more|bigger|stronger|closer)\s+(?:\w+ )?{_LIKE}|"
    rf"(?:that|which|who) (?:more |most |closely )?(?:resembled?|resembles|match(?:es|ed)?|"
    rf"(?:are|were|look|looked|lie|lay|sit|sat|stand|stood) (?:like|similar|alike|close|near))|"
    rf"resembling|similar to|much like)"
    rf"|(?P<af>{_FAR}|(?:with|of|at|having|that have|that has|who have|whose) (?:a |the |their )?(?:smaller|lower|less|"
    rf"little|weaker)\s+(?:\w+ )?{_LIKE}|(?:that|which|who) (?:differ|"
    rf"(?:are|were|look|looked|lie|lay|sit|sat|stand|stood) (?:unlike|far|distant|dissimilar))))\b"
    rf"(?P<gap>(?:[^.;:?!,()\d]|-\d+(?:\.\d+)*){{1,60}}?)\b"
    rf"(?:(?P<bm>{_MORE}|more often|louder)|(?P<bl>{_LESS}|less often|quieter))\b"
)
""" "Closer rivers flood less", "gulls with longer wings dive more", "bakers that are like it hum less"."""
_AT_HIGH = regex(
    rf"\b(?:(?P<bm>{_MORE}|more often|commoner|more common|likelier)|(?P<bl>{_LESS}|less often|rarer|less common))"
    rf"(?: [\w'-]+){{0,3}}? (?:at|under|for|with|where) (?:the |a )?(?:(?P<an>high|higher|large|larger|great|greater|"
    rf"strong|close)|"
    rf"(?P<af>low|lower|small|smaller|little|weak|slight))(?: \w+)? (?:{_LIKE})\b",
    re.IGNORECASE,
)
_ALONGSIDE = regex(
    rf"\b(?:spreads?|runs?|goes|go|grows?|travels?|flows?|moves?|passes|pass) (?:(?P<up>along(?:side)?(?: with)?|"
    rf"with|in line with|"
    rf"together with)|(?P<down>against|counter to|contrary to)) (?:the |its |their )*(?:{_LIKE})\b",
    re.IGNORECASE,
)
_HELPS = regex(
    rf"\b{_LIKE}(?: to \w+(?: \w+)?)?\s+(?:clearly |strongly |only )?"
    rf"(?:(?P<up>helps?|favou?rs?|promotes?|fosters?|feeds?|encourages?|facilitates?|aids?|eases?|boosts?|raises?|"
    rf"lifts?|increases?|spreads?)|(?P<down>hinders?|hampers?|"
    rf"impedes?|inhibits?|discourages?|protects? (?:against|from)|guards? against|curbs?|dampens?|reduces?|lowers?|"
    rf"suppresses|counteracts?|blocks?|works? against|shields? (?:against|from)))\b"
    rf"(?!\s*(?:[,.;:)]|$|(?:with|as|when|and|by|from|over|in)\b))"
)
_ALIKE = (
    r"(?:nearest|closest|most (?:similar|alike|like)|"
    r"(?:that|which|who) (?:most |closely |best )?(?:resemble[sd]?|match(?:es|ed)?|"
    r"(?:are|were|lie|lay|sit|sat|look|looked) (?:most |closely |very )?(?:like|similar|alike|close|near)))"
)
_UNLIKE = (
    r"(?:furthest|farthest|most (?:distant|remote|unlike|dissimilar|different)|least (?:similar|alike|like)|"
    r"(?:that|which|who) (?:differ\w*|(?:are|were|lie|lay|sit|sat|look|looked) (?:most |very )?(?:unlike|far|distant)))"
)
_OFTENEST = r"most often|most (?:frequently|strongly|readily)|more often|more (?:frequently|strongly|readily)"
_SELDOMEST = r"least often|least (?:frequently|strongly|readily)|less often|less (?:frequently|strongly|readily)"
_WHERE_MOST = regex(
    rf"\b(?:(?P<bm>{_OFTENEST})|(?P<bl>{_SELDOMEST})) (?:in|among|on|for|to|into|by|at|with) "
    rf"(?:[a-z'-]+ ){{0,4}}?(?:(?P<an>{_ALIKE})|(?P<af>{_UNLIKE}))\b"
)
""" "It turns up most often in the ponds that resemble it"."""
_NEAREST_MOST = regex(
    rf"\b(?:(?P<an>{_ALIKE})|(?P<af>{_UNLIKE}))\b(?P<gap>[^.;:?!,()\d]{{1,60}}?)\b(?:(?P<bm>{_OFTENEST})|"
    rf"(?P<bl>{_SELDOMEST}))\b"
)
""" "The ponds nearest to it freeze most often"."""
_THE_NEARER = regex(
    rf"\b(?:(?P<bm>{_MORE})|(?P<bl>{_LESS}))\b(?P<gap>[^.;:?!,()\d]{{0,40}}?)"
    rf"(?:\bthe |\b(?:in|among|for|on|at|with|by) (?:[a-z'-]+ ){{1,6}}?)(?:(?P<an>{_NEAR})|(?P<af>{_FAR}))\b"
    r"(?! (?:to )?than\b)"
)
""" "It floods less often the nearer a pond lies", "it floods less in ponds which are nearer to the sea"."""
_UPWARD = r"increases?|rises?|grows?|climbs?|goes up|gets? (?:larger|higher|bigger|more common)"
_DOWNWARD = r"decreases?|falls?|drops?|declines?|shrinks?|diminish(?:es)?|goes down|gets? (?:smaller|lower|rarer)"
_AS = regex(
    rf"\b(?:as|when|where|wherever|whenever) (?:the |its |their )?{_LIKE}\b[^.;:?!,()\d]{{0,40}}?"
    rf"\b(?:(?P<an>{_UPWARD})|(?P<af>{_DOWNWARD}))\b,?[^.;:?!,()\d]{{1,50}}?"
    rf"\b(?:(?P<bm>{_UPWARD})|(?P<bl>{_DOWNWARD}))\b"
)
""" "As the likeness to the mason rises, humming falls"."""
_SHORT = regex(
    rf"^\W*(?:the )?(?:(?P<an>{_NEAR})|(?P<af>{_FAR}))(?: \w+){{0,3}}, (?:the )?(?:(?P<bm>{_MORE})|"
    rf"(?P<bl>{_LESS}))(?: \w+){{0,3}}"
    r"\W*$"
)


_SHAPED = regex(
    r"\b(?:(?P<up>increasing|rising|upward|direct|growing)|(?:decreasing|falling|downward|inverse|declining|shrinking))"
    r"(?: \w+)? (?:relation(?:ship)?|association|link|connection|trend|dependence|slope)\b"
    rf"(?=[^.;:?!]{{0,60}}?\b{_LIKE}\b)|"
    r"\b(?:trends?|slopes?|lines?|clouds?|relation(?:ship)?|points?) (?:[\w-]+ ){0,2}?"
    r"(?:(?P<upward>upwards?|uphill)|(?:downwards?|downhill))"
    r"(?= (?:from left to right|with|as)\b| (?:in|for) (?:all|every|each)\b)"
)
""" "A falling relation between the likeness and the rate", "the trend runs uphill from left to right"."""


_LIKENESS = regex(_LIKE)
"""Most sentences speak of none, and need not be searched for what may be said of it."""


_COMPARED = frozenset(
    [
        *("more", "higher", "greater", "larger", "bigger", "stronger", "heavier", "longer", "better", "louder", "up"),
        *("less", "fewer", "lower", "smaller", "weaker", "lighter", "shorter", "rarer", "quieter", "closer", "nearer"),
        *("increase", "increases", "increased", "increasing", "decrease", "decreases", "decreased", "decreasing"),
        *("rise", "rises", "rose", "roses", "grow", "grows", "grew", "grews", "climb", "climbs", "further", "farther"),
        *("fall", "falls", "drop", "drops", "decline", "declines", "shrink", "shrinks"),
    ]
)
"""One of them stands in all that is said by two comparatives."""
_SLOPED = frozenset(["upward", "upwards", "uphill", "downward", "downwards", "downhill"])
_READILY = frozenset(["often", "frequently", "strongly", "readily"])
_GO = frozenset(["goes", "go", "comes", "come"])
_MOVE = frozenset(["move", "go", "run", "rise", "vary", "travel", "point"])


def relation_sign(text: str) -> tuple[int, int, int] | None:
    """Where a text says how closeness and a rate go together, and the sign; ``None`` where it does not say.

    >>> [relation_sign(t)[2] for t in ("the further from it, the less it leaks", "leakage decreases with overlap")]
    [1, -1]
    >>> relation_sign("those nearer to it take up the marker less often")[2]
    -1
    """
    words = word_set(text)
    text = lowered(text)  # its expressions know no capitals
    likeness = _LIKENESS.search(text) is not None
    compared = not words.isdisjoint(_COMPARED)
    hits = []
    for match in _CORRELATIVE.finditer(text) if compared else ():
        if regex(r"\bthan\b|\d").search(match["gap"] + (match["verb"] or "")):
            continue
        a = 1 if match["an"] or match["am"] else -1
        b = 1 if match["bm"] else -1
        if match["am"] or match["al"]:  # of what, is not said: only "the more …, the more …"
            joined = text[match.start() : match.start("bm" if match["bm"] else "bl")]
            if not regex(r",\s+the\s+$|[=>→⇒]\s*$").search(joined) and "along" not in (match["am"] or ""):
                continue
        hits.append((match.start(), match.end(), a * b))
    for pattern in (_WITH, _FOLLOWS) if likeness else ():
        for match in pattern.finditer(text):
            sign = 1 if match["up"] else -1
            hits.append((match.start(), match.end(), sign))
    for match in _HAVING.finditer(text) if compared and not hits else ():
        if not regex(r"\b(?:than|as|but|and|or)\b").search(match["gap"]):
            hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
    for match in _THE_NEARER.finditer(text) if compared and not hits else ():
        if not regex(r"\b(?:than|as|but|and|or)\b").search(match.group()):
            hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
    if not hits and not words.isdisjoint(_READILY):
        for pattern in (_WHERE_MOST, _NEAREST_MOST):
            for match in pattern.finditer(text):
                hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
    if likeness:
        hits.extend((m.start(), m.end(), 1 if m["up"] else -1) for m in _HELPS.finditer(text))
        for match in _AT_HIGH.finditer(text) if not hits else ():
            hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
        for match in _AS.finditer(text):
            hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
        if not hits:
            hits.extend((m.start(), m.end(), 1 if m["up"] else -1) for m in _ALONGSIDE.finditer(text))
    if likeness or not words.isdisjoint(_SLOPED):
        hits.extend((m.start(), m.end(), 1 if m["up"] or m["upward"] else -1) for m in _SHAPED.finditer(text))
    short = _SHORT.match(text) if compared else None
    if short is not None:  # "More alike, louder."
        hits.append((short.start(), short.end(), (1 if short["an"] else -1) * (1 if short["bm"] else -1)))
    for pattern, verbs in ((_ALONG, _GO), (_TOGETHER, _MOVE)):
        for match in pattern.finditer(text) if not words.isdisjoint(verbs) else ():
            less = (
                pattern is _ALONG and _LESS_OF.search(text[: match.start()]) is not None
            )  # "a lower loss goes with more"
            hits.append((match.start(), match.end(), 1 if bool(match["up"]) != less else -1))
    hits = [h for h in hits if not NEGATED.search(text[max(0, h[0] - 30) : h[0]])]
    return hits[0] if hits and len({h[2] for h in hits}) == 1 else None
