"""CR108: the title does not end in a confidence marker."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import confidence_lines, title_marker
from ..document import Title
from ..finding import Edit, Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingTitleMarker"]


class MissingTitleMarker(Rule):
    """The title does not end in the confidence marker.

    ## Why is this bad?

    A claim without its confidence is quoted as if it were certain.

    ## Fails

    ````markdown
    # Leakage falls with distance
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (MODERATE confidence)
    ````
    """

    code = "CR108"
    name = "missing-title-marker"
    subject = "title"

    def check(self, page: Page) -> Iterator[Finding]:
        levels = page.template.confidence.levels
        for title in page.titles:
            if title.text and title_marker(title, page.template) is None:
                endings = " or ".join(page.template.title.ending(level) for level in levels)
                place = page.document.source.place(title.at, title.end)
                message = "the title has no confidence marker"
                yield self.finding(page, place, message, f"end it with {endings}", edits=self._edits(page, title))

    def _edits(self, page: Page, title: Title) -> tuple[Edit, ...]:
        """The marker of the one level that the page states; nothing where it states none, or several."""
        stated = {line.level for line in confidence_lines(page)}
        if len(stated) != 1 or "(" in title.text[-30:] or not stated <= set(page.template.confidence.levels):
            return ()
        written = page.document.source.text[title.at : title.end]
        if "\n" in written or not written.strip():
            return ()
        # Inside the quotes of front matter, and before the full stop that titles do not have.
        end = title.at + len(written.rstrip().rstrip("'\"").rstrip(" ."))
        return (Edit(end, end, f" {page.template.title.ending(stated.pop())}"),)
