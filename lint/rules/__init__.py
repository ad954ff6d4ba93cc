"""The rules, one in a module; :mod:`leakstats.lint.registry` finds them all."""

__all__: list[str] = []
