"""CR705: a product of the reproducibility card does not come out."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answered_rows
from ..finding import Finding
from ..page import Page
from ..products import products
from ..rule import Rule

__all__ = ["WrongProduct"]


class WrongProduct(Rule):
    """A total of the reproducibility card is not the product of the factors written beside it.

    ## Why is this bad?

    One of the four numbers is wrong, and the effective batch size decides how far the learning rate carries.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Batch size (effective) | 64 (4 × 4 × 1) |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Batch size (effective) | 64 (per_device=4 x grad_accum=16 x GPUs=1) |
    ````
    """

    code = "CR705"
    name = "wrong-product"
    subject = "row of a card"

    def check(self, page: Page) -> Iterator[Finding]:
        for wanted, row, _ in answered_rows(page):
            for product in products(row.value.text) if wanted.product else ():
                if product.value != product.total:
                    factors = " × ".join(map(str, product.factors))
                    yield self.finding(
                        page,
                        page.document.place(row.value, product.start, product.end),
                        f"{factors} is {product.value}, not {product.total}",
                        "correct the total or the factors",
                    )
