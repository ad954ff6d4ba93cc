"""Backends that train adapters."""
