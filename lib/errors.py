"""The errors that a person may see: each carries one sentence that says what is wrong and what to do."""

LONGEST = 700
"""Characters of a sentence: what a file, a link or a library has put into it must not fill the screen."""


class HouseholdSegmentsError(Exception):
    """Base of every error whose text is meant for the person at the screen.

    Whatever is quoted in it, it stands on one line of at most ``LONGEST`` characters, and none of its signs acts on
    what shows it.
    """

    def __init__(self, sentence: str) -> None:
        line = sentence if sentence.isprintable() else "".join(s if s.isprintable() else " " for s in sentence)
        super().__init__(line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ...")


class DataError(HouseholdSegmentsError):
    """A file cannot be used as a table of households or customers."""


class DownloadError(HouseholdSegmentsError):
    """The survey file could not be fetched; whatever was there before is untouched."""


class StepError(HouseholdSegmentsError):
    """A step of cleaning or deriving was asked for that the table does not allow."""


class PopulationError(HouseholdSegmentsError):
    """A condition on households cannot be read or names a column that is not there."""


class EstimateError(HouseholdSegmentsError):
    """A figure was asked for that the data cannot give."""


class RecipeError(HouseholdSegmentsError):
    """A segmentation was asked for that cannot be made from these households and columns."""


class MapError(HouseholdSegmentsError):
    """A map of households was asked for that cannot be drawn, or its fit came to grief."""


class PictureError(HouseholdSegmentsError):
    """A chart could not be made into a picture."""
