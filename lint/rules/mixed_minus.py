"""CR803: two characters stand for minus."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Edit, Finding
from ..minus import minus_signs
from ..page import Page
from ..rule import Rule

__all__ = ["MixedMinus"]


class MixedMinus(Rule):
    """Some negative numbers are written with the minus sign U+2212 and some with a hyphen.

    ## Why is this bad?

    A search for a value finds half of its places, and a script that reads one spelling misses the other. Each number
    with a hyphen can be repaired by `--fix`.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    The slope is −0.42 at layer 10 and -0.62 at layer 20.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    The slope is −0.42 at layer 10 and −0.62 at layer 20; the learning rate is 1e-5.
    ````
    """

    code = "CR803"
    name = "mixed-minus"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        signs = list(minus_signs(page))
        hyphens = [sign for sign in signs if not sign.typographic]
        if len(hyphens) == len(signs):
            return
        starts = sorted(sign.text.source(sign.at) for sign in hyphens)
        if starts:
            others = len(starts) - 1
            more = f", and so {'has' if others == 1 else 'have'} {others} below" if others else ""
            yield self.finding(
                page,
                page.document.source.place(starts[0], starts[0] + 1),
                f"this number has a hyphen for a minus sign{more}; others have U+2212",
                "write − everywhere, or a hyphen everywhere",
                edits=tuple(Edit(start, start + 1, "−") for start in starts),
            )
