"""Results files (results.v1): the design, the tables of rates and similarities, reading, writing and checking.

>>> from leakstats.results import load
>>> results = load("examples/assistant_variants/results.json")  # doctest: +SKIP
>>> results.table("source_rate").rate  # doctest: +SKIP
"""

from leakstats.results.check import document_violations
from leakstats.results.codec import from_document, to_document
from leakstats.results.design import (
    Canary,
    Control,
    CovariateSpec,
    Design,
    Detector,
    Exclusion,
    Family,
    Plan,
    Primary,
    Replication,
    Sample,
    Study,
)
from leakstats.results.model import ArrayFile, Attribute, FactorInfo, Results, factor_of
from leakstats.results.personas import Personas, Questions
from leakstats.results.store import load, save, validate_file
from leakstats.results.tables import (
    CellTable,
    Centring,
    Factor,
    GeometryTable,
    Level,
    NamedColumn,
    Reported,
    SimilarityTable,
    Table,
)

__all__ = [
    "ArrayFile",
    "Attribute",
    "Canary",
    "CellTable",
    "Centring",
    "Control",
    "CovariateSpec",
    "Design",
    "Detector",
    "Exclusion",
    "Factor",
    "FactorInfo",
    "Family",
    "GeometryTable",
    "Level",
    "NamedColumn",
    "Personas",
    "Plan",
    "Primary",
    "Questions",
    "Replication",
    "Reported",
    "Results",
    "Sample",
    "SimilarityTable",
    "Study",
    "Table",
    "document_violations",
    "factor_of",
    "from_document",
    "load",
    "save",
    "to_document",
    "validate_file",
]
