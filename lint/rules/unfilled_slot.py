"""CR121: a slot was left unfilled."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..inline import Text
from ..page import Page
from ..rule import Rule
from ..source import Place
from ..words import find_phrases

__all__ = ["UnfilledSlot"]

_LONGEST_SLOT = 60


class UnfilledSlot(Rule):
    """A placeholder was left in the text.

    ## Why is this bad?

    ``TBD`` and ``{{N}}`` stand where a reader expects a fact. Code and verbatim quotations may hold them.

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    We trained TBD personas, each on {{N}} rows and <TODO> steps.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    The prompt template holds `{{persona}}`; we trained 12 personas.
    ````
    """

    code = "CR121"
    name = "unfilled-slot"
    subject = "text"

    def check(self, page: Page) -> Iterator[Finding]:
        phrases = page.template.phrases
        marks = phrases.sentinel_words + phrases.sentinel_marks
        texts = page.document.texts()
        # A cell all in code style is still the cell's value; code among words is a mention.
        seen = [_visible(text, of_cell=scope == "table") for text, scope in texts]
        suspect = bool(find_phrases("\n".join(seen), marks))  # most pages hold none
        for (text, scope), visible in zip(texts, seen, strict=True):
            if scope == "quote":
                continue
            if suspect:
                yield from self._in(page, text, visible, marks)
            for tag in text.tags:
                low = tag.text.lower()
                if any(low.startswith(mark.lower()) for mark in phrases.sentinel_marks if mark.startswith("<")):
                    place = page.document.source.place(tag.at, tag.at + len(tag.text))
                    yield self._found(page, place, tag.text)
        for title in page.titles:
            if title.written is None:
                for start, end in find_phrases(title.text, marks)[:1]:
                    place = page.document.source.place(title.at, title.end)
                    yield self._found(page, place, title.text[start:end])

    def _in(self, page: Page, text: Text, visible: str, marks: tuple[str, ...]) -> Iterator[Finding]:
        ends = -1
        for start, end in find_phrases(visible, marks):
            if start < ends:  # the closing half of "{{N}}", or a word inside another mark
                continue
            close = visible.find("}}", end, end + _LONGEST_SLOT) if visible.startswith("{{", start) else -1
            ends = close + 2 if close >= 0 else end
            yield self._found(page, page.document.place(text, start, ends), visible[start:ends])

    def _found(self, page: Page, place: Place, slot: str) -> Finding:
        return self.finding(page, place, f"'{slot}' was left unfilled", "fill it in, or say why it is not known")


def _visible(text: Text, *, of_cell: bool) -> str:
    outside = text.without("code")
    if not of_cell or outside == text.text:
        return outside
    return outside if any(map(str.isalpha, outside)) else text.text
