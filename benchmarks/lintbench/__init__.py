"""Measures the linter on labelled pages of several writers: a generator, mutators, correct rewrites and a scorer."""

__all__: list[str] = []
