"""Renders an analysis and an author's prose into a page on which no number was typed."""

from __future__ import annotations

__all__: list[str] = []
