"""Finds Markdown in an author's block that would break the page around it."""

from __future__ import annotations

import re
from collections import Counter

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["structure_problems", "unwrapped"]

# A line that opens a block of its own, or is one: list item, heading, quote, table row, fence, HTML.
_OPENS = re.compile(r"\s*(?:[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||```|~~~|<)")
# A line that the next one may continue: no table row, fence or HTML, and no hard break at its end.
_GOES_ON = re.compile(r"\s*(?!```|~~~|\||<)\S.*(?<!  )(?<!\\)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_ALLOWED = {"details", "summary", "br", "sub", "sup", "kbd", "b", "i", "em", "strong", "code"}
_SINGLE = {"br"}
_END = "end-of-block-7f3a"


def structure_problems(text: str, first_line: int, deepest: int) -> list[tuple[int, str]]:
    """(line, what is wrong) for headings of the page's own levels, open fences and comments, and foreign HTML."""
    tokens = MarkdownIt("commonmark").enable("table").parse(f"{text}\n\n{_END}\n")
    out = []
    last = tokens[-2] if len(tokens) > 1 else None
    closed = last is not None and last.content == _END and last.level == 1
    for token in tokens:
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "heading_open" and int(token.tag[1]) <= deepest:
            said = (
                f"a heading of level {token.tag[1]}; the page's headings come from the template (deeper ones may stand)"
            )
            out.append((line, said))
        if token.type == "html_block":
            out += _html(token.content, line)
        elif token.type == "inline":
            for child in token.children or []:
                if child.type == "html_inline":
                    out += _html(child.content, line)
        if not closed and token.type in ("fence", "html_block") and _END in token.content:
            out.append((line, "a fence or comment that is not closed; it would swallow the rest of the page"))
            closed = True
    if not closed:
        out.append((first_line, "something that is not closed; it would swallow what follows"))
    out += _unbalanced(tokens, first_line)
    return out


def _html(content: str, line: int) -> list[tuple[int, str]]:
    if content.lstrip().startswith("<!--") and content.rstrip().endswith("-->"):
        return []
    tags = _TAG.findall(content)
    bad = [name for _, name, rest in tags if name.lower() not in _ALLOWED or rest.strip(" /")]
    if bad or not tags:
        shown = bad[0] if bad else content.strip()[:30]
        return [(line, f"the HTML {shown!r}; only {', '.join(sorted(_ALLOWED))} without attributes may stand")]
    return []


def _unbalanced(tokens: list[Token], first_line: int) -> list[tuple[int, str]]:
    depth: Counter[str] = Counter()
    for token in tokens:
        for part in [token, *(token.children or [])]:
            if part.type in ("html_block", "html_inline"):
                for slash, name, _ in _TAG.findall(part.content):
                    depth[name.lower()] += -1 if slash else 1
    return [
        (first_line, f"<{name}> is opened and closed unequally often")
        for name, count in depth.items()
        if count and name not in _SINGLE
    ]


def unwrapped(text: str) -> str:
    """``text`` with the line breaks inside paragraphs and list items made blanks: an issue page shows them as breaks.

    >>> unwrapped("one\\ntwo\\n\\n- a\\n  b\\n- c")
    'one two\\n\\n- a b\\n- c'
    """
    out: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        joins = not fence and mark is None and bool(out) and bool(line.strip())
        if mark is not None:
            if not fence:
                fence = mark[1]
            elif line.strip().startswith(fence):
                fence = ""
        joins = joins and not _OPENS.match(line) and _GOES_ON.fullmatch(out[-1]) is not None
        if joins:
            out[-1] = f"{out[-1].rstrip()} {line.strip()}"
        else:
            out.append(line)
    return "\n".join(out)
