"""The YAML block that may open a page: its scalars with their places, read without building any object."""

from __future__ import annotations

import re

from leakstats.records import struct

from .regex import regex
from .source import Source

__all__ = ["Entry", "FrontMatter", "read_front_matter"]

# A real one holds a dozen lines. PyYAML is slow and recursive, so what is longer is not read.
_MOST_CHARACTERS = 16_384


@struct
class Entry:
    """One ``key: value`` with a scalar value."""

    key: str
    value: str
    at: int
    """Offset of the value in the page."""
    end: int


@struct
class FrontMatter:
    """The block with its lines; ``problem`` says why it could not be read."""

    last_line: int
    """1-based line of the closing ``---``."""
    entries: tuple[Entry, ...] = ()
    problem: str = ""
    problem_line: int = 1

    def get(self, key: str) -> Entry | None:
        """The scalar called ``key``."""
        return next((e for e in self.entries if e.key == key), None)


def read_front_matter(source: Source) -> FrontMatter | None:
    """The front matter of a page; ``None`` where the page does not open with one.

    A thematic break at the top followed by prose and another break is no front matter.
    """
    if source.line(1).rstrip() != "---":
        return None
    last, size = 0, 0
    for number in range(2, source.n_lines + 1):
        line = source.line(number)
        size += len(line) + 1
        if line.rstrip() in ("---", "..."):
            last = number
            break
        if size > _MOST_CHARACTERS:
            return FrontMatter(0, (), f"front matter is longer than {_MOST_CHARACTERS} characters, or is not closed")
    if not last:
        return None
    begin = source.start_of(2)
    text = source.text[begin : source.start_of(last)]
    plain = _plain(text, begin)
    return FrontMatter(last, plain) if plain is not None else _parse(text, begin, last)


_SAFE = r"[^:#'\"\[\]{},&*!|>%@`\\]"
_PLAIN = regex(
    rf"(?P<key>[A-Za-z_][\w-]*): +(?P<value>'(?:[^']|'')*'|[A-Za-z0-9(](?:{_SAFE}*(?! ){_SAFE})?) *", re.ASCII
)


def _plain(text: str, begin: int) -> tuple[Entry, ...] | None:
    """The entries of a block of plain ``key: value`` lines; ``None`` where YAML itself must be asked.

    Most front matter is no more than that, and PyYAML takes longer to load than a page to parse.
    """
    entries: list[Entry] = []
    offset = begin
    for line in text.split("\n")[:-1]:
        found = _PLAIN.fullmatch(line)
        if found is None or not line.isprintable():
            return None
        value = found["value"]
        said = value[1:-1].replace("''", "'") if value[0] == "'" else value
        entries.append(Entry(found["key"], said, offset + found.start("value"), offset + found.end("value")))
        offset += len(line) + 1
    return tuple(entries) or None


def _parse(text: str, begin: int, last: int) -> FrontMatter | None:
    import yaml  # late: few pages need it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark is not None else 0)
        return FrontMatter(last, (), str(getattr(error, "problem", None) or "it is no YAML"), line)
    except RecursionError:
        return FrontMatter(last, (), "it is nested too deeply")
    if not isinstance(node, yaml.MappingNode):
        return FrontMatter(last) if node is None else None
    entries = []
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            at, end = value.start_mark.index, value.end_mark.index
            entries.append(Entry(key.value, value.value, begin + at, begin + end))
    return FrontMatter(last, tuple(entries))
