"""Makes text from data safe inside Markdown: names, cells and verbatim blocks can neither format nor break a page."""

from __future__ import annotations

import re
import unicodedata

from leakstats.numbers import format_count

__all__ = ["cell", "fenced", "safe", "visible"]

# Zero width, so that the text reads the same; it keeps "@name" and "#12" from becoming a mention or a reference.
_JOINER = "\u2060"
_MARKUP = re.compile(r"([\\`*~\[\]|]|(?<![^\W_])_|_(?![^\W_]))")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OPENING = re.compile(
    r"^(?:(\d{1,9})(?=[.)](?:\s|$)))?(#(?=#{0,5}(?:\s|$))|[-+](?=\s|$)|[-=](?=[-=]*\s*$)|(?<=\d)[.)])"
)
_REFERENCE = re.compile(r"(?<!\w)(@)(?=\w)|(?<!&)(#)(?=\d)")


def visible(text: str, *, lines: bool = False) -> str:
    """``text`` with control, bidirectional, private-use and unassigned characters shown as ``⟨U+202E⟩``.

    Line breaks stay where ``lines`` is true (all kinds become a plain newline) and are shown as blanks otherwise.

    >>> visible("a\\u202eb\\x00\\tc")
    'a⟨U+202E⟩b⟨U+0000⟩ c'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if not lines:
        text = " ".join(text.split("\n"))
    if text.isascii() and text.isprintable():
        return text
    out = []
    for char in text:
        if char == "\n":
            out.append(char)
        elif char == "\t":
            out.append("    " if lines else " ")
        elif char == _JOINER or unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            out.append(f"⟨U+{ord(char):04X}⟩")
        else:
            out.append(char)
    return "".join(out)


def safe(text: str, *, limit: int = 2000) -> str:
    """``text`` as plain words in a paragraph: markup, HTML, mentions and issue references are neutralised.

    Beyond ``limit`` characters it is cut, and what was cut is said.

    >>> safe("a_b *bold* <b> `x` | [y](z)")
    'a_b \\\\*bold\\\\* &lt;b&gt; \\\\`x\\\\` \\\\| \\\\[y\\\\](z)'
    """
    if len(text) > limit:
        text = f"{text[:limit]} … ({format_count(len(text) - limit)} characters cut)"
    shown = _MARKUP.sub(r"\\\1", visible(text).translate(_HTML).strip())
    shown = _REFERENCE.sub(lambda m: (m[1] or m[2]) + _JOINER, shown)
    # A line that begins like a list, a quote or a rule would become one.
    return _OPENING.sub(lambda m: f"{m[1] or ''}\\{m[2]}", shown)


def cell(text: str) -> str:
    """``text`` as a table cell; an empty one becomes a dash.

    >>> cell("a|b")
    'a\\\\|b'
    """
    return safe(text) or "–"


def fenced(text: str, *, info: str = "text") -> str:
    """``text`` verbatim in a fence longer than any run of backticks inside.

    >>> print(fenced("a ``` b"))
    ````text
    a ``` b
    ````
    """
    shown = visible(text, lines=True)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{shown}\n{fence}"
