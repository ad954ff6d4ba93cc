"""Granularity of tables that state no n of their own: rates that the page's one n per cell forbids.

A page that asks 20 questions 10 times each has cells of 200 answers, and no cell of 41.2 %. The table itself has to
show that the n is its own: nearly all of a column, or whole columns beside it, keep to it. By chance one cell in five
does, for 200 answers and one decimal.

References: Brown and Heathers (2017), "The GRIM test", Social Psychological and Personality Science 8(4), 363–369.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from leakstats.records import replace, struct

from ..document import Heading, Html, Paragraph
from ..regex import regex
from .granularity import page_runs
from .grim import possible, tells
from .kinds import is_no_share, is_spread
from .knowledge import Clash, Evidence
from .names import index_of, name_variants
from .tables import CellNumber, Sheet, is_aggregate
from .trials import gathered_trials, is_trials, stated_sizes
from .word_numbers import SPELLED, whole_number

__all__ = ["lattice_clashes"]

_COUNT = rf"(?P<{{}}>\d[\d,]*|{SPELLED})\s+(?:[\w-]+\s+){{{{0,2}}}}?"
_ASKED = r"(?:questions?|prompts?|items?|probes?|queries|scenarios|stimuli|tasks|problems)\b"
_ANSWERED = (
    r"(?:completions?|samples?|generations?|responses?|answers?|repl(?:y|ies)|rollouts?|draws?|continuations?|"
    r"outputs?)\b"
)
_ASKED_AT = regex(_ASKED, re.IGNORECASE)
_PER_CELL = (
    regex(
        _COUNT.format("a")
        + _ASKED
        + r"\s*(?:×|x|\*|·|times|by|,|with|and|at)\s*"
        + _COUNT.format("b")
        + _ANSWERED
        # "× 8 personas = 1,600" goes on to the total of the whole grid
        + r"(?!\s*(?:[×x*·]|times)\s*\d)",
        re.IGNORECASE,
    ),
    regex(
        _COUNT.format("b")
        + _ANSWERED
        + r"\s+(?:(?:for|to|on|of|per|at)\s+)?(?:each|every)\s+(?:of\s+)?(?:the\s+)?"
        + _COUNT.format("a")
        + _ASKED,
        re.IGNORECASE,
    ),
)
_BEFORE = regex(r"[\d\w]\s*(?:[×x*·]|times)\s*$")
_NO_CELL = regex(
    r"\b(?:mean|average|averag\w+|pooled|median|overall|all|total|others?|rest|remaining|bystanders?|group|combined|"
    r"predict\w*|accura\w*|half-width|±|sd|se|variance|change|gain|share|expected|fitted)\b|Δ|[-+]/-|±",
    re.IGNORECASE,
)
_FEWEST = 5
"""Cells of a column that have to keep to an n before one that does not is judged."""
_KEEPING = 3
"""Whole columns that have to keep to an n before a column that does not is judged."""


def _trials_per_cell(evidence: Evidence) -> int | None:
    """The one number of answers that the page states for its cells; ``None`` where it states none or several."""
    found = set(gathered_trials(evidence))
    if len(found) == 1 and _is_of_one_thing(evidence):
        return None
    for text, scope in evidence.document.texts():
        if scope in ("quote", "code", "alt"):
            continue
        for pattern in _PER_CELL if _ASKED_AT.search(text.text) else ():
            for match in pattern.finditer(text.text):
                if not _BEFORE.search(text.text[max(0, match.start() - 12) : match.start()]):
                    found.add(whole_number(match["a"]) * whole_number(match["b"]))
    return found.pop() if len(found) == 1 else None


_OF_EACH = regex(r"[^.;)]{0,24}\b(?:each|per|every|apiece|a (?:cell|point|side|persona))\b", re.IGNORECASE)


def _is_of_one_thing(evidence: Evidence) -> bool:
    """True if every size of the page stands in a sentence about one thing, and says of no other that it is theirs."""
    if any(is_trials(sheet, x) for sheet in evidence.sheets for x in sheet.numbers):
        return False
    stated = [(p, size) for p in evidence.passages for size in stated_sizes(p)]
    for passage, size in stated:
        home = next((s for s in passage.sentences if s.start <= size.number.start < s.end), None)
        names = {m.name for m in home.names if not m.name.startswith("#")} if home is not None else set()
        if len(names) != 1 or _OF_EACH.match(passage.plain, size.number.end) or passage.scope == "caption":
            return False
    return bool(stated)


def lattice_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells and columns that the page's n per cell forbids, in tables that otherwise keep to it."""
    # A table that says its own n, if only for some of its columns, and one of a few rows are not judged by the page's.
    sheets = [s for s in evidence.sheets if len(s.labels) >= _FEWEST and all(x.number.role != "n" for x in s.numbers)]
    n = _trials_per_cell(evidence) if sheets else None  # which reads the whole page
    if n is None or n < 20:
        return
    sizes = [n, *(n * m for m in sorted(page_runs(evidence)))]
    for sheet in sheets:
        yield from _of_sheet(evidence, sheet, sizes)


@struct
class _Column:
    head: str
    cells: tuple[CellNumber, ...]
    wrong: tuple[CellNumber, ...]


def _of_sheet(evidence: Evidence, sheet: Sheet, sizes: list[int]) -> Iterator[Clash]:
    columns = list(_columns(evidence, sheet, sizes))
    keeping = [c for c in columns if not c.wrong and len(c.cells) >= _FEWEST]
    course = len(sheet.header) > 2 and all(index_of(x) for x in sheet.labels)
    for column in columns:
        right = len(column.cells) - len(column.wrong)
        if right >= _FEWEST and len(column.wrong) * 6 <= len(column.cells):
            for cell in column.wrong:
                if _is_held(evidence, sheet, cell):
                    continue
                place = evidence.document.place(cell.cell.text, cell.number.start, cell.number.end)
                yield Clash(
                    "granularity",
                    place,
                    f"no count out of {sizes[0]:,} gives {cell.number.text}%, and {right} other cells of its column "
                    "keep to that n",
                    "the rate or its n is wrong",
                )
        elif column.wrong and course and len(keeping) >= max(_KEEPING, len(columns) / 2):
            first = column.wrong[0]
            shown = ", ".join(x.number.text for x in column.wrong[:3]) + (", …" if len(column.wrong) > 3 else "")
            yield Clash(
                "granularity",
                evidence.document.place(first.cell.text, first.number.start, first.number.end),
                f"{len(column.wrong)} of {len(column.cells)} cells of '{column.head}' are rates that no count out of "
                f"{sizes[0]:,} gives ({shown}); {len(keeping)} other columns keep to that n",
                "say what n these cells have, or correct them",
            )


def _columns(evidence: Evidence, sheet: Sheet, sizes: list[int]) -> Iterator[_Column]:
    by_column: dict[int, list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        if (
            item.position == 0
            and not is_aggregate(sheet.labels[item.row])
            and not any(cell is not None and _NO_CELL.search(cell.text.text) for cell in sheet.grid[item.row])
            and not _NO_CELL.search(sheet.labels[item.row])
            and not is_no_share(sheet.labels[item.row])
        ):
            by_column[item.column].append(item)
    for c, cells in by_column.items():
        head = sheet.header[c]
        if _NO_CELL.search(head) or is_no_share(head) or is_spread(head) or not _are_rates(evidence, sheet, cells):
            continue
        rates = [replace(x, number=replace(x.number, role="percent", unit="%")) for x in cells]
        told = [x for x in rates if tells(x.number, sizes[-1])]
        if told:
            wrong = tuple(x for x in told if not any(possible(x.number, n) for n in sizes))
            yield _Column(head, tuple(told), wrong)


def _is_held(evidence: Evidence, sheet: Sheet, item: CellNumber) -> bool:
    """True if a file holds the rate for a thing of its row or column: then its n is the file's."""
    names = evidence.known_as(name_variants(sheet.labels[item.row]) | name_variants(sheet.keys[item.column]))
    found = ((evidence.data[i], fact) for name in names for i, fact in evidence.index.get(name, ()))
    return any(evidence.matches(item.number, series, fact) for series, fact in found)


def _are_rates(evidence: Evidence, sheet: Sheet, cells: list[CellNumber]) -> bool:
    if any(x.interval or x.number.bound or x.number.signed or not 0 <= x.number.value <= 100 for x in cells):
        return False
    roles = {x.number.role for x in cells}
    if roles == {"percent"}:
        return True
    return roles == {"value"} and any(x.number.value > 1.5 for x in cells) and _says_percent(evidence, sheet)


_NEAR = 6
"""Lines above a table in which its unit may stand."""


def _says_percent(evidence: Evidence, sheet: Sheet) -> bool:
    """True if the lines above a table, or the summary that folds it, speak of percent."""
    first = sheet.table.line
    return any(
        "%" in block.text.text or "percent" in block.text.text.lower()
        for block in evidence.document.blocks
        if isinstance(block, Heading | Paragraph | Html) and first - _NEAR <= block.line < first
    )
