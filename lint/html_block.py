"""Blocks of HTML: what a reader sees of them, and the comments, tags and pictures in them."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

from .document import Html
from .inline import Comment, Run, Spots, Text, html_image, read_tag

__all__ = ["read_html", "without_comments"]


def without_comments(content: str) -> str:
    """``content`` with the characters of HTML comments blanked out, line ends kept."""
    out, position = [], 0
    while (begin := content.find("<!--", position)) >= 0:
        end = content.find("-->", begin + 4)
        end = len(content) if end < 0 else end + 3
        out.append(content[position:begin])
        out.append("".join(c if c == "\n" else " " for c in content[begin:end]))
        position = end
    out.append(content[position:])
    return "".join(out)


_CODE = frozenset(["code", "pre", "script", "style", "svg", "textarea"])
_STYLING = frozenset(
    "a abbr b big br code del em font i img ins kbd mark s small span strong sub sup u".split(" ")  # noqa: SIM905
)

# A tag longer than this is no tag that anybody wrote; keeps unclosed "<" runs linear.
_LONGEST_TAG = 2_000
_LONGEST_ENTITY = 40


def read_html(content: str, line: int, end_line: int, spots: Spots, *, quoted: bool) -> Html:
    comments, position = [], 0
    while (begin := content.find("<!--", position)) >= 0:
        end = content.find("-->", begin + 4)
        comments.append(Comment(content[begin + 4 : end if end >= 0 else len(content)], spots.source(begin)))
        if end < 0:
            break
        position = end + 3
    visible = without_comments(content)
    images, pieces, tags, position = [], [], [], 0
    stretches, apart, names = 0, True, set()
    while (begin := visible.find("<", position)) >= 0:
        end = visible.find(">", begin, begin + _LONGEST_TAG)
        if end < 0:
            pieces.append((position, visible[position : begin + 1]))
            position = begin + 1
            continue
        pieces.append((position, visible[position:begin]))
        name = _tag_name(visible[begin : end + 1])
        names.add(name)
        if apart and pieces[-1][1].strip():
            stretches, apart = stretches + 1, False
        apart = apart or name not in _STYLING
        tags.append(Comment(visible[begin : end + 1], spots.source(begin)))
        tag = read_tag(visible[begin : end + 1])
        if tag is not None and tag[0] == "img":
            images.append(html_image(visible[begin : end + 1], tag[1], spots.source(begin)))
        position = end + 1
    pieces.append((position, visible[position:]))
    stretches += apart and bool(pieces[-1][1].strip())
    text = _html_text(pieces, tuple(tags), spots, len(content))
    code = not _CODE.isdisjoint(names)
    return Html(content, line, end_line, tuple(comments), tuple(images), text, stretches, code, quoted)


def _tag_name(tag: str) -> str:
    """The name in an opening or closing tag, in lower case."""
    words = tag.strip("</>").split(maxsplit=1)
    return words[0].lower() if words else ""


def _html_text(pieces: list[tuple[int, str]], tags: tuple[Comment, ...], spots: Spots, length: int) -> Text:
    """The text between tags, a run for each line."""
    runs, offset = [], 0
    for position, piece in pieces:
        for body, visible in _entities_apart(piece):
            runs.append(Run(visible, offset, spots.source(position), len(body), frozenset()))
            offset += len(visible)
            position += len(body)
    text = "".join(r.text for r in runs)
    starts = tuple(r.start for r in runs)
    return Text(text, tuple(runs), spots.source(0), spots.source(length), tags=tags, _starts=starts)


def _entities_apart(text: str) -> Iterator[tuple[str, str]]:
    """The lines of ``text`` as written and as seen, each HTML entity as a piece of its own."""
    for line in text.splitlines(keepends=True):
        position = search = 0
        while (begin := line.find("&", search)) >= 0:
            search = line.find(";", begin, begin + _LONGEST_ENTITY) + 1
            entity = line[begin:search]
            seen = unescape(entity)
            if not entity or seen == entity:
                search = begin + 1
                continue
            if position < begin:
                yield line[position:begin], line[position:begin]
            yield entity, seen
            position = search
        if position < len(line):
            yield line[position:], line[position:].replace("\n", " ")
