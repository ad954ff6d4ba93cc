"""Parts of a page whose numbers nobody looked at: what is not read has not passed, and the report says so."""

from __future__ import annotations

from .document import Html, Paragraph, Table
from .evidence.cell_numbers import LONGEST_RESULT
from .evidence.grammar import read_numbers
from .evidence.knowledge import MOST_TABLE_NUMBERS
from .evidence.passages import MOST_CHARACTERS, MOST_NUMBERS, MOST_READ, effort
from .evidence.tables import MOST_CELLS, read_sheet
from .page import Page
from .report import UnreadPart

__all__ = ["unread_parts"]


def unread_parts(page: Page) -> tuple[UnreadPart, ...]:
    """What stands on the page, holds numbers and was too large or too strange to be read, in the page's order."""
    return tuple(sorted((*_tables(page), *_texts(page)), key=lambda part: part.line))


def _tables(page: Page) -> list[UnreadPart]:
    evidence = page.evidence
    read = {id(sheet.table) for sheet in evidence.sheets}
    numbers = sum(len(sheet.numbers) for sheet in evidence.sheets)
    out = []
    for i, block in enumerate(page.document.blocks):
        if not isinstance(block, Table) or block.quoted or i in evidence.card_blocks:
            continue
        if id(block) in read:
            texts = [cell.text.text for cell in block.cells]
            long = sum(len(text) > LONGEST_RESULT and _claims(text) for text in texts)
            if long:
                which = "1 cell of this table holds" if long == 1 else f"{long} cells of this table hold"
                said = f"{which} prose of more than {LONGEST_RESULT} characters"
                out.append(UnreadPart(block.line, said))
            continue
        cells = len(block.header) * len(block.rows)
        if cells > MOST_CELLS:
            out.append(UnreadPart(block.line, f"this table has {cells} cells, more than {MOST_CELLS}"))
        elif numbers + cells > MOST_TABLE_NUMBERS and read_sheet(block) is not None:
            out.append(UnreadPart(block.line, f"the tables above hold {numbers} numbers already"))
    return out


def _texts(page: Page) -> list[UnreadPart]:
    passages = page.evidence.passages
    read = {passage.block: passage for passage in passages}
    most = page.evidence.most_read
    last = max(read, default=-1) if effort(passages) >= most else None
    large = ", the most that is held against files so large" if most < MOST_READ else ""
    held = f"{sum(len(p.numbers) + 1 for p in passages)} paragraphs and numbers already{large}"
    out = []
    for i, block in enumerate(page.document.blocks):
        if isinstance(block, Html) and block.holds_several_texts and _claims(" ".join(r.text for r in block.text.runs)):
            out.append(UnreadPart(block.line, "this HTML holds several texts; as Markdown it would be read"))
        if not isinstance(block, Paragraph) or block.quoted:
            continue
        passage = read.get(i)
        if last is not None and i > last and _claims(block.text.text):
            out.append(UnreadPart(block.line, f"the text above holds {held}"))
            break
        if passage is None or passage.numbers:
            continue
        if len(passage.plain) > MOST_CHARACTERS and any(c.isdigit() for c in passage.plain):
            out.append(UnreadPart(block.line, f"this paragraph has more than {MOST_CHARACTERS} characters"))
        elif sum(map(str.isdigit, passage.plain)) > MOST_NUMBERS:
            out.append(UnreadPart(block.line, f"this paragraph has more than {MOST_NUMBERS} numbers"))
    return out


def _claims(text: str) -> bool:
    """True for a text with a number that could state a result; an issue, a date and a layer state none."""
    return any(n.role not in ("none", "index", "count") for n in read_numbers(text[:MOST_CHARACTERS]))
