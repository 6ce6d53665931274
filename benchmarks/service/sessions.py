"""Raw sessions of the app: the browser's protocol over a websocket, without a browser.

A session sends what a browser sends (which page, which address, which button) and reads what the
server draws, so that twenty of them cost what twenty readers cost the server.
"""

from __future__ import annotations

import time
import urllib.request
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

PATIENCE_S = 600.0
"""A busy machine answers late: how late is what is measured."""


@dataclass
class Screen:
    """What one run drew: words, buttons by label, and when words came that were waited for."""

    words: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    query: str = ""
    seconds_to: dict[str, float] = field(default_factory=dict)

    def says(self, text: str) -> bool:
        """Whether these words are on the screen."""
        return any(text in word for word in self.words)


class Session:
    """One signed-in browser tab."""

    def __init__(self, address: str, cookie: str) -> None:
        host = address.removeprefix("http://")
        self._socket = connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": cookie},
            origin=Origin(address),
            max_size=None,
            open_timeout=PATIENCE_S,
            # A busy machine answers pings late as well, and a browser sends none.
            ping_interval=None,
        )
        self._page = ""
        self.query = ""

    def open(self, page: str, query: str = "") -> tuple[Screen, float]:
        """Go to a page by its address; gives what is drawn and the seconds that it took."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        self.query = query
        return self._run(message)

    def press(self, button: str, waited_for: str = "") -> tuple[Screen, float]:
        """Press a button by its id; `Screen.seconds_to` tells when these words came."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._page
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = button, True
        return self._run(message, waited_for)

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def _run(self, message: BackMsg, waited_for: str = "") -> tuple[Screen, float]:
        screen, started = Screen(), time.perf_counter()
        came: dict[str, float] = {}
        self._socket.send(message.SerializeToString())
        while True:
            data = self._socket.recv(timeout=PATIENCE_S)
            forward = ForwardMsg()
            forward.ParseFromString(data if isinstance(data, bytes) else data.encode())
            kind = forward.WhichOneof("type")
            if kind == "new_session":
                screen = Screen()
                # What a run before this one drew may speak of an earlier press.
                came.clear()
            elif kind == "navigation":
                self._page = forward.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = forward.page_info_changed.query_string
            elif kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
                element = forward.delta.new_element
                what = element.WhichOneof("type")
                if what == "button":
                    screen.buttons[element.button.label] = element.button.id
                elif what in ("markdown", "heading", "alert"):
                    body = getattr(element, what)
                    screen.words.append(getattr(body, "body", ""))
                    if waited_for and waited_for in screen.words[-1]:
                        came.setdefault(waited_for, time.perf_counter() - started)
            elif kind == "script_finished" and (
                forward.script_finished == ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
            ):
                screen.query, screen.seconds_to = self.query, came
                return screen, time.perf_counter() - started


def healthy(address: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until a server answers. Raises TimeoutError."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nothing answers at {address}")
