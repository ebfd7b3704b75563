"""Tables as files: plain CSV with its origin in a file beside it, Parquet with it in the metadata of the schema.

``pandas.read_csv(file)`` and ``pandas.read_parquet(file)`` read them. Text cells cannot start a formula.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as t

from lib import METADATA
from lib.dataset import Codebook, Dataset
from lib.exports.provenance import Provenance
from lib.segments import Others, Profile, Segmentation, profile
from lib.segments.describe.lenses import EVERYONE, Lenses
from lib.segments.describe.profile import check_same
from lib.segments.describe.sure import Sureness
from lib.tables import csvw
from lib.tables.cells import clean_name, clean_names, guarded_frame
from lib.tables.csvw import Column
from lib.trends import Trend
from lib.words import capitalised

_BOOLEAN = {True: "true", False: "false"}
"""As the W3C writes them, and every program reads them."""

_COLUMNS = {
    "implicate": Column(description="Which of the imputations of the same member it is, from 1."),
    "weight": Column(description="How many members the row stands for."),
    "segment": Column(description="Number of the segment; 0 is none, blank stands for all of them."),
    "segment_name": Column(description="Name of the segment."),
    "share": Column(description="Share of all members, 0 to 1."),
    "sampled": Column(description="Sampled members that the figure rests on."),
    "thin": Column(description="Whether these are too few to rely on."),
    "unsure": Column(description="Whether the figure is too unsure to rely on."),
    "column": Column(description="Name of the column that is described."),
    "label": Column(description="What that is called."),
    "unit": Column(description="What the figures are measured in."),
    "mean": Column(description="Mean, weighted as members are counted."),
    "median": Column(description="Median, weighted as members are counted."),
    "sd": Column(description="Standard deviation, weighted as members are counted."),
    "p25": Column(description="A quarter of the members have less."),
    "p75": Column(description="Three quarters of the members have less."),
    "difference": Column(description="Mean less that of all of them, in their standard deviations."),
    "standing": Column(description="Share of all of them below the median, 0 to 1."),
    "low": Column(description="Lower end of the 95% interval."),
    "high": Column(description="Upper end of the 95% interval."),
    "standard_error": Column(description="Standard error of the figure."),
    "stretch": Column(description="Figures of one line that have the same number compare with one another."),
    "base": Column(description="Of whom the figure is."),
    "n": Column(description="Sampled members in that base."),
}
"""Columns that the tables of the app have, and what they hold."""


@dataclass(frozen=True, eq=False)
class Exported:
    """A table as it leaves the app.

    Attributes:
        frame: Its cells; the index is left out.
        title: What it is, in a line.
        origin: Where it came from.
        columns: What is known of its columns, by name, besides what the app's own are.
        notes: What is worth knowing of it, a sentence each.
    """

    frame: pd.DataFrame
    title: str
    origin: Provenance
    columns: Mapping[str, Column] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def csv(self) -> bytes:
        """The cells alone, see ``plain_csv``."""
        return plain_csv(self.frame)

    def metadata(self, name: str) -> bytes:
        """What is said of the table in a file beside the CSV ``name``, see ``lib.tables.csvw``."""
        return csvw.metadata(
            name,
            pa.Schema.from_pandas(self.frame, preserve_index=False),
            self.origin.facts(),
            columns={**_COLUMNS, **self.columns},
            terms={"title": clean_name(self.title, 400), **self.origin.terms},
            remarks=[clean_name(note, 400) for note in self.notes],
        )

    def zipped(self, name: str) -> bytes:
        """The CSV file ``name`` and what is said of it in one archive."""
        return csvw.zipped(name, self.csv(), self.metadata(name))

    def parquet(self, name: str) -> bytes:
        """The Parquet file ``name``: cells with their types, and in its metadata what else lies beside a CSV file."""
        table = pa.Table.from_pandas(self.frame, preserve_index=False)
        told = {METADATA: json.dumps(self.origin.facts(), ensure_ascii=False), csvw.KEY: self.metadata(name)}
        file = io.BytesIO()
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **told}), file)
        return file.getvalue()


def plain_csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV: a header, and a line for each row; the index is left out, no cell starts a formula.

    Where letters are not all of ASCII the file begins with a mark by which spreadsheets know UTF-8.
    """
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    words = {field.name: frame[field.name].map(_BOOLEAN) for field in schema if t.is_boolean(field.type)}
    text = guarded_frame(frame.assign(**words)).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    return (b"" if text.isascii() else codecs.BOM_UTF8) + text.encode()


def described(codebook: Codebook, names: Sequence[str], dollars: int | None) -> dict[str, Column]:
    """What a codebook knows of some columns, for ``Exported``."""
    known = [(name, codebook[name]) for name in names if name in codebook]
    return {
        name: Column(
            variable.label,
            variable.definition,
            f"{dollars} dollars" if dollars and variable.unit == "dollars" else variable.measured_in,
        )
        for name, variable in known
    }


def member_table(
    dataset: Dataset, segmentation: Segmentation, names: Mapping[int, str], columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Every row that was segmented, with its segment.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        names: Name of each segment.
        columns: Columns to add after the features.

    Returns:
        ``household``, ``customer`` or whatever a member is (what names it), ``implicate`` (from 1, where there are
        several), ``weight`` (members the row stands for, where there are weights), ``segment`` (0 is unassigned),
        ``segment_name``, then the features and ``columns`` in their own units.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    called = clean_names(names)
    wanted = [name for name in dict.fromkeys((*segmentation.recipe.features, *columns)) if name in dataset.frame]
    table = pd.DataFrame(
        {
            dataset.entity.singular: dataset.ids,
            **({"implicate": dataset.implicate_codes + 1} if dataset.implicates > 1 else {}),
            **({"weight": dataset.weights()} if dataset.weight is not None else {}),
            "segment": segmentation.labels,
            "segment_name": [called.get(int(number), "") for number in segmentation.labels],
        }
    )
    own = dataset.frame[wanted].reset_index(drop=True)
    return pd.concat([table, own.rename(columns={n: f"{n} (column)" for n in wanted if n in table})], axis=1)


def members(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    columns: Sequence[str] = (),
) -> Exported:
    """``member_table``, to be handed on."""
    wanted = [*segmentation.recipe.features, *columns]
    known = described(dataset.codebook, wanted, origin.dollars)
    named = Column(dataset.id or "", f"What names the {dataset.entity.singular}.")
    own = {dataset.entity.singular: named}
    table = member_table(dataset, segmentation, names, columns)
    taken = {f"{name} (column)": column for name, column in known.items() if f"{name} (column)" in table}
    at_hand = {name: column for name, column in known.items() if f"{name} (column)" not in table}
    title = f"{capitalised(dataset.entity.plural)} with their segments: {origin.title}"
    return Exported(table, title, origin, {**own, **taken, **at_hand})


def profile_table(
    segmentation: Segmentation,
    described: Profile,
    names: Mapping[int, str],
    codebook: Codebook,
    sure: Sureness | None = None,
    *,
    title: str,
    beside: Others | None = None,
) -> pd.DataFrame:
    """A profile as one long table: a row per segment and column, sizes beside every row.

    Below the segments are all that were segmented, called ``title``, and those whom they are shown beside, if any.
    Where it is known how sure they are, the ends of 95 % intervals stand behind each figure, for segments.
    """
    called = clean_names(names)
    members = segmentation.entity.plural
    own = described.table.reset_index()
    if sure is not None and sure.method:
        ends = sure.profile.reindex(described.table.index).reset_index(drop=True)
        own = pd.concat([own, ends], axis=1)
        own["share_low"], own["share_high"] = (
            sure.sizes.loc[own["segment"], end].to_numpy() for end in ("low", "high")
        )
    own.insert(1, "segment_name", [called.get(int(number), "") for number in own["segment"]])
    sizes = segmentation.sizes.drop(columns="rows").rename(columns={"count": members})
    for name in (members, "share", "sampled", "thin"):
        own.insert(own.columns.get_loc("column"), name, sizes.loc[own["segment"], name].to_numpy())
    everyone = described.everyone.reset_index().assign(
        segment_name=clean_name(title),
        **{members: sizes[members].sum()},
        share=1.0,
        difference=0.0,
    )
    others = [] if beside is None else [beside.table.reset_index().assign(segment_name=clean_name(beside.title))]
    table = pd.concat([own.astype({"segment": "Int64"}), everyone, *others], ignore_index=True)
    at = table.columns.get_loc("column") + 1
    table.insert(at, "label", [codebook.label(name) for name in table["column"]])
    table.insert(at + 1, "unit", [codebook[name].measured_in if name in codebook else "" for name in table["column"]])
    return table


def profiles(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    *,
    described: Profile | None = None,
    columns: Sequence[str] | None = None,
    sure: Sureness | None = None,
    beside: Others | None = None,
) -> Exported:
    """What segments are like, to be handed on; see ``lib.segments.describe.profile`` and ``profile_table``.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        names: Name of each segment.
        origin: Where it came from.
        described: The profile, if it is there already.
        columns: Otherwise the columns to describe; by default the features.
        sure: How far off the figures may be, of the same columns.
        beside: Those whom they are shown beside, of the same columns.
    """
    told = described or profile(dataset, segmentation, columns)
    table = profile_table(segmentation, told, names, dataset.codebook, sure, title=origin.title, beside=beside)
    own = {dataset.entity.plural: Column(description=f"{capitalised(dataset.entity.plural)} in the segment, weighted.")}
    return Exported(table, f"What segments are like: {origin.title}", origin, {**own, **_ends(table)})


def _ends(table: pd.DataFrame) -> dict[str, Column]:
    """Columns that are ends of the interval of another."""
    ends = {"low": "Lower", "high": "Upper"}
    parted = [(name, *name.rpartition("_")) for name in table]
    return {
        name: Column(description=f"{ends[end]} end of the 95% interval of {of}.")
        for name, of, _, end in parted
        if of and end in ends
    }


def lenses(found: Lenses, names: Mapping[int, str], origin: Provenance) -> Exported:
    """Every lens, one row per figure and segment, to be handed on; ``low`` and ``high`` where there are intervals."""
    called = {**clean_names(names), EVERYONE: clean_name(origin.title)}
    table = found.table.drop(columns=["text", "between", *([] if found.intervals else ["low", "high"])])
    table.insert(6, "segment_name", [called.get(int(number), "") for number in table["segment"]])
    table["segment"] = table["segment"].astype("Int64").mask(table["segment"] == EVERYONE)
    title = f"Segments in columns they were not made from: {origin.title}"
    return Exported(table, title, origin, notes=(*found.notes, *filter(None, [found.intervals])))


def trend(followed: Trend, origin: Provenance) -> Exported:
    """A figure over waves, to be handed on: a row per wave and line; ``stretch`` numbers those of a line that compare.

    Its notes say which questions changed between the waves.
    """
    names = {wave.year: wave.name for wave in followed.waves}
    own = followed.table.drop(columns="line").rename(columns={"label": "who"})
    own.insert(0, "figure", f"{followed.title}: {followed.unit}")
    own.insert(2, "data", own["wave"].map(names))
    methods = {year: method for method, years in followed.methods.items() for year in years}
    ordered = [
        "figure",
        "wave",
        "data",
        "who",
        "value",
        "standard_error",
        "low",
        "high",
        "sampled",
        "unsure",
        "stretch",
    ]
    table = own[ordered].assign(method=own["wave"].map(methods).fillna(""))
    return Exported(table, f"{followed.title}: {followed.unit}, wave by wave", origin, notes=tuple(followed.notes))
