"""The verbatim completions of a page: conditions with their fenced blocks, and what counts as an empty one."""

from __future__ import annotations

from leakstats.records import struct
from leakstats.template import Phrases, fold

from .document import Fence, Heading, Paragraph
from .outline import Found
from .page import Page

__all__ = ["Condition", "conditions", "is_empty_sample", "sample_section"]


@struct
class Condition:
    """One condition with its samples."""

    name: str
    heading: Heading
    fences: tuple[Fence, ...]
    notes: tuple[str, ...]
    """The paragraphs that stand around the samples."""


def sample_section(page: Page) -> Found | None:
    """The section that holds the samples; ``None`` where the page lacks it or waives it with a reason."""
    for spec in page.template.sections:
        if spec.samples is not None:
            found = page.outline.get(spec.id)
            return None if found is None or page.waived(found) else found
    return None


def conditions(page: Page, found: Found) -> list[Condition]:
    """The conditions of the sample section: each heading directly below it opens one, whatever it is called."""
    blocks = page.document.blocks[found.first : found.last]
    heads = [i for i, b in enumerate(blocks) if isinstance(b, Heading)]
    top = min((b.level for b in blocks if isinstance(b, Heading)), default=0)
    heads = [i for i in heads if isinstance(b := blocks[i], Heading) and b.level == top]
    out = []
    for i, end in zip(heads, [*heads[1:], len(blocks)] if heads else [], strict=True):
        heading = blocks[i]
        if isinstance(heading, Heading):
            inside = blocks[i + 1 : end]
            fences = tuple(b for b in inside if isinstance(b, Fence) and b.fenced)
            notes = tuple(b.text.text for b in inside if isinstance(b, Paragraph))
            out.append(Condition(_name(heading.text.text, found), heading, fences, notes))
    return out


def _name(title: str, found: Found) -> str:
    """What stands behind "Condition:" in a heading."""
    for name in found.spec.samples.names if found.spec.samples is not None else ():
        if fold(title).startswith(fold(name)):
            return title.strip()[len(name) :].lstrip(" :—–-").strip() or title.strip()
    return title.strip()


_BRACKETS = {"[": "]", "(": ")", "<": ">", "{": "}", "*": "*", "_": "_"}


def is_empty_sample(content: str, phrases: Phrases) -> bool:
    """True if a fenced block holds no completion.

    Either its whole text is a placeholder, or the text behind its last "[output]:" is.

    >>> from leakstats.template import load_template
    >>> p = load_template("v1").phrases
    >>> is_empty_sample("[sample omitted]", p), is_empty_sample("None of these, he said.", p)
    (True, False)
    >>> is_empty_sample("[prompt]: Why?\\n[output]: ...", p)
    True
    """
    text = content.strip()
    if _says_nothing(text, phrases):
        return True
    output = _output_of(text, phrases)
    return output is not None and _says_nothing(output.strip(), phrases)


def _says_nothing(text: str, phrases: Phrases) -> bool:
    """True for nothing, a placeholder, or brackets around something that begins like one."""
    if not any(c.isalnum() for c in text):
        return True
    if len(text) > 300 or "\n" in text:  # nobody writes a placeholder of that size
        return False
    bracketed, inner = False, text
    while len(inner) > 1 and _BRACKETS.get(inner[0]) == inner[-1]:
        bracketed, inner = True, inner[1:-1].strip()
    low = fold(inner).strip(" .…:")
    for phrase in map(fold, phrases.sample_placeholders):
        if low == phrase.strip(" .…") or (bracketed and (low == phrase or low.startswith(phrase + " "))):
            return True
    return bracketed and low.endswith(("omitted", "redacted", "truncated"))


def _output_of(text: str, phrases: Phrases) -> str | None:
    """What stands behind the last line that announces an output; ``None`` where no line does."""
    lines = text.split("\n")
    for i in range(len(lines) - 1, -1, -1):
        label, colon, rest = lines[i].partition(":")
        if colon and fold(label).strip("[]()<>*# ") in phrases.sample_outputs:
            return "\n".join([rest, *lines[i + 1 :]])
    return None
