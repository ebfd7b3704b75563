"""Where a figure came from: the same few facts beside every file, under every picture, in every report."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lib import VERSION
from lib.dataset import MEMBERS, ROWS, Codebook, Counting, Dataset, Preparing
from lib.population import Population
from lib.segments import Recipe
from lib.segments.algorithms import recipe_words
from lib.subject import Subject
from lib.tables.cells import clean_name
from lib.words import capitalised

APP = "Household Segments"

UNWEIGHTED = "every row once, the table has no weights"

_LONG = 4_000


@dataclass(frozen=True)
class Provenance:
    """Where something came from.

    Attributes:
        data: Name of the data.
        vintage: Which release of the file it was.
        fingerprint: Hash of the data and of what was done to it.
        wave: Survey year, or None.
        dollars: Year of the dollars, or None.
        counting: How members were counted, in words.
        title: The population's name.
        population: The population in the language of conditions; empty for everyone.
        population_words: The same for a reader.
        recipe: What the segments were made by, or None.
        synthetic: Whether the data were drawn from a model.
        subject: What kind of table it is.
        preparation: How the table was read and prepared, where other rows can be prepared alike.
        prepared: The steps of that for a reader.
        version: Version of the app.
    """

    data: str
    vintage: str
    fingerprint: str
    wave: int | None
    dollars: int | None
    counting: str
    title: str
    population: str
    population_words: str
    recipe: Recipe | None
    synthetic: bool
    subject: Subject
    preparation: Preparing | None = None
    prepared: tuple[str, ...] = ()
    version: str = VERSION

    def facts(self) -> dict[str, str]:
        """Label to words, one line each; what is not known is left out."""
        facts = {
            "Made with": f"{APP} {self.version}",
            "Synthetic": f"yes. {self.synthetic_words}." if self.synthetic else "",
            "Data": self.data,
            "Release": self.vintage,
            "Survey wave": str(self.wave or ""),
            "Dollars": f"{self.dollars} dollars" if self.dollars else "",
            "Counting": self.counting,
            capitalised(self.subject.entity.plural): self.title,
            "Population": self.population or "everyone",
            "Population in words": self.population_words,
            "Prepared": "; ".join(f"{number}. {words}" for number, words in enumerate(self.prepared, start=1)),
            "Recipe": json.dumps(self.recipe.to_dict(), ensure_ascii=False) if self.recipe else "",
            "Fingerprint": self.fingerprint,
        }
        return {label: clean_name(words, _LONG) for label, words in facts.items() if words}

    @property
    def synthetic_words(self) -> str:
        """What is said of synthetic data, on everything that is made from them."""
        return self.subject.wording.synthetic

    @property
    def citation(self) -> str:
        """How to cite the data."""
        words = self.subject.wording.citation
        is_whole = bool(words) and (self.wave is not None or "{wave}" not in words)
        return words.format(wave=self.wave) if is_whole and not self.synthetic else self.data

    @property
    def who(self) -> str:
        """The population by its name and in words, once where these are the same."""
        return self.title if self.title == self.population_words else f"{self.title}: {self.population_words}"

    @property
    def terms(self) -> dict[str, str]:
        """The same by Dublin Core's terms, which other programs know; what is not known is empty."""
        release = f"{self.data}, {self.vintage}" if self.vintage else self.data
        whole = f"{release}. {self.synthetic_words}." if self.synthetic else release
        made = f"{self.recipe_words}; " if self.recipe else ""
        terms = {
            "description": f"{self.who}. Counted are {self.counting}.",
            "source": whole,
            "bibliographicCitation": self.citation,
            "provenance": f"{made}made with {APP} {self.version}.",
        }
        return {term: clean_name(words, _LONG) for term, words in terms.items()}

    @property
    def line(self) -> str:
        """One line for under a picture."""
        counted = f"{self.dollars} dollars, " if self.dollars else ""
        unsaid = self.synthetic and "synthetic" not in self.data.casefold()
        name = f"{self.data} (synthetic)" if unsaid else self.data
        return f"{self.title} · {name} · {counted}{self.counting.split(',')[0]} · {APP} {self.version}"

    @property
    def recipe_words(self) -> str:
        """The recipe in a line; empty without one."""
        return "" if self.recipe is None else recipe_words(self.recipe, self.counting.partition(",")[0])


def provenance(
    dataset: Dataset,
    population: Population,
    title: str,
    recipe: Recipe | None = None,
    *,
    counting: Counting | None = None,
    codebook: Codebook | None = None,
) -> Provenance:
    """Where figures about a population come from.

    Args:
        dataset: The data, whichever columns are loaded.
        population: The members looked at.
        title: Their name.
        recipe: What they were segmented by, if they were.
        counting: How they are counted; by default as the recipe says, else by weight.
        codebook: For the population in words; by default the dataset's own.
    """
    how: Counting = counting or (recipe.counting if recipe else MEMBERS)
    wording = dataset.subject.wording
    words = wording.rows if how == ROWS else wording.weighted
    return Provenance(
        data=dataset.name,
        vintage=dataset.vintage,
        fingerprint=dataset.fingerprint,
        wave=dataset.wave,
        dollars=dataset.dollars,
        counting=UNWEIGHTED if dataset.weight is None else words.replace("{members}", dataset.entity.plural),
        title=clean_name(title, 200),
        population=str(population),
        population_words=population.words(codebook or dataset.codebook),
        recipe=recipe,
        synthetic=dataset.synthetic,
        subject=dataset.subject,
        preparation=dataset.preparation,
        prepared=dataset.preparation.words(codebook or dataset.codebook) if dataset.preparation else (),
    )
