"""Cached calls about waves of a survey: one is read at a time, and only its figures are kept."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from lib import exports, trends
from lib.dataset import Codebook, derived
from lib.errors import DataError
from lib.estimates import Replicates
from lib.segments import Recipe
from lib.segments.describe.labelled import SEGMENT, segment_variable
from lib.trends import Followed, Segments, Trend, Wave
from lib.ui.run import segment_results
from lib.ui.run.cache import find, put
from lib.ui.scene import catalogue
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.scene.sureness import ReplicateFile, read_replicates, replicates_of_waves
from lib.ui.scene.view import View
from lib.work.progress import Progress


@dataclass(frozen=True)
class Asked:
    """A figure over waves.

    Attributes:
        scene: The population and how it is counted, in the wave on view; with segments, the wave they were found in.
        views: The same in every wave, by year.
        replicates: Replicate weights of the waves that have them, by year.
        followed: What is followed.
    """

    scene: Scene
    views: Mapping[int, View]
    replicates: Mapping[int, ReplicateFile]
    followed: Followed

    @property
    def segmented(self) -> Segmented | None:
        """The scene, where segments are followed."""
        return self.scene if isinstance(self.scene, Segmented) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are read of every wave."""
        features = self.segmented.recipe.features if self.segmented else ()
        return tuple(
            name for name in (*self.followed.columns, *self.scene.view.population.columns, *features) if name != SEGMENT
        )

    @property
    def key(self) -> Hashable:
        """What the trend is kept under."""
        return tuple(map(self.of, self.views)), self.scene.key

    def of(self, year: int) -> Hashable:
        """What the figures of one wave are kept under."""
        found: tuple[Hashable, ...] = ()
        if self.segmented is not None:
            found = (self.scene.view.key, self.segmented.recipe)
        replicates = self.replicates.get(year)
        return self.views[year].key, self.followed, found, replicates and replicates.stamp


def ask(scene: Scene, followed: Followed) -> Asked:
    """Ask for a figure in all waves that are there."""
    drawn = scene.about.synthetic
    return Asked(scene, scene.view.over_waves(), {} if drawn else replicates_of_waves(), followed)


def known(asked: Asked) -> Trend | None:
    """The trend, if it is there already."""
    found: Trend | None = find("trends", asked.key)
    return found


def make(asked: Asked, progress: Progress) -> None:
    """Look at one wave after the other; those that were looked at before are not read again."""
    waves, segments = [], _segments(asked)
    for number, year in enumerate(asked.views):
        progress(number / len(asked.views), f"Reading {year}")
        waves.append(_wave(asked, year, segments))
    put("trends", asked.key, _together(asked, waves))


def _segments(asked: Asked) -> Segments | None:
    scene = asked.segmented
    return None if scene is None else Segments(scene.found.model, scene.names)


def _wave(asked: Asked, year: int, segments: Segments | None) -> Wave:
    found: Wave | None = find("waves", asked.of(year))
    if found is None:
        view = asked.views[year]
        data = catalogue.read(view.source, view.dollars, asked.columns)
        found = trends.look(
            data,
            view.population,
            asked.followed,
            counting=view.counting,
            dollars=view.dollars,
            segments=segments,
            replicates=_replicates(asked, year),
        )
        put("waves", asked.of(year), found)
    return found


def _replicates(asked: Asked, year: int) -> Replicates | None:
    """Those of one wave, not kept: of all waves they would take a quarter of a gigabyte."""
    file = asked.replicates.get(year)
    try:
        return None if file is None else Replicates(*read_replicates(file), "replicate weights")
    except DataError:
        return None  # the page on methods says what is wrong with the file


def _together(asked: Asked, waves: list[Wave]) -> Trend:
    scene, found = asked.scene, asked.segmented
    codebook, lines = scene.codebook, None
    if found is not None:
        codebook = Codebook({**codebook, SEGMENT: segment_variable(found.names, scene.entity)})
        lines = [float(number) for number in found.shown]
    return trends.trend(
        waves,
        asked.followed,
        scene.subject,
        codebook,
        who=scene.title,
        counted=scene.unit,
        dollars=scene.dollars,
        population=(*scene.view.population.columns, *(found.recipe.features if found else ())),
        lines=lines,
    )


def origin(asked: Asked, trend: Trend) -> exports.Provenance:
    """Where the figures come from: all the waves that they are of."""
    recipe: Recipe | None = asked.segmented.recipe if asked.segmented else None
    own = segment_results.origin(asked.scene.view, asked.scene.heading, recipe)
    told = [wave for wave in trend.waves if not wave.gap]
    return replace(
        own,
        data=", ".join(wave.name for wave in told),
        vintage="; ".join(f"{wave.name}: {wave.vintage}" for wave in told if wave.vintage),
        wave=told[0].year if len(told) == 1 else None,
        fingerprint=derived("", "|".join(wave.fingerprint for wave in told)),
    )
