"""What leaves the app: tables, recipes, pictures and reports, each saying where it came from.

Nothing here draws on a page; everything takes results and gives bytes or text.
"""

from lib.exports.pictures import png, svg
from lib.exports.provenance import Provenance, provenance
from lib.exports.recipes import read_recipe, recipe_json
from lib.exports.report import Figure, report
from lib.exports.tables import (
    csv_bytes,
    lenses_csv,
    member_table,
    members_csv,
    members_parquet,
    parquet_bytes,
    profiles_csv,
    trend_csv,
)

__all__ = [
    "Figure",
    "Provenance",
    "csv_bytes",
    "lenses_csv",
    "member_table",
    "members_csv",
    "members_parquet",
    "parquet_bytes",
    "png",
    "profiles_csv",
    "provenance",
    "read_recipe",
    "recipe_json",
    "report",
    "svg",
    "trend_csv",
]
