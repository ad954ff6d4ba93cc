"""Backends that draw completions."""
