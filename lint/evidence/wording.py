"""What a clause asks of things, told by its words: above a half, significant, negative, more than the reference."""

from __future__ import annotations

import re

from ..regex import regex
from .lexicon import TRIALS
from .names import words_of
from .word_numbers import SPELLED

__all__ = [
    "AGREE",
    "ARROW",
    "BESIDE",
    "CHANGES",
    "DEEP",
    "DEGREE",
    "DENIED_LEVEL",
    "DIFFERENCE",
    "DIFFERS",
    "EXCEEDS",
    "FALLS_SHORT",
    "FEWER",
    "FIRSTS",
    "LASTS",
    "LINEAR",
    "LOSS",
    "MORE",
    "MOSTLY",
    "NAMED_BAR",
    "NAMES_COEFFICIENT",
    "NEGATED_VERB",
    "NOT_ZERO",
    "OF_LIKENESS",
    "OF_RATE",
    "OVERTAKEN",
    "OVERTAKES",
    "PART",
    "PART_OF",
    "PASSED",
    "RANKS",
    "RATE_NOUNS",
    "REACH",
    "REFERENCE",
    "REFERENCE_NAME",
    "RELATION",
    "SAME",
    "SELDOM",
    "SIGNED",
    "SIGNIFICANT",
    "UNLIKE",
    "UNREAD",
    "ZERO",
    "ZERO_SIDE",
]

_ABOVE = (
    r"(?:more|greater|higher|larger|more (?:often|frequently)) than(?: in)?|over|above|exceed\w*|surpass\w*|beyond|"
    r"past|upwards of|crossing|passing|clearing|topping|(?:get|gets|"
    r"got|rises?|"
    r"goes?) (?:past|over|above|beyond)|pass(?:es|ed)?|clear(?:s|ed)?|cross(?:es|ed)?|top(?:s|ped)?"
)
_BELOW = r"(?:less|fewer|lower|smaller|less (?:often|frequently)) than(?: in)?|under|below|short of|beneath"
PART = regex(
    rf"\b(?:(?P<more>{_ABOVE})|(?P<least>at least|no (?:less|fewer) than|reach\w*|attain\w*)|(?P<less>{_BELOW})|"
    r"(?P<most>at most|no more than))\s+(?:the\s+)?(?P<part>(?:a |one |the |one-)?(?:half(?:way)?|third|quarter|fourth|"
    r"fifth|tenth)"
    r"\b(?!\s*-?\s*point)|two[- ]thirds|three[- ](?:quarters|fourths))",
    re.IGNORECASE,
)
_WHOLE_NUMBER = rf"(?:[1-9]\d{{0,2}}|(?!zero\b){SPELLED})"
PART_OF = regex(
    rf"\b(?:(?P<more>{_ABOVE})|(?P<least>at least|no (?:less|fewer) than|reach\w*|attain\w*)|(?P<less>{_BELOW})|"
    rf"(?P<most>at most|no more than))\s+(?P<k>{_WHOLE_NUMBER}) (?:\w+ ){{0,3}}?(?:out of|in|of) (?:every )?"
    rf"(?P<n>{_WHOLE_NUMBER})\b(?![.,]?\d|\s?%)",
    re.IGNORECASE,
)
""" "In above seven barns out of eight", "under one painted door in nine"."""
PASSED = regex(
    r"\b(?P<part>(?:a |one |the |one-)?(?:half|third|quarter|fourth|fifth|tenth)|two[- ]thirds|three[- ]quarters) "
    r"(?:is|was|gets?|has been) (?:(?P<least>reached|attained)|passed|exceeded|crossed|surpassed|topped|cleared)\b",
    re.IGNORECASE,
)
_TRIALS = (
    rf"(?:{TRIALS}|premises?|prompts?|questions?|cases|times?|items?|messages?|conversations?|essays?|stories|"
    rf"verdicts?|"
    r"marks?|ratings?|votes?|labels?)"
)
MOSTLY = regex(
    rf"\bmost (?:of )?(?:(?:its|their|"
    rf"the|all) )?"
    rf"(?:own )?(?:\w+ )?{_TRIALS}|\b(?:a|the) (?:clear |large |small )?majority of (?:(?:its|their|the|all) )?"
    rf"(?:own )?(?:\w+ ){{0,2}}{_TRIALS}|\bmajority (?:spill\w*|uptake|leak\w*|rates?|shares?|adoption)\b|"
    rf"\bmore often than not\b|\bmore than every (?:second|other)\b",
    re.IGNORECASE,
)
SELDOM = regex(
    rf"\b(?:a )?minority of (?:(?:its|their|the|all) )?(?:\w+ )?{_TRIALS}|\bless often than not\b", re.IGNORECASE
)
UNREAD = regex(
    r"\b(?:separat\w+|(?:off-?)?diagonal|at least once|ever|"
    r"(?:at|in|on|by) (?:some|any|one)(?: \w+)? (?:point|stage|time|moment|checkpoint|step|epoch|or another|or other)|"
    r"overlap(?:s|ping)? (?:not|with)|do(?:es)? not overlap|disjoint|"
    r"runs?(?! (?:from|between|to|at)\b|\s[-−+]?\d?\.?\d)|"
    r"repeats?|replicates?|(?:the|this|that|whose) (?:order|ranking)|either direction|"
    r"(?<!at )\b(?:each|every|all) [^.;]{0,60}(?<!at )\b(?:each|every|all)|"
    r"(?<!get )(?<!gets )(?<!got )there(?! (?:is|are|was|were|exist\w*|remain\w*)\b)|contrary to|"
    r"(?:more|less) (?:posi|nega)tive(?:ly)?|(?:at|in|with|under) (?:its|their) (?:best|worst|optimal|respective)|"
    r"(?:above|below|over|under|than|beyond|beats?|surpass\w*|exceeds?) (?:anything|anyone|anybody|any|whatever|what)|"
    r"between \d[\d,]* and \d[\d,]*(?![\d.,]*\d|\s?%| ?(?:percent|points|pp)\b)|"
    r"(?:has|have|had) (?:an?|one|some|at least one) [a-z]+ (?:that|which|who|whose)|"
    r"(?:with|by|on|under|in) (?:this|that) (?:measure|method|test|statistic|coefficient|metric|count)|"
    r"(?:is|are|was|were) (?:then |also |each )?(?:tested|asked|sampled|prompted|evaluated|measured|scored|judged|"
    r"queried) "
    r"(?:with|on|by|using|against)|"
    r"it (?:holds|is true|applies|works)|(?:half|thirds?|quarter|fifth|twice|double|triple) (?:of )?(?:its|their|the) "
    r"(?:\w+ )?(?:rates?|shares?|levels?|values?|baselines?|starts?|peaks?|maxim\w+))\b",
    re.IGNORECASE,
)
ZERO = regex(
    r"\b(?:is|are|was|were|at) nil\b|\bwithout (?:any|a single) (?:spill\w*|uptake|leak\w*|trace|instance|case)\b|"
    r"\b(?:flat|bare|exactly) (?:zero|nought|nil)\b(?!\s*(?:to|→|crossing))|\bzero (?:spill\w*|uptake|leak\w*|rates?|"
    r"shares?)\b|"
    r"\b(?:exactly|at|from|of|is|are|with|have|has)\s+(?:a \w+ of )?(?:exactly )?(?:0(?:\.0+)?\s?%|zero|nought|nothing)"
    r"(?!\s*(?:to|→|crossing|but|like|of))",
    re.IGNORECASE,
)
SIGNED = regex(
    r"\b(?P<plus>positiv(?:e|ely)|on the (?:positive|near) side)\b|\bnegativ(?:e|ely)\b|\bminus\b|"
    r"\bon the (?:far|negative|wrong) side of (?:zero|0)\b|"
    r"\b(?:(?:trends?|slopes?|lines?|clouds?|relations?|points?) (?:\w+ )?(?:points?|runs?|goes|go|is|are)|"
    r"slop(?:es?|ing)|leans?|tilts?) "
    r"(?:(?P<uphill>up(?:wards?|hill)?)|down(?:wards?|hill)?)\b",
    re.IGNORECASE,
)
ZERO_SIDE = regex(
    r"\b(?:(?P<plus>above|over|more than|greater than|larger than|exceed\w*)|below|under|less than|smaller than) "
    r"(?:zero|0(?:\.0+)?)\b(?![.,]?\d|\s?%)",
    re.IGNORECASE,
)
NAMED_BAR = regex(
    r"\b(?:thresholds?|cut-?offs?|benchmarks?|criteri(?:on|a)|bars?|limits?|marks?) (?:of|at|=|is|was)\b", re.IGNORECASE
)
"""A level by which things are counted."""
NOT_ZERO = regex(
    r"\b(?:exclud\w+|(?:away|apart|told|distinguish\w*|separa\w+|discern\w*) from|"
    r"not (?:contain|include|cover|span|overlap)\w*|differ\w* from|clear of|do(?:es)? "
    r"not (?:contain|include|cover|span|overlap))\s+(?:with )?(?:zero|0)\b",
    re.IGNORECASE,
)
OF_LIKENESS = regex(
    r"\b(?:cos\w*|similar\w*|likeness|closeness|overlap\w*|projection\w*|project|projects|"
    r"resembl\w*)\b",
    re.IGNORECASE,
)
OF_RATE = regex(
    r"\b(?:rates?|shares?|leak\w*|percent\w*|proportions?|fraction\w*|frequenc\w*|uptake|accurac\w*)\b", re.IGNORECASE
)
RELATION = regex(
    r"\b(?:predicts?|predicted|correlat\w+|relation\w*|related|association|associated|link\w*|tracks?|follows?|"
    r"goes? with|"
    r"explains?|preferential\w*)\b",
    re.IGNORECASE,
)
SIGNIFICANT = regex(
    r"\b(?:significan\w+|(?:clear(?:s|ed)?|pass(?:es|ed)?|reach(?:es|ed)?|meets?|makes?|"
    r"cross(?:es)?|past|beyond|under|below|inside) (?:the )?(?:0?\.05|five[- ]per[- ]?cent|"
    r"5\s?%|bar|threshold|mark|usual|conventional)|at the (?:5\s?%|five[- ]percent|five per cent|0?\.05) level|"
    r"(?<!\w)at (?:p\s*[=<]\s*)?0?\.05\b|criteri(?:on|a) (?:is|are|was|were) (?:met|satisfied|fulfilled)|"
    r"(?:0?\.05|five[- ]per[- ]?cent|5\s?%) (?:level|threshold|bar|mark|criterion) (?:is|was) \w+|"
    r"(?:meets?|met|satisf(?:y|ies|ied)|fulfils?) (?:the|that|this) (?:criterion|level)|"
    r"pass(?:es|ed)?(?=\s*(?:$|[.,;:)*]|by |in |with |for |at ))|"
    r"(?:conventional|usual|customary|"
    r"standard) (?:level|threshold|bar|cut-?off)|below 0?\.05|distinguishable|depends?|"
    r"(?:told|tell|tells|set|stands?) apart|detect\w+|reliabl[ey]|tests? (?:succeeds?|succeeded|comes? through)|"
    r"by (?:a |the )?(?:\w+['’]s )?(?:exact |two-sided |t[- ]|u[- ]|z[- ]|rank[- ])*tests?)\b",
    re.IGNORECASE,
)
UNLIKE = regex(
    r"\b(?:differ\w*|different|chang\w+|mov\w+|shift\w*|alter\w*|affect\w*|budg\w+)\b",
    re.IGNORECASE,
)
REFERENCE = regex(
    r"\b(?:baselines?|base|control|reference|unmodified|untrained|untouched|stock|vanilla|default|original|bare|"
    r"plain|"
    r"no[- ]adapter|untreated|raw|unchanged|unaltered)\b",
    re.IGNORECASE,
)
REFERENCE_NAME = regex(
    r"^(?:no|un|base|control|reference|ref|stock|vanilla|default|original|bare|plain|none|raw)", re.IGNORECASE
)
FEWER = regex(
    r"\b(?:less|fewer|lower(?![ -]?(?:case|half|layers?|bounds?))|smaller|worse|"
    r"beneath|below|under|behind|decreas\w+|drop\w*|fall\w*|fell|declin\w+|"
    r"reduc\w+|"
    r"los[et]\w*|loss\w*|shrink\w*|shrank|weaken\w*|sink\w*|sank|diminish\w*|dwindl\w*)\b",
    re.IGNORECASE,
)
MORE = regex(
    r"\b(?:more(?! (?:than )?often than not)|higher|greater|larger|better|bigger|above|over(?!-)|ahead|beats?|"
    r"outperform\w*|"
    r"increas\w+|rise\w*|rose|ris\w+|grow\w*|grew|gain\w*|climb\w*|improv\w+|strengthen\w*|jump\w*|rais\w+|"
    r"exceed\w*|surpass\w*|outstrip\w*|tops?|topped|oftener|louder|commoner)\b",
    re.IGNORECASE,
)
NAMES_COEFFICIENT = regex(r"ρ|\brho\b|\br\b|\bcorrelation|\bcoefficient|\bSpearman|\bPearson", re.IGNORECASE)
AVERAGED = regex(r"\b(?:on average|averaged|overall|in the mean|the mean|across the board)\b", re.IGNORECASE)
RANKS = regex(r"ρ|\brho\b|\bspearman\w*|\branks?\b|\brank[- ]|\bordinal\b", re.IGNORECASE)
LINEAR = regex(
    r"\bpearson\w*|\blinear\b|\braw (?:values?|numbers?|scores?|data)\b|\bproduct[- ]moment\b|"
    r"(?<![\w'’])r\b(?=\s*[=≥>]|\s+of\b|$)",
    re.IGNORECASE,
)
ARROW = r"(?:→|[-=–]+>|⟶|➔|⇒)"
"""From one value to the next."""
BESIDE = regex(r"above|below|under|over|behind|beneath|beyond|ahead(?: of)?|past", re.IGNORECASE)
"""Words of where one thing stands to another, which are of no move."""
EXCEEDS = regex(rf"{BESIDE.pattern}|exceed\w*|trail\w*|lag\w*|beat\w*|lead\w*|led|top\w*", re.IGNORECASE)
"""And verbs for it."""
REACH = regex(
    r"\b(?:reach\w*|attain\w*|get to|gets to|hits?|make|has|have|(?<!compared )with)\s+(?:a |an |"
    r"the )?(?:[\w-]+\s+){0,3}?(?:of )?$|\bas (?:much|many|high|often) as (?:in )?$",
    re.IGNORECASE,
)
CHANGES = frozenset(
    words_of("change difference diff delta net shift gain gap contrast minus lead lift effect drift drop increase")
)
"""Words of a field or a column that holds differences."""
DIFFERENCE = (
    r"(?:difference|gap|distance|drop|fall|decline|rise|gain|increase|decrease|reduction|spread|range|change|margin|"
    r"shift|"
    r"jump|step|loss|band|span|swing)"
)
"""The expression of nouns for a difference of two rates."""
DIFFERS = regex(
    r"\b(?:differ(?:s|ed|ence|ences)?|gap|spread|apart|net|chang(?:e|es|ed)|gain(?:s|ed)?|add(?:s|ed)?|"
    r"shift(?:s|ed)?|swing|swings|swung|mov(?:e|es|ed)|distance|margin|separat\w+|range|gaps|cuts?|ahead|behind|"
    r"above|below|leads?|led|advantage|"
    r"excess|deficit|surplus|delta|increments?|increas\w+|decreas\w+|ris(?:e|es|en)|rose|drop(?:s|ped)?|falls?|fell|"
    r"minus|contrast|jump(?:s|ed)?|climb(?:s|ed)?|declin(?:e|es|ed)|loss(?:es)?|los(?:e|es|t)|grow(?:s|n)?|grew|"
    r"sank|sinks?|exceeds?|exceeded|beats?|outdoes|trails?|lags?|overtakes?|reduc\w+|improv\w+|lift(?:s|ed)?|"
    r"rais(?:e|es|ed)|lower(?:s|ed))\b",
    re.IGNORECASE,
)
"""Words of one level against another."""
LOSS = regex(
    r"\b(?:drops?|dropped|decreas\w+|loss(?:es)?|loses?|lost|declin\w+|falls?|fell|reduc\w+|deficits?|shortfalls?|"
    r"cuts?)\b",
    re.IGNORECASE,
)
"""In front of a loss, whose sign the word says."""
RATE_NOUNS = frozenset(words_of("rate share percentage proportion fraction frequency uptake leakage"))
FIRSTS = frozenset(
    [
        "start",
        "starting",
        "begin",
        "beginning",
        "baseline",
        "base",
        "initial",
        "before",
        "pre",
        "t0",
        "first",
        "e0",
        "prior",
    ]
)
LASTS = frozenset(
    [
        "end",
        "ending",
        "final",
        "last",
        "after",
        "post",
        "tn",
        "trained",
        "tuned",
        "finish",
        "later",
        "new",
        "t1",
        "closing",
    ]
)
DEEP = frozenset(
    [
        "layer",
        "depth",
        "block",
        "epoch",
        "step",
        "checkpoint",
        "point",
        "round",
        "iteration",
        "update",
        "level",
        "stage",
    ]
)
_GRADES = (
    r"(?:plain|clear|marked|visible|obvious|evident|pronounced|distinct|steep|sharp|modest|slight|substantial|"
    r"considerable|sizeable|notable)"
)
DEGREE = regex(
    r"\b(?:clearly|plainly|markedly|noticeably|visibly|strongly|weakly|substantially|considerably|appreciably|slightly|"
    r"modestly|(?:well|far|way) (?:above|below|over|under|past|beyond|ahead)|sharply|steeply|"
    r"obviously|evidently|distinctly|notably|greatly|heavily|hugely|barely|hardly|much|lasting|sustained|"
    r"of any (?:size|note|account|consequence|importance)|to speak of|worth \w+)\b|"
    rf"\b(?:is|are|was|were|looks?|stays?|remains?|seems?) "
    rf"(?:(?!the |a |an )\w+ )?(?:{_GRADES}|strong|weak|large|small)\b|"
    rf"\b(?:{_GRADES}|real|true) (?:rise|fall|gain|loss|drop|increase|decrease|change|decline|growth|improvement|shift|"
    r"effect|difference|benefit)s?\b",
    re.IGNORECASE,
)
"""How far something goes, in words that set no bar: "it is clearly visible in 3 of 9"."""
AGREE = regex(
    r"\b(?:agree(?:s|d)?|same (?:sign|direction|way)|(?:direction|sign|relation|trend|pattern|finding|result|effect) "
    r"(?:holds|is the same|agrees|recurs|repeats)|point(?:s)? the same way|calls? the|tells?|foretells?|anticipates?|"
    r"concur(?:s|red)?)\b",
    re.IGNORECASE,
)
SAME = regex(r"\bshows? (?:such|this|it|the same)\b|\b(?:is|are|does|do) (?:so|too|as well|likewise)\b", re.IGNORECASE)
NEGATED_VERB = regex(
    r"\b(?:(?<!often than )not|never|fail(?:s|ed|ing)?(?: to)?|cannot|lacks?|lacked|miss(?:es|ed)?|falls? short|"
    r"fell short|without|neither|nor|insignificant|non-?significant)\b|n['’]t\b",
    re.IGNORECASE,
)
OVERTAKES = regex(
    r"\b(?:pass|passes|passed|cross(?:es|ed)?|clears?|cleared|tops?|topped|exceeds?|exceeded|surpass(?:es|ed)?|"
    r"overtakes?|breaks?(?: through)?|broke(?: through)?|gets? past|rises? past|goes? past|climbs? past)\s+"
    r"(?:the |a |one )?$",
    re.IGNORECASE,
)
FALLS_SHORT = regex(r"\b(?:fall|falls|fell|stops?|stay|stays|remain|remains) short of\s+(?:the |a )?$", re.IGNORECASE)
OVERTAKEN = regex(
    r"\s*%?\s*(?:(?:points?|lines?|marks?|bars?|thresholds?|levels?|limits?|cut-?offs?)\s+)?"
    r"(?:is|was|are|were|gets?|has been) (?:(?P<least>reached|attained|hit|met(?: or exceeded)?)|"
    r"passed|exceeded|crossed|surpassed|topped|cleared|overtaken)\b",
    re.IGNORECASE,
)
"""Verbs of crossing before a level, or behind it."""
DENIED_LEVEL = regex(
    r"\b(?:miss(?:es|ed)?|fail(?:s|ed)? to (?:reach|clear|pass|attain|meet|be)|(?:do|does|did) not (?:reach|clear|"
    r"pass|attain|meet)|"
    r"(?:is|are|was|were) not|not)\s+(?:the |statistically |conventional |usual )*"
    r"(?:p\b|significan\w+|0?\.05|5\s?%|five per ?cent|level|threshold|bar|mark)",
    re.IGNORECASE,
)
""" "Not significant", "misses the level": said of those that do not pass."""
