"""What an address says about the permanence of what it shows."""

from __future__ import annotations

from leakstats.template import FigureUrls

from .inline import Text
from .regex import regex

__all__ = ["is_pinned", "is_relative", "names_place"]

_PATH = regex(r"(?<![\w.-])[\w.-]+(?:/[\w.<>{}*-]+)+|(?<![\w.-])[\w-]+\.(?:jsonl?|csv|tsv|parquet|txt|gz)\b")
_HEX = frozenset("0123456789abcdef")


def is_relative(url: str) -> bool:
    """True for a path without scheme and host.

    >>> is_relative("figures/a.png"), is_relative("https://x.org/a.png"), is_relative("//x.org/a.png")
    (True, False, False)
    """
    head = url.split("/", 1)[0]
    return bool(url) and ":" not in head and not url.startswith("//")


def is_pinned(url: str, rules: FigureUrls) -> bool:
    """True if the content behind ``url`` can never change.

    >>> from leakstats.template import load_template
    >>> rules = load_template("v1").figures
    >>> is_pinned("https://raw.githubusercontent.com/a/b/" + "0" * 40 + "/c.png", rules)
    True
    >>> is_pinned("https://raw.githubusercontent.com/a/b/main/" + "0" * 40 + "/c.png", rules)
    False
    """
    scheme, mark, rest = url.partition("://")
    if not mark or scheme.lower() != "https":
        return False
    path = rest.split("?", 1)[0].split("#", 1)[0]
    host, _, tail = path.partition("/")
    parts = [host.lower(), *tail.split("/")]
    return any(_matches(parts, form.split("/"), rules.commit_hex) for form in rules.pinned)


def _matches(parts: list[str], form: list[str], digits: int) -> bool:
    if not form:
        return not parts
    if form[0] == "**":
        return any(_matches(parts[i:], form[1:], digits) for i in range(min(len(parts), 64) + 1))
    if not parts:
        return False
    if form[0] == "{commit}":
        fits = len(parts[0]) == digits and _HEX.issuperset(parts[0].lower())
    else:
        fits = bool(parts[0]) if form[0] == "*" else parts[0] == form[0]
    return fits and _matches(parts[1:], form[1:], digits)


def names_place(text: Text) -> bool:
    """True if the text links something or names a file, a path or a repository: ``data/train.jsonl``, ``lab/set``."""
    return bool(text.links) or bool(_PATH.search(text.text))
