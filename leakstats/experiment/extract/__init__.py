"""Backends that read hidden states."""
