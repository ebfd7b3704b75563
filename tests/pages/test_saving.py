"""Files that visitors save: there until the browser has come for them, however many pages run meanwhile."""

from held import Clock
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from lib.ui.run import saved


def test_a_file_outlives_the_runs_of_others_and_goes_after_a_moment():
    clock, storage = Clock(), MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    saved.sweep_seldom(files, clock)
    saved.sweep_seldom(files, clock)  # the next visit changes nothing
    files.remove_orphaned_files()
    placeholder = files.add_deferred(lambda: b"1,2", "text/csv", "coordinates", "file.csv")
    name = files.execute_deferred(placeholder).rsplit("/", 1)[-1].split(".")[0]
    for _ in range(20):
        clock.now += 0.7
        files.remove_orphaned_files()
        assert storage.get_file(name).content == b"1,2"
    for _ in range(2):
        clock.now += saved.AT_LEAST_SECONDS
        files.remove_orphaned_files()
    assert files.read_file(name) is None


def test_a_file_goes_at_once_where_a_table_is_forgotten():
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    saved.sweep_seldom(files, Clock())
    files.remove_orphaned_files()
    name = files.execute_deferred(files.add_deferred(lambda: b"1,2", "text/csv", "coordinates", "file.csv"))
    name = name.rsplit("/", 1)[-1].split(".")[0]
    files.remove_orphaned_files.at_once()
    assert files.read_file(name) is None
