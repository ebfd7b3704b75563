"""Maps made beforehand."""

from lib.maps import Store
from lib.maps.first import first_views, prepare
from lib.maps.store import SHIPPED


def test_first_views_are_every_named_population_by_both_methods(sample):
    asked = list(first_views(sample))
    assert len(asked) == 2 * len(sample.subject.populations)
    assert {request.method for request in asked} == {"tsne", "umap"}
    assert len({request.key for request in asked}) == len(asked)


def test_those_of_the_sample_are_shipped_and_none_is_made_again(sample, tmp_path):
    store = Store(cache=tmp_path, shipped=SHIPPED)
    assert all(request.finished(store) is not None for request in first_views(sample))
    assert prepare(sample, store=store) == 0
    assert list(tmp_path.iterdir()) == []
