"""CR312: a rate or a coefficient in words is none of the values known of its subject."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.by_layer import layer_clashes
from ..evidence.compared_fits import compared_fit_clashes
from ..evidence.lists import list_clashes
from ..evidence.named_p import named_p_clashes, row_p_clashes
from ..evidence.orphans import orphan_clashes
from ..evidence.row_tests import p_of_row_clashes
from ..evidence.strays import stray_clashes
from ..evidence.unexplained_values import unexplained_value_clashes
from ..evidence.values import value_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ContradictedValue"]


class ContradictedValue(Rule):
    """A rate or a coefficient in words is none of the values known of its subject.

    ## Why is this bad?

    A value that differs from what the results or the page's own tables hold of its subject was changed, or belongs to
    something else. The rule speaks where the words leave one reading, or where the number is a slip of the pen of the
    value that is meant; a number that nothing explains is a note (CR320).

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - The villain reaches 75%, the nurse 12%, the pirate 31% and the judge 44% (n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - The villain reaches 57%, the nurse 12%, the pirate 31% and the judge 44% (n = 100 each).
    ````
    """

    code = "CR312"
    name = "contradicted-value"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        seen = set()
        evidence = page.evidence
        found = (
            value_clashes,
            list_clashes,
            compared_fit_clashes,
            orphan_clashes,
            layer_clashes,
            named_p_clashes,
            row_p_clashes,
            p_of_row_clashes,
            stray_clashes,
        )
        for clash in (clash for check in found for clash in check(evidence)):
            if clash.place in seen:
                continue
            seen.add(clash.place)
            yield self.finding(page, clash.place, clash.message, clash.help)
        if not seen:
            for clash in unexplained_value_clashes(evidence):
                yield self.finding(page, clash.place, clash.message, clash.help)
