"""A visitor without a browser: the messages that one would send and be sent, so that only the server is timed."""

from __future__ import annotations

import contextlib
import time
import urllib.request
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from streamlit import config
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

CHARTS = ("vega_lite_chart", "arrow_vega_lite_chart")  # the second is its name in older versions of Streamlit
WITH_OPTIONS = ("selectbox", "button_group")
DOWNLOAD = "download_button"
CONTROLS = (*WITH_OPTIONS, "slider", "checkbox", "text_input", "number_input", "button", "file_uploader", DOWNLOAD)
ENDED_WELL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
PATIENCE = 120.0
PATIENCE_UNASKED = 20.0
"""Seconds. A server does not answer who looks again at a part of the page that has gone meanwhile."""

KEPT_RUNS = int(config.get_option("global.maxCachedMessageAge"))
"""For so many whole runs a browser keeps a message that it may be sent by name; as the app is configured."""


IN_LINE = ":material/hourglass_top:"
"""The sign beside the words that say how many are before a visitor."""


class PageFailedError(Exception):
    """The page showed an exception: its times say nothing."""


@dataclass(frozen=True)
class Answer:
    """What a move cost.

    Attributes:
        seconds: Until the script had ended.
        first_chart: Seconds until the first chart that was not on the page before; None if all were.
        kb: Thousands of bytes that were sent.
    """

    seconds: float
    first_chart: float | None
    kb: float


@dataclass(frozen=True)
class _Control:
    """A control on the page, what can be chosen, and the fragment that it reruns; "" for the whole page.

    A button to download has the name of a file that is made when it is asked for.
    """

    id: str
    kind: str
    options: tuple[str, ...]
    fragment: str
    file: str = ""


class Visitor:
    """One session on one page, whose path may have a query of its own.

    Attributes:
        opened: What opening the page cost.
        problems: What the pages said in red.
    """

    def __init__(self, address: str, path: str = "", query: str = "") -> None:
        self._address = address
        self._path, _, of_path = path.partition("?")
        self._query, self._script = "&".join(filter(None, (of_path, query))), ""
        self._pages: dict[str, str] = {}
        self._controls: dict[str, _Control] = {}
        self._by_name: dict[str, tuple[str, _Control]] = {}
        self._here: set[str] = set()
        self._values: dict[str, tuple[str, Any]] = {}
        self._ages: dict[str, int] = {}
        self._charts: set[str] = set()
        self._on_page: set[str] = set()
        self._watched: dict[str, float] = {}
        self._session = ""
        self.problems: list[str] = []
        self._lines: dict[str, str] = {}
        self._in_line = set[str]()
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._until_left = contextlib.ExitStack()
        self._socket = self._until_left.enter_context(
            connect(url, subprotocols=["streamlit"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        )
        self.opened = self.run()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._until_left.close()

    def move(self, label: str, value: float | str | bool | Sequence[str]) -> Answer:
        """Move a control: what stands in the same fragment runs again, or the whole page."""
        control = self._controls[label]
        self._values[control.id] = (control.kind, value)
        return self.run(control.fragment)

    def fill(self, label: str, value: float) -> None:
        """Put a number into a form, which is sent with its button."""
        control = self._controls[label]
        self._values[control.id] = (control.kind, value)

    def press(self, label: str) -> Answer:
        """Press a button."""
        control = self._controls[label]
        self._values[control.id] = (control.kind, True)
        answer = self.run(control.fragment)
        self._values.pop(control.id)
        return answer

    def bring(self, path: Path) -> Answer:
        """Upload a file into the box for files, as a browser does."""
        box = next(control for control in self._controls.values() if control.kind == "file_uploader")
        asked = BackMsg()
        asked.file_urls_request.request_id = uuid.uuid4().hex
        asked.file_urls_request.file_names.append(path.name)
        self._socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE))
            if message.WhichOneof("type") == "file_urls_response":
                break
            self._read(message)
        place = message.file_urls_response.file_urls[0]
        _put(self._address, place.upload_url, path)
        self._values[box.id] = ("file_uploader", (place, path))
        return self.run(box.fragment)

    def download(self, label: str) -> int:
        """Have a file made and fetch it; how many bytes it has."""
        asked = BackMsg()
        request = asked.backend_operation_request
        request.request_id, request.session_id = uuid.uuid4().hex, self._session
        request.deferred_file.file_id = self._controls[label].file
        self._socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE))
            if message.WhichOneof("type") == "backend_operation_response":
                break
            self._read(message)
        answer = message.backend_operation_response
        if answer.error_msg:
            raise PageFailedError(answer.error_msg)
        with urllib.request.urlopen(self._address + answer.deferred_file.url, timeout=PATIENCE) as file:
            return len(file.read())

    def go(self, path: str) -> Answer:
        """Go to another page of the menu in the same session; what stood in controls is left behind."""
        self._values.clear()
        self._watched.clear()
        self._path, self._script = path, self._pages[path]
        return self.run()

    def can(self, label: str) -> bool:
        """Whether a control is on the page."""
        return label in self._here

    def until_picture(self, answer: Answer, since: float) -> float | None:
        """Seconds since a moment until the first new chart, which may come with what the page watches; None if none.

        Args:
            answer: What was answered at once, to what was asked last.
            since: The moment, of ``time.perf_counter``.
        """
        begun = time.perf_counter() - answer.seconds
        while answer.first_chart is None and self._watched:
            fragment, interval = next(iter(self._watched.items()))
            self.stay(interval)
            begun = time.perf_counter()
            answer = self.run(fragment, is_auto=True)
        return None if answer.first_chart is None else begun + answer.first_chart - since

    def labels(self, kind: str) -> list[str]:
        """What the controls of a kind are called."""
        return [label for label, control in self._controls.items() if label in self._here and control.kind == kind]

    def options(self, label: str) -> tuple[str, ...]:
        """What can be chosen in a control."""
        return self._controls[label].options

    def settle(self) -> None:
        """Look again, as a browser does, at whatever the page watches, until it watches nothing."""
        end = time.perf_counter() + PATIENCE
        while self._watched and time.perf_counter() < end:
            self._look_again()

    def stand_in_line(self) -> None:
        """The same until nobody is before this visitor."""
        end = time.perf_counter() + PATIENCE
        while self._in_line and time.perf_counter() < end:
            self._look_again()

    @property
    def is_in_line(self) -> bool:
        """Whether the page says that others are before this visitor."""
        return bool(self._in_line)

    def _look_again(self) -> None:
        self.stay(min(self._watched.values(), default=0.1))
        for fragment in list(self._watched):
            if fragment in self._watched:
                try:
                    self.run(fragment, is_auto=True)
                except TimeoutError:
                    self._watched.pop(fragment, None)

    def look_on(self, seconds: float) -> None:
        """Be on the page for a while and look again, as a browser does, at whatever it watches."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > min(self._watched.values(), default=left):
            self._look_again()
        self.stay(max(left, 0.0))

    def stay(self, seconds: float) -> None:
        """Be on the page for a while without touching it, and take what the server sends unasked."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            with contextlib.suppress(TimeoutError):
                self._read(ForwardMsg.FromString(self._socket.recv(timeout=left)))

    def run(self, fragment: str = "", *, is_auto: bool = False) -> Answer:
        """Have the page, or a fragment of it, run again and read until the script has ended."""
        asked = BackMsg(rerun_script=self._state(fragment, is_auto)).SerializeToString()
        seen, first, size, end = set[str](), None, 0, None
        is_running = True
        start = time.perf_counter()
        self._socket.send(asked)
        # a fragment may end by having the whole page run: asked for anything before that is over, a server drops it
        while is_running or end is None:
            raw = self._socket.recv(timeout=PATIENCE_UNASKED if is_auto else PATIENCE)
            seconds, size = time.perf_counter() - start, size + len(raw)
            message = ForwardMsg.FromString(raw)
            name = message.ref_hash or message.hash
            if self._read(message):
                seen.add(name)
                first = first or (None if name in self._on_page else seconds)
            match message.WhichOneof("type"):
                case "script_finished" if message.script_finished in ENDED_WELL:
                    end = seconds
                case "session_status_changed":
                    is_running = message.session_status_changed.script_is_running
        self._on_page = self._on_page | seen if fragment else seen
        if not fragment:
            self._ages = {name: age + 1 for name, age in self._ages.items() if age < KEPT_RUNS}
        return Answer(end, first, size / 1000)

    def _state(self, fragment: str, is_auto: bool) -> ClientState:
        state = ClientState(
            query_string=self._query,
            page_name=self._path,
            page_script_hash=self._script,
            fragment_id=fragment,
            is_auto_rerun=is_auto,
            cached_message_hashes=list(self._ages),
        )
        for name, (kind, value) in self._values.items():
            widget = state.widget_states.widgets.add(id=name)
            match kind:
                case "number_input":
                    widget.double_value = float(value)
                case "slider":
                    widget.double_array_value.data.append(float(value))
                case "button_group":
                    widget.string_array_value.data.extend(value)
                case "file_uploader":
                    place, path = value
                    told = widget.file_uploader_state_value.uploaded_file_info.add(
                        file_id=place.file_id, name=path.name, size=path.stat().st_size
                    )
                    told.file_urls.CopyFrom(place)
                case "button":
                    widget.trigger_value = value
                case "checkbox":
                    widget.bool_value = value
                case _:
                    widget.string_value = value
        return state

    def _read(self, message: ForwardMsg) -> bool:
        """Note what a message says; True if it is a chart."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash" or message.metadata.cacheable:
            self._ages[message.ref_hash or message.hash] = 0
        match kind:
            case "ref_hash":
                if message.ref_hash in self._by_name:
                    self._meet(*self._by_name[message.ref_hash])
                self._in_line |= {known for known in [self._lines.get(message.ref_hash)] if known}
                return message.ref_hash in self._charts
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                return self._see(message)
            case "navigation":
                self._script = message.navigation.page_script_hash or self._script
                self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "new_session":
                self._script = message.new_session.page_script_hash
                self._session = message.new_session.initialize.session_id or self._session
                self._in_line -= set(message.metadata.run.fragment_ids) or set(self._in_line)
        self._watch(message)
        return False

    def _watch(self, message: ForwardMsg) -> None:
        """Note which fragments are to be looked at again; a run of the whole page says so anew."""
        match message.WhichOneof("type"):
            case "new_session" if not message.metadata.run.fragment_ids:
                self._watched.clear()
                self._here.clear()
            case "auto_rerun":
                self._watched[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._watched.pop(fragment, None)

    def _see(self, message: ForwardMsg) -> bool:
        element, kind = message.delta.new_element, message.delta.new_element.WhichOneof("type")
        if kind == "exception":
            raise PageFailedError(element.exception.message)
        if kind == "alert":
            if element.alert.icon == IN_LINE:
                self._lines[message.hash] = message.delta.fragment_id
                self._in_line.add(message.delta.fragment_id)
            if element.alert.format == Alert.ERROR:
                self.problems.append(element.alert.body)
        if kind in CONTROLS:
            control = getattr(element, kind)
            options = tuple(getattr(each, "content", each) for each in control.options) if kind in WITH_OPTIONS else ()
            file = control.deferred_file_id if kind == DOWNLOAD else ""
            met = control.label, _Control(control.id, kind, options, message.delta.fragment_id, file)
            self._by_name[message.hash] = met
            self._meet(*met)
        if kind in CHARTS:
            self._charts.add(message.hash)
        return kind in CHARTS

    def _meet(self, label: str, control: _Control) -> None:
        """A control is on the page, as it was sent or by the name of a message that was sent before.

        Its fragment goes by where it stands: asked for one that another page had, a server answers nothing at all.
        """
        self._here.add(label)
        self._controls[label] = control


def _put(address: str, place: str, path: Path) -> None:
    """Send a file to where the server wants it, with the token against forged requests that it gave."""
    with urllib.request.urlopen(f"{address}/_stcore/health") as healthy:
        cookie = healthy.headers["Set-Cookie"].split(";")[0]
    between = uuid.uuid4().hex
    before = (
        f'--{between}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = before.encode() + path.read_bytes() + f"\r\n--{between}--\r\n".encode()
    headers = {
        "Cookie": cookie,
        "X-Xsrftoken": cookie.split("=", 1)[1],
        "Content-Type": f"multipart/form-data; boundary={between}",
    }
    with urllib.request.urlopen(urllib.request.Request(address + place, body, headers, method="PUT")):
        pass
