"""What is left of visitors who lose the connection for a moment, and of those who stay away."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.testing.v1 import AppTest
from tables import neutral_table

from lib.ui.run import leaving
from lib.ui.scene import own


@pytest.fixture
def there(monkeypatch):
    """The sessions whose browsers are connected to a server, and the server."""
    connected = {"Ann", "Ben"}
    server = Mock(spec=Runtime)
    server.is_active_session.side_effect = connected.__contains__
    monkeypatch.setattr(Runtime, "_instance", server)
    monkeypatch.setattr(leaving, "_SEEN", dict.fromkeys(connected, 0.0))
    return connected, server


@pytest.fixture
def tables():
    keys = {session: own.keep(neutral_table(), session) for session in ("Ann", "Ben")}
    yield keys
    for key in keys.values():
        own.forget(key)


def test_who_comes_back_in_time_finds_the_table_and_who_does_not_leaves_nothing(there, tables):
    """The table was forgotten as soon as another visitor's page ran while the connection was lost."""
    connected, server = there
    connected.discard("Ann")
    leaving.see_off(leaving.STAYS)
    connected.add("Ann")
    leaving.see_off(1_000.0)
    assert own.find(tables["Ann"]) is not None
    connected.discard("Ann")
    leaving.see_off(1_000.0 + leaving.STAYS)
    server.close_session.assert_not_called()
    leaving.see_off(1_001.0 + leaving.STAYS)
    assert own.find(tables["Ann"]) is None
    assert own.find(tables["Ben"]) is not None
    server.close_session.assert_called_once_with("Ann")
    leaving.see_off(2_000.0)
    server.close_session.assert_called_once()


async def _leave(server, files):
    """A real session with a file, whose browser goes; what is left of it before and after it is seen off."""
    sessions = WebsocketSessionManager(MemorySessionStorage(), files, ScriptCache(), None)
    session = sessions.connect_session(Mock(), ScriptData(__file__, is_hello=False), {})
    server.close_session.side_effect = sessions.close_session
    files.add_file(session_id=session, file=UploadedFileRec("1", "a.csv", "text/csv", b"a,b"))
    leaving._SEEN[session] = 0.0
    sessions.disconnect_session(session)
    held = [(sessions.get_session_info(session), session in files.file_storage)]
    leaving.see_off(leaving.STAYS + 1)
    return [*held, (sessions.get_session_info(session), session in files.file_storage)]


def test_streamlit_itself_lets_go_of_the_session_and_its_files(there):
    """By itself it would hold them until another browser goes."""
    # in a thread of its own: a browser's tests leave a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        left = thread.submit(asyncio.run, _leave(there[1], MemoryUploadedFileManager("/upload")))
    before, after = left.result()
    assert before[0] is not None
    assert before[1]
    assert after == (None, False)


def page():
    from lib.ui.run import leaving

    leaving.arrive()


def test_every_visit_is_known(monkeypatch):
    monkeypatch.setattr(leaving, "_SEEN", {})
    AppTest.from_function(page).run()
    assert list(leaving._SEEN) == ["test session id"]
