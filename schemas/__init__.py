"""The JSON Schemas of the files between the steps: ``NAME.vN.schema.json``, read by ``leakstats.contracts``."""
