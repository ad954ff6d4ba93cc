"""Lines of differences: what things gained between two states, two columns, two rows, or over all steps."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.records import replace

from .knowledge import Evidence
from .sides import Said
from .table_lines import Line, lines

__all__ = ["between", "change_lines", "difference"]


def change_lines(evidence: Evidence) -> list[Line]:
    """The columns of changes, and the differences of two states and of the ends of courses where no column has them."""
    if "change lines" not in evidence.cache:
        evidence.cache["change lines"] = list(_found(evidence))
    out: list[Line] = evidence.cache["change lines"]
    return out


def _found(evidence: Evidence) -> Iterator[Line]:
    known = lines(evidence)
    printed = [line for line in known if line.change]
    yield from printed
    firsts = [line for line in known if line.state == "before" and not line.change]
    for first in firsts:
        lasts = [x for x in known if x.state == "after" and x.axis is first.axis and x.down == first.down]
        if len(lasts) == 1 and not any(p.grid is first.grid for p in printed):
            yield difference(first, lasts[0])
    for line in known:
        course = line.other
        if course.ordered and not line.down and line.at == 0 and len(course.things) > 2:
            last = course.things[-1]
            ends = [x for x in known if x.axis is line.axis and x.at == last]
            if len(ends) == 1:
                yield difference(line, ends[0])


def between(evidence: Evidence, first: Said, last: Said, of: Line) -> Line | None:
    """What things gained from one line beside ``of`` to another."""
    (a,), (b,) = first.members, last.members
    found = {x.at: x for x in lines(evidence) if x.axis is of.axis and x.other is of.other and x.at in (a, b)}
    return difference(found[a], found[b]) if len(found) == 2 and a != b else None


def difference(first: Line, last: Line) -> Line:
    """The line of what the second has more than the first."""
    values = {
        i: (v[0] - first.values[i][1], v[1] - first.values[i][0]) for i, v in last.values.items() if i in first.values
    }
    head = f"{last.head}' less '{first.head}"
    return replace(
        last, values=values, head=head, change=True, state="", at=-1, ends=frozenset({first.at, last.at}),
        own=first.own & last.own,
    )  # fmt: skip
