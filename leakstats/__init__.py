"""Dependence-aware statistics for persona and marker leakage experiments on language models.

Importing this package is cheap: the heavy parts (numpy, scipy, pandas, matplotlib, torch) are imported by the
sub-packages that use them.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
