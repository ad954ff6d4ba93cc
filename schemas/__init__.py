"""The JSON Schemas of the files between the steps, one ``NAME.vN.schema.json`` each; read through ``leakstats.contracts``."""
