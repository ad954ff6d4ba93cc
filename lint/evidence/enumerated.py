"""Things listed in an order, "by delay: Rook, Heron, Tern", against every line of a table that could give one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from ..regex import regex
from .grids import Interval
from .knowledge import Clash, Evidence
from .line_binding import bound_lines, clause_at, is_moot_between, is_told
from .passages import Sentence
from .sides import Axis, Said
from .table_lines import lines

__all__ = ["enumeration_clashes"]

_TRIGGER = regex(
    r"\b(?:order(?:s|ed|ing)?|rank(?:s|ed|ing|ings)?|sequence|line[sd]? up|read|reads|run|runs|ran|followed by|"
    r"then|opens?|closes?|"
    r"ladder|league|lead[s]?|led|from (?:best|worst|highest|lowest|strong\w*|weak\w*|top|bottom|most|least|slow\w*|"
    r"fast\w*)|(?:it|this) is|"
    r"sort(?:s|ed)?|succession|places?|places are|podium|descending|ascending|come[s]?|came)\b|>|<|≥|≤",
    re.IGNORECASE,
)
_GAP = regex(
    r"[`\"'’*)]*(?:['’]s)?\s*(?:,|>|<|≥|≤|→|,?\s*(?:and|then|ahead of|above|over|before|followed by|next|down to)|"
    r",\s*(?:and )?then|"
    r",?\s*(?:and )?(?:finally|lastly|last|after that))\s*(?:(?:the|by|come[s]?|came)\s+)*[`\"'(*]*\s*",
    re.IGNORECASE,
)
_JOINTS = (
    ",",
    ">",
    "<",
    "≥",
    "≤",
    "→",
    " and ",
    " then ",
    " ahead of ",
    " above ",
    " over ",
    " before ",
    " by ",
    " next ",
)
"""What stands between three things in an order, two at least."""
_VERY = regex(r">|<|\bthen\b|\bfollowed\b|\bahead\b", re.IGNORECASE)
_UNREAD = regex(
    r"\b(?:not|never|no|except|apart|if|whether|unless|alphabetical\w*|respectively|chronological\w*|appear\w*|"
    r"listed|size|"
    r"column|columns|rows?|table|figure|panels?|legend|shown|presented|"
    r"asked|trained|tested|visited)\b|n['’]t\b",
    re.IGNORECASE,
)


def enumeration_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """An order of named things that is that of no line of any table, up or down, but for two that changed places."""
    if sum(map(sentence.text.count, _JOINTS)) < 2 or _TRIGGER.search(sentence.text) is None:
        return
    axes: dict[int, Axis] = {id(line.axis): line.axis for line in lines(evidence)}
    seen: set[int] = set()
    for axis in axes.values():
        for run in _runs(sentence, axis):
            if run[0].start in seen:
                continue
            found = _of_run(evidence, sentence, axis, run)
            if found is not None:
                seen.add(run[0].start)
                yield found
                return


def _runs(sentence: Sentence, axis: Axis) -> Iterator[list[Said]]:
    """The lists of three and more things."""
    said = [s for s in axis.find(sentence) if len(s.members) == 1]
    run: list[Said] = []
    for s in said:
        if run and _GAP.fullmatch(sentence.text, run[-1].end, s.start):
            run.append(s)
            continue
        if len(run) > 2:
            yield run
        run = [s]
    if len(run) > 2:
        yield run


def _of_run(evidence: Evidence, sentence: Sentence, axis: Axis, run: Sequence[Said]) -> Clash | None:
    members = [next(iter(s.members)) for s in run]
    if len(set(members)) < len(members) or set(members) & axis.whole or axis.ordered:
        return None
    left, right = clause_at(sentence, run[0].start)
    right = max(right, run[-1].end)
    lead = sentence.text[left : run[0].start]
    between = " ".join(sentence.text[a.end : b.start] for a, b in itertools.pairwise(run))
    behind = sentence.text[run[-1].end : right]
    if is_moot_between(sentence, left, right):
        return None
    if not (_TRIGGER.search(lead) or _VERY.search(between)) or _UNREAD.search(lead + " | " + behind[:24]):
        return None
    labels = [axis.labels[i] for i in members]
    bound = bound_lines(evidence, sentence, left, right, lambda line, _: bool(_members_of(line.axis, labels)))
    orders = []
    for b in bound:
        own = _members_of(b.line.axis, labels)
        values = b.line.values
        if all(i in values for i in own):
            orders.append((b, own, values))
    if not orders:
        return None
    if any(_is_ordered(own, values) for _, own, values in orders):
        return None
    # in other lines that the words do not tell it may be right
    if not any(b.told for b, _, _ in orders) and any(
        _is_ordered(own, line.values)
        for line in lines(evidence)
        if (own := _members_of(line.axis, labels)) and all(i in line.values for i in own)
    ):
        return None
    read = [m.span() for m in _TRIGGER.finditer(sentence.text, left, run[0].start)]
    told = (x for x in orders if is_told(evidence, x[0], sentence, left, run[0].start, read))
    near = next((x for x in told if _nearly(x[1], x[2])), None)
    if near is None:
        return None
    b, own, values = near
    sign = _sign(own, values)
    right_order = sorted(own, key=lambda i: sign * (values[i][0] + values[i][1]))
    return Clash(
        "direction",
        sentence.passage.place(sentence.start + run[0].start, sentence.start + run[-1].end),
        f"the order in '{b.line.head}' is {', '.join(b.line.axis.labels[i].strip(' *`_') for i in right_order)}",
        "correct the order or the values",
    )


def _members_of(axis: Axis, labels: Sequence[str]) -> list[int]:
    """The places of labels along an axis; none if one is missing."""
    found = [axis.labels.index(x) for x in labels if x in axis.labels]
    return found if len(found) == len(labels) else []


def _is_ordered(members: Sequence[int], values: Mapping[int, Interval]) -> bool:
    """True if the values may rise all the way, or fall."""
    steps = list(itertools.pairwise(members))
    up = all(values[a][0] < values[b][1] - 1e-12 for a, b in steps)
    return up or all(values[a][1] > values[b][0] + 1e-12 for a, b in steps)


def _sign(members: Sequence[int], values: Mapping[int, Interval]) -> int:
    rises = sum(values[a][0] < values[b][0] for a, b in itertools.pairwise(members))
    return 1 if 2 * rises > len(members) - 1 else -1


def _nearly(members: Sequence[int], values: Mapping[int, Interval]) -> bool:
    """True if exchanging two of them brings the order about."""
    order = list(members)
    for i in range(len(order)):
        for j in range(i + 1, len(order)):
            order[i], order[j] = order[j], order[i]
            done = _is_ordered(order, values)
            order[i], order[j] = order[j], order[i]
            if done:
                return True
    return False
