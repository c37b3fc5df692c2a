"""Fixture: a server on this machine that plays a language model, in both protocols, and fails as it is told to."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from discogs_assets.settings import Settings

KEY = "sk-a-secret-of-tests"


@dataclass(frozen=True)
class Scene:
    """An answer to one request: text and calls of tools with their arguments, or a fault.

    `body` replaces the events, `after` is the number of bytes sent before the connection closes, and `pause` the
    delay before each event in seconds.
    """

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    stop: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    after: int | None = None
    pause: float = 0.0


def use(name: str, /, **arguments: Any) -> Scene:
    """A turn that calls a tool."""
    return Scene("Let me look.", ((name, json.dumps(arguments)),))


def split(text: str, size: int = 7) -> list[str]:
    """The text in pieces."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def write_openai(scene: Scene) -> Iterator[bytes]:
    """Events of chat completions."""

    def write(**event: Any) -> bytes:
        return f"data: {json.dumps(event)}\n\n".encode()

    def delta(**part: Any) -> bytes:
        return write(choices=[{"index": 0, "delta": part, "finish_reason": None}])

    yield delta(role="assistant", content="")
    for piece in split(scene.text):
        yield delta(content=piece)
    for place, (name, raw) in enumerate(scene.calls):
        yield delta(tool_calls=[{"index": place, "id": f"call_{place}", "function": {"name": name, "arguments": ""}}])
        for piece in split(raw):
            yield delta(tool_calls=[{"index": place, "function": {"arguments": piece}}])
    stop = scene.stop or ("tool_calls" if scene.calls else "stop")
    yield write(choices=[{"index": 0, "delta": {}, "finish_reason": stop}])
    yield write(choices=[], usage={"prompt_tokens": 1000, "completion_tokens": 20})
    yield b"data: [DONE]\n\n"


def write_anthropic(scene: Scene) -> Iterator[bytes]:
    """Events of messages."""

    def write(kind: str, **event: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **event})}\n\n".encode()

    yield write("message_start", message={"usage": {"input_tokens": 400, "cache_read_input_tokens": 600}})
    yield write("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in split(scene.text):
        yield write("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield write("ping")
    for place, (name, raw) in enumerate(scene.calls, 1):
        block = {"type": "tool_use", "id": f"toolu_{place}", "name": name, "input": {}}
        yield write("content_block_start", index=place, content_block=block)
        for piece in split(raw):
            yield write("content_block_delta", index=place, delta={"type": "input_json_delta", "partial_json": piece})
        yield write("content_block_stop", index=place)
    stop = scene.stop or ("tool_use" if scene.calls else "end_turn")
    yield write("message_delta", delta={"stop_reason": stop}, usage={"output_tokens": 20})
    yield write("message_stop")


WRITERS = {"/v1/chat/completions": write_openai, "/v1/messages": write_anthropic}


@dataclass
class ModelServer:
    """The answers to come, of which the last one repeats itself, and the requests that came."""

    scenes: list[Scene] = field(default_factory=list)
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set once a client has gone before its answer ended."""
    port: int = 0

    def play(self, *scenes: Scene) -> None:
        """Answer the next requests so, and forget the ones before."""
        self.scenes, self.asked = [*scenes], []
        self.left.clear()

    def settings(self, kind: str = "openai", **more: Any) -> Settings:
        """Settings that name the server."""
        url = f"http://127.0.0.1:{self.port}"
        return Settings(**{"nlq_url": url, "nlq_model": "play", "nlq_key": KEY, "nlq_kind": kind, **more})

    def replies(self, place: int = -1) -> list[str]:
        """Answers of tools in a request, of either protocol."""
        said = self.asked[place][1]["messages"]
        parts = [part for each in said if isinstance(each["content"], list) for part in each["content"]]
        parts += [each for each in said if each["role"] == "tool"]
        return [part["content"] for part in parts if "content" in part]


def _handle(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
            scene = server.scenes.pop(0) if len(server.scenes) > 1 else server.scenes[0]
            events = iter([scene.body]) if scene.body is not None else WRITERS[self.path](scene)
            with suppress(OSError):
                self.send_response(scene.status)
                for name, value in {"Content-Type": "text/event-stream", **scene.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self._send(scene, events)

        def _send(self, scene: Scene, events: Iterator[bytes]) -> None:
            left = 1 << 40 if scene.after is None else scene.after
            for event in events:
                time.sleep(scene.pause)
                try:
                    self.wfile.write(event[:left])
                except OSError:
                    server.left.set()
                    raise
                left -= len(event[:left])

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serve_model() -> Iterator[ModelServer]:
    """A running server."""
    played = ModelServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handle(played)) as http:
        http.daemon_threads = True
        played.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield played
        http.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """A server that plays a model."""
    with serve_model() as played:
        yield played
