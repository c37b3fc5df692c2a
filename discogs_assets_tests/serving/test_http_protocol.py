"""Tests of `serving.http_protocol`: connections that send little or nothing."""

import http.client
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest
import uvicorn

from discogs_assets.serving.api.access_log import AccessLog
from discogs_assets.serving.api.metrics import Metrics
from discogs_assets.serving.http_protocol import HttpProtocol, limit_connections

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = REQUEST[:20]
BODY = REQUEST[:-2] + b"Content-Length: 1000\r\n\r\n"


class Impatient(HttpProtocol):
    """The protocol with short limits."""

    HEAD_SECONDS = 0.5
    ADDRESS_CONNECTIONS = 5
    CONNECTIONS = 7


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/cut":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("the rest is gone")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = AccessLog(answer, "off", Metrics())
    config = uvicorn.Config(app, http=Impatient, ws="none", lifespan="off", log_config=None, timeout_keep_alive=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


def connect(port: int, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))


def is_closed(client: socket.socket) -> bool:
    """True once the server closes the connection, after all that it sent before."""
    try:
        while client.recv(100):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return True


def trickle(client: socket.socket, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client.sendall(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize(
    "sent", [b"", HALF, REQUEST, REQUEST + HALF, BODY], ids=["nothing", "half", "idle", "second half", "no body"]
)
def test_a_connection_without_a_request_under_way_is_closed(port: int, sent: bytes) -> None:
    with connect(port) as client:
        client.sendall(sent)
        assert is_closed(client)


@pytest.mark.parametrize("begun", [HALF, REQUEST + HALF, BODY], ids=["head", "second head", "body"])
def test_a_connection_that_sends_a_byte_at_a_time_is_closed(port: int, begun: bytes) -> None:
    with connect(port) as client:
        client.sendall(begun)
        with pytest.raises(ConnectionError):
            trickle(client, 5)


def test_a_body_that_fails_half_way_is_cut_so_that_the_client_sees_it(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
        asked.request("GET", "/cut")
        with asked.getresponse() as response, pytest.raises(http.client.IncompleteRead) as caught:
            response.read()
    assert caught.value.partial == b"half"


def test_a_busy_connection_outlives_the_time_limit_of_a_head(port: int) -> None:
    with connect(port) as client:
        for _ in range(8):
            client.sendall(REQUEST)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            time.sleep(0.1)


def test_connections_beyond_the_limits_of_an_address_and_of_all_are_closed_at_once(port: int) -> None:
    with ExitStack() as opened:
        first = [opened.enter_context(connect(port)) for _ in range(6)]
        began = time.monotonic()
        assert is_closed(first[5])
        others = [opened.enter_context(connect(port, "127.0.0.2")) for _ in range(3)]
        assert is_closed(others[2])
        assert time.monotonic() - began < 0.4
        for client in (*first[:5], *others[:2]):
            client.sendall(REQUEST)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
    with connect(port) as client:
        client.sendall(REQUEST)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("files", [64, 256, 1024, 1 << 20, resource.RLIM_INFINITY])
def test_the_limit_of_connections_leaves_files_to_the_rest(files: int) -> None:
    held = limit_connections(files)
    assert held >= 32
    assert files == resource.RLIM_INFINITY or held <= files - min(files // 2, 256)


def test_some_requests_may_be_sent_at_once_but_not_thousands(port: int) -> None:
    with closing(connect(port)) as client:
        client.sendall(REQUEST * 10)
        received = b""
        while received.count(b"ok") < 10:
            received += client.recv(10_000)
    with closing(connect(port)) as client:
        client.sendall(REQUEST * 5_000)
        received = b""
        with suppress(ConnectionResetError):
            while block := client.recv(10_000):
                received += block
    assert received.count(b"ok") < 100
    assert b"too many requests" in received or b"400" in received
