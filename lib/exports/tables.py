"""Tables as files: CSV with its origin in comment lines, Parquet with it in the metadata of the schema.

``pandas.read_csv(file, comment="#")`` and ``pandas.read_parquet(file)`` read them. Text cells cannot start a formula;
all text is quoted, so that a # inside a name starts no comment.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib import METADATA
from lib.dataset import Codebook, Dataset
from lib.exports.provenance import Provenance
from lib.segments import Others, Profile, Segmentation, profile
from lib.segments.describe.lenses import EVERYONE, Lenses
from lib.segments.describe.profile import check_same
from lib.segments.describe.sure import Sureness
from lib.tables.cells import clean_name, clean_names, comment_lines, guarded_frame
from lib.trends import Trend


def csv_bytes(frame: pd.DataFrame, origin: Provenance) -> bytes:
    """Any table as a CSV file that says where it came from (the index is left out)."""
    text = guarded_frame(frame).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    return (origin.comment() + text).encode()


def parquet_bytes(frame: pd.DataFrame, origin: Provenance) -> bytes:
    """Any table as a Parquet file; its schema's metadata holds the origin as JSON under ``household_segments``."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    facts = json.dumps(origin.facts(), ensure_ascii=False).encode()
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), METADATA: facts}), file)
    return file.getvalue()


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


def members_csv(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    columns: Sequence[str] = (),
) -> bytes:
    """``member_table`` as CSV."""
    return csv_bytes(member_table(dataset, segmentation, names, columns), origin)


def members_parquet(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    columns: Sequence[str] = (),
) -> bytes:
    """``member_table`` as Parquet."""
    return parquet_bytes(member_table(dataset, segmentation, names, columns), origin)


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


def profiles_csv(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    *,
    described: Profile | None = None,
    columns: Sequence[str] | None = None,
    sure: Sureness | None = None,
    beside: Others | None = None,
) -> bytes:
    """What segments are like, as CSV; see ``lib.segments.describe.profile`` and ``profile_table``.

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
    return csv_bytes(table, origin)


def lenses_csv(lenses: Lenses, names: Mapping[int, str], origin: Provenance) -> bytes:
    """Every lens as CSV, one row per figure and segment; ``low`` and ``high`` where there are intervals."""
    called = {**clean_names(names), EVERYONE: clean_name(origin.title)}
    table = lenses.table.drop(columns=["text", "between", *([] if lenses.intervals else ["low", "high"])])
    table.insert(6, "segment_name", [called.get(int(number), "") for number in table["segment"]])
    table["segment"] = table["segment"].astype("Int64").mask(table["segment"] == EVERYONE)
    return csv_bytes(table, origin)


def trend_csv(trend: Trend, origin: Provenance) -> bytes:
    """A figure over waves as CSV: a row per wave and line; ``stretch`` numbers those of a line that compare.

    The comment on top says what the figure is, and which questions changed between the waves.
    """
    names = {wave.year: wave.name for wave in trend.waves}
    own = trend.table.drop(columns="line").rename(columns={"label": "who"})
    own.insert(0, "figure", f"{trend.title}: {trend.unit}")
    own.insert(2, "data", own["wave"].map(names))
    methods = {year: method for method, years in trend.methods.items() for year in years}
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
    notes = "".join(comment_lines({"Note": clean_name(note, 400)}) for note in trend.notes)
    return notes.encode() + csv_bytes(table, origin)
