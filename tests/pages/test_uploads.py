"""How many files, and how many bytes of them, the server holds."""

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from lib.ui.run import uploads


@pytest.fixture
def files():
    made = MemoryUploadedFileManager("/upload")
    uploads.bound(made)
    uploads.bound(made)
    return made


def send(files, session, name, size=1):
    files.add_file(session_id=session, file=UploadedFileRec(name, name, "text/csv", b"x" * size))


def held(files, session):
    return [file.name for file in files.file_storage[session].values()]


def test_of_many_files_a_session_keeps_the_last(files):
    """Twelve of 49 MB each were held until the session was over."""
    for number in range(20):
        send(files, "Ann", f"{number}")
    send(files, "Ben", "his")
    assert held(files, "Ann") == [f"{number}" for number in range(20 - uploads.MOST_FILES, 20)]
    assert held(files, "Ben") == ["his"]


def test_of_large_files_a_session_keeps_what_two_may_weigh(files, monkeypatch):
    monkeypatch.setattr(uploads, "most_bytes", lambda: 100)
    for number in range(3):
        send(files, "Ann", f"{number}", 90)
    assert held(files, "Ann") == ["1", "2"]


def test_what_the_server_cannot_hold_is_refused_and_nothing_else_is_lost(files, monkeypatch):
    monkeypatch.setattr(uploads, "most_of_memory", lambda: 250)
    for name in ("Ann", "Ben"):
        send(files, name, name, 100)
    with pytest.raises(HTTPException, match="no memory left for the file: try again later"):
        send(files, "Cem", "Cem", 100)
    assert held(files, "Ann") == ["Ann"]
    files.remove_session_files("Ann")
    send(files, "Cem", "Cem", 100)
    assert held(files, "Cem") == ["Cem"]
