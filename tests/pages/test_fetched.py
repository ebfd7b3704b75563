"""Under which address a file stands that somebody fetches: another file is never under it, and nobody guesses it."""

import pytest
from streamlit.runtime import memory_media_file_storage as storage
from streamlit.runtime.media_file_manager import MediaFileManager

from lib.ui.run import fetched


@pytest.fixture
def addressed(monkeypatch):
    """The address of a file, and what is fetched from there."""
    monkeypatch.setattr(storage, "_calculate_file_id", storage._calculate_file_id)
    fetched.keep_addresses_private()
    files = storage.MemoryMediaFileStorage("/media")
    manager = MediaFileManager(files)

    def fetch(content, name="customers.csv", kind="text/csv"):
        url = manager.add(content, kind, "1.0", file_name=name, is_for_static_download=True)
        return url, files.get_file(url.rpartition("/")[2]).content

    return fetch


def test_two_large_files_that_differ_anywhere_stand_apart(addressed):
    """Streamlit looks at 64 kB at both ends and in the middle: the second visitor was given the first one's file."""
    anns = bytes(2**21)
    bens = anns[: 2**19] + b"1" + anns[2**19 + 1 :]
    (first, of_ann), (second, of_ben) = addressed(anns), addressed(bens)
    assert (of_ann, of_ben) == (anns, bens)
    assert first != second
    assert addressed(anns) == (first, anns)  # the same file is not held twice


def test_parts_do_not_run_into_one_another(addressed):
    assert addressed(b"bc", name="a")[0] != addressed(b"c", name="ab")[0]


def test_another_server_gives_another_address(addressed, monkeypatch):
    before, _ = addressed(b"a,b\n1,2\n")
    monkeypatch.setattr(fetched, "_SECRET", b"another")
    assert addressed(b"a,b\n1,2\n")[0] != before
