"""Judges clean-result pages: a Markdown page in, findings out."""

__all__: list[str] = []
