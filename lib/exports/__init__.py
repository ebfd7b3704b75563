"""What leaves the app: tables, recipes, pictures and reports, each saying where it came from.

Nothing here draws on a page; everything takes results and gives bytes or text.
"""

from lib.exports.pictures import png, svg
from lib.exports.provenance import Provenance, provenance
from lib.exports.recipes import read_recipe, recipe_json
from lib.exports.report import Figure, report
from lib.exports.tables import Exported, lenses, member_table, members, plain_csv, profiles, trend

__all__ = [
    "Exported",
    "Figure",
    "Provenance",
    "lenses",
    "member_table",
    "members",
    "plain_csv",
    "png",
    "profiles",
    "provenance",
    "read_recipe",
    "recipe_json",
    "report",
    "svg",
    "trend",
]
