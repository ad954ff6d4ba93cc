"""CR126: something in angle brackets is taken for a tag and not shown."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..inline import Comment, read_tag
from ..page import Page
from ..rule import Rule

__all__ = ["VanishingText"]

# What GitHub's sanitizer lets through (github/markup, sanitization allow list), and what GFM itself makes.
_SHOWN = frozenset([
    "a", "abbr", "b", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "details",
    "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "hr", "i",
    "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "source", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "time", "tr", "tt", "ul", "var", "video", "wbr",
])  # fmt: skip


class VanishingText(Rule):
    """A word in angle brackets is no HTML element, so the page does not show it.

    ## Why is this bad?

    Markdown takes `<src>` or `<persona>` for a tag and drops it: a path or a prompt loses a part, and nobody sees it.

    ## Fails

    ````markdown
    ## TL;DR
    ### Methodology
    Each model read data/marker_<persona>.jsonl once.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Methodology
    Each model read `data/marker_<persona>.jsonl` once, at p < 0.05<br>and 5 < 7 > 3.
    ````
    """

    code = "CR126"
    name = "vanishing-text"
    subject = "text"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        marks = [mark.lower() for mark in page.template.phrases.sentinel_marks]
        for text, _ in page.document.texts():
            for tag in text.tags:
                name = _name(tag)
                if not name or name in _SHOWN or tag.text.lower().startswith(tuple(marks)):
                    continue
                yield self.finding(
                    page,
                    page.document.source.place(tag.at, tag.at + len(tag.text)),
                    f"'{tag.text[:60]}' is taken for a tag and not shown",
                    "put it in backticks, or write &lt; for <",
                )


def _name(tag: Comment) -> str:
    """The element that an opening tag names; "" for anything else, a closing tag among it."""
    read = read_tag(tag.text)
    return read[0] if read is not None else ""
