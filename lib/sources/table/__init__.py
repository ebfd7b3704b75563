"""A table that somebody brings: what it is understood to be, changed by choices, and the Dataset made of it.

In one step, ``read``. In two, for a screen: ``understand`` says what is in a file, ``again`` follows choices about its
columns, ``as_dataset`` makes the Dataset. Choices are plain values that JSON can hold::

    {
        "delimiter": ";", "quote": '"', "encoding": "cp1252", "header": True, "skip": 0,  # of text
        "sheet": "Sheet 1",                                                               # of a workbook
        "columns": {
            "Income": {"role": "amount", "label": "Yearly income", "decimal": ",", "thousands": ".",
                       "currency": "EUR", "percent": False, "brackets": False, "missing": ["-"]},
            "Joined": {"role": "date", "dates": "day first"},
            "Region": {"role": "category", "levels": {"N": "North"}},
        },
    }

Whatever is left out is told from the file.
"""

from lib.sources.table.made import as_dataset, read
from lib.sources.table.understood import Understood, again, needs_reading, understand, understand_table

__all__ = ["Understood", "again", "as_dataset", "needs_reading", "read", "understand", "understand_table"]
