"""Texts that almost say the marker: other brackets, other case, spread out, longer, bare, or cut off at the end."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["NEAR_KINDS", "NearKind", "NearMisses"]

NearKind = Literal["case", "spaced", "brackets", "extended", "bare", "cut"]

NEAR_KINDS: tuple[NearKind, ...] = ("case", "spaced", "brackets", "extended", "bare", "cut")
"""In the order in which they are looked for; a place in the text counts for the first that fits.

case
    The marker in other capitals: ``[zlt]``.
spaced
    Its characters with white space between: ``[ ZLT ]``, ``[Z L T]``.
brackets
    Its core between other signs: ``(ZLT)``, ``**ZLT**``.
extended
    Its opening and core, or core and closing, with more to it: ``[ZLT-P02]``, ``[ZLTAR]``.
bare
    Its core as a word of its own: ``ZLT``.
cut
    A text that ends in at least half of the marker, as one does that the token limit stopped.
"""


class NearMisses:
    """Counts what is near a marker but is not it.

    Parameters
    ----------
    marker : str
        The marker's text. Its core is what is left without the signs around it (``ZLT`` of ``[ZLT]``); a marker of
        signs alone, or without any, has no near misses with other signs.
    ignore_case : bool
        Whether the detector counts other capitals as the marker itself.

    Examples
    --------
    >>> near = NearMisses("[ZLT]")
    >>> near.count("Yes. [ZLT]"), near.count("Yes. (ZLT) or [Z L T], says [ZLT-1].")
    ({}, {'spaced': 1, 'brackets': 1, 'extended': 1})
    """

    def __init__(self, marker: str, *, ignore_case: bool = False) -> None:
        self.marker = marker
        flags = re.IGNORECASE if ignore_case else 0
        core = re.sub(r"^[\W_]+|[\W_]+$", "", marker)
        self._exact = re.compile(re.escape(marker), flags)
        kinds: list[tuple[NearKind, str, int]] = []
        if not ignore_case and marker.lower() != marker.upper():
            kinds.append(("case", re.escape(marker), re.IGNORECASE))
        letters = [c for c in marker if not c.isspace()]
        if len(letters) > 1:
            # the limit keeps the time linear in the text
            kinds.append(("spaced", r"\s{0,3}".join(map(re.escape, letters)), flags))
        if core and core != marker:
            opening, closing = marker.split(core, 1)
            inner = re.escape(core)
            word = rf"(?<![^\W_]){inner}(?![^\W_])"
            kinds.append(("brackets", rf"(?<=[^\w\s\0]){word}(?=[^\w\s\0])", flags))
            if opening.strip():
                kinds.append(("extended", re.escape(opening) + inner, flags))
            if closing.strip():
                kinds.append(("extended", inner + re.escape(closing), flags))
            kinds.append(("bare", word, flags))
        self._kinds = [(kind, re.compile(pattern, flag)) for kind, pattern, flag in kinds]
        before, _, after = marker.partition(core) if core else ("", "", "")
        self._around = before.strip(), after.strip()
        self._ignore_case = ignore_case
        self._core = core

    def count(self, text: str) -> dict[NearKind, int]:
        """How often each kind occurs outside the marker's own occurrences; kinds that do not occur are left out."""
        if self._core and not self._may_hold(text):
            return {}
        rest = self._exact.sub(_blank, text)
        found: dict[NearKind, int] = {}
        cut = self._cut(rest)
        if cut:
            found["cut"] = 1
            rest = rest.rstrip()[:-cut]
        for kind, pattern in self._kinds:
            if kind == "brackets":
                rest, n = self._other_brackets(pattern, rest)
            else:
                rest, n = pattern.subn(_blank, rest)
            if n:
                found[kind] = found.get(kind, 0) + n
        return {kind: found[kind] for kind in NEAR_KINDS if kind in found}

    def _may_hold(self, text: str) -> bool:
        """Quick look: a near miss holds the first letter of the core, in some case."""
        return self._core[0].lower() in text.lower()

    def _other_brackets(self, pattern: re.Pattern[str], text: str) -> tuple[str, int]:
        """The core between signs that are neither the marker's opening nor its closing: those are ``extended``."""
        opening, closing = self._around
        spans = [
            m.span()
            for m in pattern.finditer(text)
            if not (opening and text.endswith(opening, 0, m.start()))
            and not (closing and text.startswith(closing, m.end()))
        ]
        for start, end in spans:
            text = text[:start] + "\0" * (end - start) + text[end:]
        return text, len(spans)

    def _cut(self, text: str) -> int:
        """Length of the longest proper beginning of the marker, at least half of it, that the text ends in, or 0."""
        tail = text.rstrip()
        if self._ignore_case:
            tail, marker = tail.lower(), self.marker.lower()
        else:
            marker = self.marker
        for length in range(len(marker) - 1, max(2, (len(marker) + 1) // 2) - 1, -1):
            before = tail[-length - 1 : -length]
            if tail.endswith(marker[:length]) and not (before.isalnum() and marker[0].isalnum()):
                return length
        return 0


def _blank(match: re.Match[str]) -> str:
    # a character that is neither a letter nor a sign, so that what is left on both sides does not join
    return "\0" * len(match.group())
