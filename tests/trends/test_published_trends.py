"""Every wave that is there, against figures that were published of it."""

import csv

import pytest
from paths import FACTS, REAL, ROOT

from lib.population import Population
from lib.sources import download, scf
from lib.trends import Followed, look

with (FACTS / "published_trends.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))


@pytest.fixture
def wave_file(real_file):
    """The file of a wave, beside the project or among its downloads."""

    def find(wave):
        beside = dict(download.survey_files(REAL))
        if wave in beside:
            return real_file(beside[wave].name)
        fetched = download.readable(ROOT / "data" / "downloads")[0]
        if wave not in fetched:
            pytest.skip(f"needs the survey of {wave}")
        return fetched[wave]

    return find


@pytest.mark.real
@pytest.mark.parametrize("wave", sorted({int(row["wave"]) for row in PUBLISHED}))
def test_the_figures_are_the_published_ones(wave_file, wave):
    rows = [row for row in PUBLISHED if int(row["wave"]) == wave]
    wanted = [(Followed(row["statistic"], row["column"]), Population.parse(row["population"]), row) for row in rows]
    columns = {name for followed, population, _ in wanted for name in (*followed.columns, *population.columns)}
    data = scf.read(wave_file(wave), columns=sorted(columns)).in_dollars(2022)
    for followed, population, row in wanted:
        found = look(data, population, followed, dollars=2022).table.iloc[0]
        published = float(row["published"])
        relative = row["within"].endswith("%")
        within = float(row["within"].rstrip("%")) / 100 * published if relative else float(row["within"])
        assert found["value"] == pytest.approx(published, abs=within), row
        assert found["low"] < published < found["high"], row
