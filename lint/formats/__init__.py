"""A format is a function from a report to text."""

__all__: list[str] = []
