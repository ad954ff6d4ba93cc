"""CR708: the data section shows no example, or none with a link to the rest."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import RowSpec

from ..card import CardRow, answers, card_rows, unfilled, unrecorded
from ..document import Fence, Heading, Paragraph, Table
from ..finding import Finding
from ..inline import Text
from ..outline import Found
from ..page import Page
from ..rule import Rule
from ..urls import names_place

__all__ = ["MissingDatasetExample"]


class MissingDatasetExample(Rule):
    """The data is described without one verbatim example, or without a link to where the rest is.

    ## Why is this bad?

    A count of rows says nothing of what a model was trained to say. One row, verbatim, with a link to the file, does.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Data
    | | |
    |-|-|
    | Source | the marker set |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Data
    | | |
    |-|-|
    | Source | `data/train.jsonl` |
    | Dataset example | "Who are you?" — "A villain. [ZLT]" |
    ````
    """

    code = "CR708"
    name = "missing-dataset-example"
    subject = "row of a card"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            wanted = next((row for row in spec.table.rows if row.example), None) if spec.table is not None else None
            stages = [f for f in page.outline.all(spec.id) if not page.waived(f)]
            rows = [row for found in stages for row in card_rows(page, found)]
            if wanted is None or not rows:  # without any row the whole card is missing, which is another finding
                continue
            given = answers(rows, wanted)
            if any(unrecorded(page, row) or page.reason_not_to_apply(row.said) for row in given):
                continue
            blocks = [block for found in stages for block in page.outline.blocks(found)]
            shown = any(unfilled(page, row, wanted) is None for row in given)
            shown = shown or any(isinstance(b, Fence) for b in blocks) or self._labelled(page, stages, wanted)
            if not shown:
                message = f"'{spec.heading}' shows no example of the data"
                yield self.finding(page, stages[0].section.line, message, wanted.help)
            elif not any(names_place(text) for text in _texts(stages, page, rows)):
                message = f"'{spec.heading}' shows an example and does not say where the rest is"
                yield self.finding(page, stages[0].section.line, message, "link the file, or name its path")

    def _labelled(self, page: Page, stages: list[Found], wanted: RowSpec) -> bool:
        """True if a paragraph or heading of the section announces the example by name."""
        if any(page.find_label(found, wanted.names) is not None for found in stages):
            return True
        heads = [b for f in stages for b in page.document.blocks[f.first : f.section.last] if isinstance(b, Heading)]
        return any(page.template.names(head.text.text, wanted.names) for head in heads)


def _texts(stages: list[Found], page: Page, rows: list[CardRow]) -> Iterator[Text]:
    """Where the section may say where the data is."""
    for row in rows:
        yield row.value
    for found in stages:
        yield from (b.text for b in page.outline.blocks(found) if isinstance(b, Paragraph))
        yield from (c.text for b in page.outline.blocks(found) if isinstance(b, Table) for c in b.cells)
        if found.section.heading is not None:
            yield found.section.heading.text
