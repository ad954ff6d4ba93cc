"""What became of every number of a page, and why.

Words are bound first and values compared second: a value that merely occurs somewhere in a file explains nothing.

- ``accounts``: the outcome of each number: grounded, derived, contradicted, unexplained, or not checked.
- ``prose``, ``cells``: what confirms a number in words, and one of a table; ``words``: the words that both know.
- ``anywhere``: what confirms a number of either.
- ``arithmetic``: numbers that follow from other numbers.
- ``known``: what the page and its results hold to confirm numbers by.
- ``explanation``: the answer that all of them give.
"""

__all__: list[str] = []
