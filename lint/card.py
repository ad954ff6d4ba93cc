"""The reproducibility card: label and value pairs of the setup sections, whatever shape they were written in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from leakstats.lazy import cached_property
from leakstats.records import struct
from leakstats.template import RowSpec, Section, fold

from .akin import is_akin
from .document import Cell, Paragraph, Table
from .inline import Text
from .outline import Found
from .page import Page
from .regex import regex
from .words import find_phrase, lowered

__all__ = [
    "CardRow",
    "SetupTable",
    "answered_rows",
    "answers",
    "card_rows",
    "is_row",
    "setup_tables",
    "stand_in",
    "unfilled",
    "unrecorded",
]


@struct(slots=False)
class CardRow:
    """One label with its value."""

    label: str
    value: Text
    line: int

    @property
    def said(self) -> str:
        """The value as a reader sees it."""
        return self.value.text.strip()

    @cached_property
    def low(self) -> str:
        """All that the row says, in lower case."""
        return lowered(f"{self.label} {self.said}")

    @cached_property
    def bare(self) -> str:
        """The label as it is compared."""
        return _bare(self.label)

    @cached_property
    def names(self) -> frozenset[str]:
        """What of the label may be the name of a row of the template."""
        return _names_in(self.label)


@struct(slots=False)
class SetupTable:
    """The rows of one setup section, over all its stages, beside what the template wants of them."""

    spec: Section
    line: int
    rows: tuple[CardRow, ...]
    given: tuple[tuple[RowSpec, tuple[CardRow, ...]], ...]
    """The rows that the template wants, each with those that answer it."""

    def absent(self, *, required: bool) -> list[RowSpec]:
        """The rows that nothing answers: those that are required, or those that are only expected."""
        return [wanted for wanted, found in self.given if wanted.required == required and not found]

    @cached_property
    def strangers(self) -> list[CardRow]:
        """The rows whose label is none of the template's, and which answer nothing by what they say.

        A known name with a genitive is known to be another thing: "Wall time of the judge".
        """
        known = {id(row) for _, found in self.given for row in found}
        others = tuple(other for x, _ in self.given for other in _with_genitive(x.folded))
        return [row for row in self.rows if id(row) not in known and not fold(row.label).startswith(others)]


def setup_tables(page: Page) -> list[SetupTable]:
    """The setup tables in the order of the template, without the sections that the page waives with a reason."""
    if "setup tables" not in page.memory:
        page.memory["setup tables"] = list(_setup_tables(page))
    tables: list[SetupTable] = page.memory["setup tables"]
    return tables


def _setup_tables(page: Page) -> Iterator[SetupTable]:
    specs = [spec for spec in page.template.sections if spec.table is not None]
    card = [row for spec in specs for found in page.outline.all(spec.id) for row in card_rows(page, found)]
    for spec in specs:
        stages = page.outline.all(spec.id)
        kept = [found for found in stages if not page.waived(found)]
        if spec.table is not None and (kept or not stages):
            line = kept[0].section.line if kept else 1
            rows = [row for found in kept for row in card_rows(page, found)]
            wanted = spec.table.rows
            given = tuple((x, tuple(answers(rows, x, wanted) or _told_apart(card, x))) for x in wanted)
            yield SetupTable(spec, line, tuple(rows), given)


def answered_rows(page: Page) -> list[tuple[RowSpec, CardRow, list[CardRow]]]:
    """Each row that the template wants with each one that answers it, and all rows of that table."""
    if "answered rows" not in page.memory:
        page.memory["answered rows"] = list(_answered_rows(page))
    answered: list[tuple[RowSpec, CardRow, list[CardRow]]] = page.memory["answered rows"]
    return answered


def _answered_rows(page: Page) -> Iterator[tuple[RowSpec, CardRow, list[CardRow]]]:
    for found in page.outline:
        if found.spec.table is not None:
            rows = card_rows(page, found)
            for wanted in found.spec.table.rows:
                yield from ((wanted, row, rows) for row in answers(rows, wanted))


def _told_apart(card: list[CardRow], spec: RowSpec) -> list[CardRow]:
    """The rows of any table whose value says what another one would: with its name, in so many words, or as a setting.

    "Trainable: LoRA adapter, rank 64" and "Trainable: all weights" are answers to "LoRA config", and the command's
    "--seed 42" is one to "Seeds". A word alone is none: the evaluation's "2 rounds" are no rounds of training.
    """
    sought = [(phrase, low) for phrase, low in _sought(spec) if not phrase.startswith(_COUNTED)]
    out = []
    for row in card:
        said = [phrase for phrase, low in sought if low in row.low and _says(row.said, phrase)]
        if any(" " in phrase or _is_set(row.low, phrase) or _is_named(row.said, phrase, spec) for phrase in said):
            out.append(row)
    return out


def _is_set(low: str, phrase: str) -> bool:
    """True if a text in lower case holds the phrase as a setting: "--seed 42", "SEED=42"."""
    word = phrase.lower().rstrip("= ")
    return f"--{word} " in low or f"{word}=" in low


def _is_named(text: str, phrase: str, spec: RowSpec) -> bool:
    """True if a text says a name of the row beside the phrase."""
    return any(_says(text, name) for name in spec.names if fold(name) != fold(phrase))


def stand_in(page: Page, table: SetupTable, wanted: RowSpec) -> CardRow | None:
    """The row that may be the one that is ``wanted`` and that the table lacks, under a label of the writer's own.

    Its label means the same ("Repository state" for the commit), or it has the name and stands in another table. No row
    stands in for two.
    """
    if "stand-ins" not in page.memory:
        page.memory["stand-ins"] = dict(_stand_ins(setup_tables(page)))
    rows: dict[tuple[str, str], CardRow] = page.memory["stand-ins"]
    return rows.get((table.spec.id, wanted.label))


def _stand_ins(tables: list[SetupTable]) -> Iterator[tuple[tuple[str, str], CardRow]]:
    taken: set[int] = set()
    lacking = [(table, wanted) for table in tables for wanted in table.absent(required=True)]
    # What stands where it belongs goes before what does not.
    for own in (True, False):
        for table, wanted in list(lacking):
            pool = [row for other in tables if (other is table) == own for row in other.strangers]
            fitting = [row for row in pool if is_row(row.label, wanted) or (own and is_akin(row.label, wanted))]
            row = next((row for row in fitting if id(row) not in taken), None)
            if row is not None:
                lacking.remove((table, wanted))
                taken.add(id(row))
                yield (table.spec.id, wanted.label), row


def card_rows(page: Page, found: Found) -> list[CardRow]:
    """The pairs of a section: rows of tables, columns of a table with one row, or bullets ``Label: value``."""
    key = f"card rows of {found.spec.id} at {found.first}"
    if key not in page.memory:
        page.memory[key] = _card_rows(page, found)
    rows: list[CardRow] = page.memory[key]
    return rows


def _card_rows(page: Page, found: Found) -> list[CardRow]:
    rows: list[CardRow] = []
    blocks = page.document.blocks
    for i in range(found.first, found.last):
        block = blocks[i]
        if isinstance(block, Table):
            rows.extend(_table_rows(page, block, found))
    for bullet in page.document.bullets_in(found.first, found.last):
        first = blocks[bullet.first] if bullet.first < bullet.last else None
        if isinstance(first, Paragraph):
            row = _bullet_row(first.text, bullet.line)
            if row is not None:
                rows.append(row)
    return rows


def _table_rows(page: Page, table: Table, found: Found) -> list[CardRow]:
    header, body = table.header, table.rows
    specs = found.spec.table.rows if found.spec.table is not None else ()
    if len(header) > 2 and body and specs:
        in_header = sum(any(is_row(c.text.text, s) for s in specs) for c in header)
        if in_header > 1 and in_header > sum(any(is_row(r[0].text.text, s) for s in specs) for r in body if r):
            return [_pair(page, label, [row[label.column] for row in body]) for label in header]  # labels across
    rows = [row for row in ((header, *body) if header[0].text.text.strip() else body) if len(row) > 1]
    return [_pair(page, row[0], list(row[1:])) for row in rows]


def _pair(page: Page, label: Cell, values: list[Cell]) -> CardRow:
    """A label with the first of its cells that says something."""
    value = next((c for c in values if c.text.text.strip() or c.text.images), values[0])
    return CardRow(label.text.text.strip(), value.text, page.document.source.line_of(label.text.at))


def _bullet_row(text: Text, line: int) -> CardRow | None:
    label, colon, _ = text.text.partition(":")
    if not colon or len(label.split()) > 6:
        return None
    start = len(label) + 1
    at = text.source(start)
    value = Text(text.text[start:], (), at, text.end, text.links, text.images, text.comments, text.tags)
    return CardRow(label.strip(), value, line)


def is_row(label: str, spec: RowSpec) -> bool:
    """True if ``label`` names the row: as one of its names, perhaps with a remark in brackets or behind a dash."""
    return not spec.folded.isdisjoint(_names_in(label)) or _bare(label).endswith(spec.endings)


def _bare(label: str) -> str:
    return fold(label).strip(" :")


@functools.lru_cache(maxsize=1024)  # every label is held against every row of the template
def _names_in(label: str) -> frozenset[str]:
    """A label, and what stands in it before a remark."""
    seen = _bare(label)
    return frozenset((seen, _bare(seen.split("(")[0].split(" — ")[0].split(" – ")[0])))


@functools.lru_cache(maxsize=1024)
def _with_genitive(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(f"{name} {of} " for name in names for of in ("of", "for"))


def answers(rows: list[CardRow], spec: RowSpec, table: tuple[RowSpec, ...] = ()) -> list[CardRow]:
    """The rows that answer ``spec``: by label, or else by what another row says.

    The label of a row of ``table`` says nothing of another one: "LR schedule" is no answer to "LR".
    """
    known, endings = spec.folded, spec.endings
    named = [row for row in rows if not known.isdisjoint(row.names) or (endings and row.bare.endswith(endings))]
    if named:
        return named
    sought = _sought(spec)
    return [
        row
        for row in rows
        if any(low in row.low and _says(_text(row, phrase, table), phrase) for phrase, low in sought)
    ]


def _text(row: CardRow, phrase: str, table: tuple[RowSpec, ...]) -> str:
    """What the row says about another one: its label too, unless that is the name of a row of ``table``.

    A name that is the whole answer is one all the same: a row "LoRA" says by which method was trained.
    """
    known = row.bare != fold(phrase) and any(is_row(row.label, other) for other in table)
    return row.said if known else f"{row.label} {row.said}"


_COUNTED = "# "
"""What opens a phrase that answers with a number before it."""
_MANY = regex(r"\d[\d,.]*\s?[kKM]?\s+(?:[\w-]+\s+){0,2}$")


def _sought(spec: RowSpec) -> list[tuple[str, str]]:
    """The phrases that answer a row, each with what stands in lower case in every text that says it: few hold it."""
    return [(phrase, phrase.removeprefix(_COUNTED).lower()) for phrase in spec.said_as]


def _says(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text; "# rows" is "6,000 rows" or "200 labelled rows"."""
    counted = phrase.startswith(_COUNTED)
    return any(not counted or _MANY.search(text[:at]) for at in find_phrase(text, phrase.removeprefix(_COUNTED)))


def unrecorded(page: Page, row: CardRow) -> bool:
    """True if the row says, with a reason, that its value was not kept: ``not recorded — the pod is gone``."""
    value = fold(row.said)
    for word in map(fold, page.template.not_recorded):
        rest = value[len(word) :].lstrip() if value.startswith(word) else ""
        if any(rest.startswith(mark) and rest[len(mark) :].strip() for mark in page.template.separators):
            return True
    return False


_UNTRAINED = regex(
    r"\b(?:no|not|never|without(?: any)?|nothing (?:is|was)) (?:\w+ )?(?:train(?:ing|ed)?|fine-?tun(?:ing|ed))\b"
    r"|\buntrained\b|\b(?:prompting|sampling|inference|evaluation|generation) only\b",
    re.IGNORECASE,
)
_TRAINING = regex(r"^\W*(?:method|train\w*|fine-?tun\w*|recipe|procedure|trainable|approach|mode)\b", re.IGNORECASE)


def _explained(page: Page, row: CardRow, rows: Iterable[CardRow]) -> bool:
    """True if another row says why there is no such value: nothing was trained, or "n/a (closed-form solver)"."""
    return any(
        (_TRAINING.search(other.label) and _UNTRAINED.search(other.said)) or page.reason_not_to_apply(other.said)
        for other in rows
        if other is not row
    )


@functools.lru_cache(maxsize=64)
def _folded_marks(phrases: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What an unfilled cell says, with and without the marks around it."""
    return tuple((phrase, phrase.strip("`'\"*_ .")) for phrase in map(fold, phrases))


def unfilled(page: Page, row: CardRow, spec: RowSpec, rows: Iterable[CardRow] = ()) -> str | None:
    """Why a row's value says nothing; ``None`` where it says something, or one of ``rows``, its table, says why."""
    value = fold(row.said).strip("`'\"*_ .")
    raw = fold(row.said)
    if row.value.images:
        return None
    for phrase, bare in _folded_marks(page.template.phrases.unfilled_cells):
        if value == bare or raw == phrase:
            return f"says '{row.said}'" if row.said else "is empty"
        if " " in phrase and value.startswith(phrase + " "):
            return f"says '{row.said[:60]}'"
    reason = page.reason_not_to_apply(row.said)
    if reason is not None and _explained(page, row, rows):
        return None
    if value == "none" and spec.may_be_none:
        return None
    if reason == "":
        return f"says '{row.said}' without a reason"
    if reason and not spec.not_applicable:
        return f"says '{row.said[:60]}', but it always applies"
    return None
