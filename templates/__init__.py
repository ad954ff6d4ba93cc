"""The definitions of the pages: one folder a kind, one folder a version; read through ``leakstats.contracts``."""
