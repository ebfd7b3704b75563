"""What intervals rest on: the survey's replicate weights where their file is there, else a bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import DataError
from lib.estimates.drawn import is_of_random_rows
from lib.ui.scene import catalogue, own
from lib.words import literal

if TYPE_CHECKING:
    from lib.estimates.replicate_file import Ids, Weights

_REMEMBERED = 64
_problems: dict[str, str] = {}
"""Why files cannot be used, by their stamps: a file that was refused is not asked again until it changes."""


@dataclass(frozen=True)
class ReplicateFile:
    """The replicate weights of a wave, and the survey that they belong to.

    Attributes:
        path: The file.
        survey: The summary extract on view.
        stamp: Small, and another one once either file has changed: a key for what is made of them.
    """

    path: Path
    survey: Path
    stamp: str


def replicates_of(source: str) -> ReplicateFile | None:
    """The replicate weights that belong to a source; none where they are not there, or were found to be bad.

    Nothing is opened: it costs a look at the folder of downloads, and may be asked in every run of a page.
    """
    file = _file_of(source)
    return file if file and file.stamp not in _problems else None


def replicates_of_waves() -> dict[int, ReplicateFile]:
    """The same of every wave that is there, by year, at one look at the folder."""
    files = {wave: _file_of_wave(wave) for wave in catalogue.look().replicates}
    return {wave: file for wave, file in files.items() if file and file.stamp not in _problems}


def read_replicates(file: ReplicateFile) -> tuple[Ids, Weights]:
    """Ids and weights; see ``lib.sources.scf.replicates.read``. A first read takes seconds, later ones a blink.

    Raises:
        DataError: One sentence; from then on ``replicates_of`` leaves this file out and ``sureness_source`` says why.
    """
    # what reads them is loaded by whoever asks for intervals, not by every server
    from lib.sources.scf import replicates

    try:
        return replicates.read(file.path, survey=file.survey)
    except DataError as error:
        while len(_problems) >= _REMEMBERED:
            del _problems[next(iter(_problems))]
        _problems[file.stamp] = str(error)
        raise


def sureness_source(source: str) -> str:
    """What 95% intervals of a source rest on, in Markdown: a sentence or two for the page."""
    about = catalogue.about(source)
    bootstrap = f"95% intervals rest on a **bootstrap by {about.entity.singular}**"
    if is_of_random_rows(about):
        return f"95% intervals take the {about.entity.plural} as **drawn at random** from many more."
    if own.is_own(source) or about.wave is None:
        return f"{bootstrap}."
    if about.synthetic:
        return f"{bootstrap}: replicate weights are there for real {about.entity.plural} only."
    file = _file_of(source)  # looked at once: it may change at any time
    problem = _problems.get(file.stamp, "") if file else ""
    if file and not problem:
        name = literal(file.path.name)
        return f"95% intervals rest on the **Federal Reserve's replicate weights** of {about.wave} ({name})."
    loose = (
        f"{bootstrap}, which knows nothing of how they were sampled: beside published standard errors of net worth it "
        "comes out 0.9 to 1.7 times as large (median 1.4)"
    )
    if problem:
        return f"{loose}. {literal(problem)} The app goes on without it."
    return f"{loose}: the Federal Reserve's replicate weights of {about.wave} are not here."


def lacks_replicates(source: str) -> int | None:
    """The wave whose replicate weights would make the intervals of a source closer; None where there are none."""
    about = catalogue.about(source)
    if own.is_own(source) or about.synthetic or replicates_of(source):
        return None
    return about.wave


def _file_of(source: str) -> ReplicateFile | None:
    about = catalogue.about(source)
    if own.is_own(source) or about.synthetic or about.wave is None:
        return None
    return _file_of_wave(about.wave)


def _file_of_wave(wave: int) -> ReplicateFile | None:
    there = catalogue.look()
    path, survey = there.replicates.get(wave), there.surveys.get(wave)
    if path is None or survey is None:
        return None
    return ReplicateFile(path, survey, f"{path.name}-{catalogue.stamp(path)}-{catalogue.stamp(survey)}")
