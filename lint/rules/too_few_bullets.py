"""CR114: a list that the template asks for is absent or too short."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import fold

from ..document import Bullet, Table
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["TooFewBullets"]


class TooFewBullets(Rule):
    """A list that the template asks for is absent or has too few bullets.

    ## Why is this bad?

    Takeaways, next steps and caveats are read as lists; what is not stated there was not claimed, planned or admitted.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - **The rate falls with distance (ρ = −0.74, N = 12).**
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - **The rate falls with distance (ρ = −0.74, N = 12).**
    - **It falls at every layer (N = 12).**
    ````
    """

    code = "CR114"
    name = "too-few-bullets"
    subject = "section of bullets"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or page.waived(block.found):
                continue
            wanted, label = spec.bullets, spec.bullets.label
            if label and block.label is None:
                yield self.finding(
                    page,
                    block.label_line,
                    f"'{spec.heading}' has no '{label}' list",
                    f"write **{label}:** and at least {wanted.min} bullet{'s' * (wanted.min != 1)}",
                )
            elif len(block.bullets) < wanted.min and (
                label or not self._tabled(page, block.found.first, block.found.last)
            ):
                name = label or spec.heading
                yield self.finding(
                    page,
                    block.label_line,
                    f"'{name}' has {len(block.bullets)} bullet{'s' * (len(block.bullets) != 1)}; "
                    f"the template asks for at least {wanted.min}",
                    spec.purpose,
                )
            else:
                for name in wanted.labels:
                    if not any(self._opens(page, bullet, name) for bullet in block.bullets):
                        yield self.finding(
                            page,
                            block.label_line,
                            f"no bullet of '{label or spec.heading}' is labelled '{name}'",
                            f"write **{name}:** and what is to say of it",
                        )

    @staticmethod
    def _opens(page: Page, bullet: Bullet, name: str) -> bool:
        """True if a bullet opens with a label, in bold or before a colon."""
        head, colon, _ = bullet.text.text.partition(":")
        return page.label_in(bullet.text, (name,)) or (bool(colon) and fold(head) == fold(name))

    @staticmethod
    def _tabled(page: Page, first: int, last: int) -> bool:
        """True if a table takes the place of an unlabelled list."""
        return any(isinstance(b, Table) and b.rows for b in page.document.blocks[first:last])
