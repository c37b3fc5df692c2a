"""Tests of `serving.mcp`: the official client over stdio and HTTP, and who may run statements."""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import psycopg
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from pydantic import SecretStr

from discogs_assets.cli import app as cli
from discogs_assets.serving.app import create_app
from discogs_assets.serving.mcp.prompts import PROMPTS
from discogs_assets.serving.mcp.resources import DICTIONARY, MONTHS, TOOL
from discogs_assets.serving.tools.registry import TOOLS
from discogs_assets.serving.tools.statements import STATEMENT_TOOLS
from discogs_assets.settings import Settings
from discogs_assets_tests.cli.test_servers import free_port
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.fix_project import BARE, Project
from discogs_assets_tests.serving.test_server import serving
from discogs_assets_tests.serving.tools.test_registry import ANSWER_LIMIT, LIST_LIMIT, example_of

pytestmark = [
    pytest.mark.timeout(600),
    # The SDK warns of parts of the protocol that are deprecated, its own use of them included.
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]

PROGRAM = Path(sys.executable).with_name("discogs")

STATEMENTS = {
    "query_sql": "SELECT id, title FROM releases WHERE year = 1973 ORDER BY id",
    "query_cypher": "MATCH (a:Artist {id: 45467})<-[:BY]-(r:Release) RETURN r.id AS id, r.title AS title ORDER BY id",
    "query_parquet": "SELECT id, title FROM releases WHERE year = 1973 ORDER BY id",
}

Check = Callable[[Client], Awaitable[None]]


def run(client: Client, check: Check) -> None:
    """Run a check with an open client."""

    async def work() -> None:
        async with client as opened:
            await check(opened)

    asyncio.run(work())


@pytest.fixture(scope="module")
def port(project: Project) -> Iterator[int]:
    """Port of a running `discogs serve`."""
    port = free_port()
    with serving(project, port):
        yield port


async def call_everything(client: Client) -> None:
    """List all, call each view of each tool, and read each resource and prompt."""
    listed = (await client.list_tools()).tools
    assert [each.name for each in listed] == [*TOOLS, *STATEMENT_TOOLS]
    assert all(each.annotations and each.annotations.read_only_hint for each in listed)
    size = len(
        json.dumps([each.model_dump(by_alias=True, exclude_none=True) for each in listed], separators=(",", ":"))
    )
    assert size <= LIST_LIMIT
    calls = [
        (tool.name, {**example_of(view), **({"view": name} if len(tool.views) > 1 else {})})
        for tool in TOOLS.values()
        for name, view in tool.views.items()
    ]
    calls += [(name, {"statement": statement}) for name, statement in STATEMENTS.items()]
    schemas = {each.name: each for each in listed}
    for name, arguments in calls:
        jsonschema.validate(arguments, loosen(schemas[name].input_schema))
        found = await client.call_tool(name, arguments)
        (content,) = found.content
        assert content.type == "text"
        assert not found.is_error, (name, arguments, content.text)
        jsonschema.validate(found.structured_content, schemas[name].output_schema or {})
        assert found.structured_content["month"] == "2026-11"
        assert len(content.text.encode()) <= ANSWER_LIMIT
        assert len(json.dumps(found.structured_content, ensure_ascii=False).encode()) <= ANSWER_LIMIT
    await read_everything(client)
    refused = await client.call_tool("get_artist_details", {"id": 999_999_999})
    assert refused.is_error
    assert refused.content[0].type == "text"
    assert "Try: search" in refused.content[0].text


def loosen(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without types of ids: the examples of the API have them as texts, too."""
    return {**schema, "properties": {name: {} for name in schema["properties"]}}


async def read_everything(client: Client) -> None:
    """Read each resource and prompt."""
    resources = (await client.list_resources()).resources
    assert {DICTIONARY, MONTHS, f"{TOOL}search"} <= {str(each.uri) for each in resources}
    for each in resources:
        (read,) = (await client.read_resource(each.uri)).contents
        assert read.text  # type: ignore[union-attr]
    assert [each.name for each in (await client.list_prompts()).prompts] == [*PROMPTS]
    for name, prompt in PROMPTS.items():
        filled = await client.get_prompt(name, dict.fromkeys(prompt.arguments, "{Pink} Floyd"))
        text = filled.messages[0].content
        assert text.type == "text"
        assert text.text.count("{Pink} Floyd") == prompt.text.count("«")
    with pytest.raises(MCPError):
        await client.read_resource("discogs://nothing")
    with pytest.raises(MCPError):
        await client.get_prompt("discography", {})


def test_the_official_client_lists_and_calls_everything_over_stdio(project: Project, tmp_path: Path) -> None:
    server = StdioServerParameters(command=str(PROGRAM), args=["mcp"], cwd=project.folder, env=dict(BARE))
    with (tmp_path / "log").open("w") as log:
        run(Client(stdio_client(server, errlog=log)), call_everything)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_lists_and_calls_everything_over_http(port: int, mode: str) -> None:
    run(Client(f"http://127.0.0.1:{port}/mcp", mode=mode), call_everything)


def post(api: Api, body: Any, **headers: str) -> httpx.Response:
    """The response to a request of the protocol."""
    accepted = {"accept": "application/json, text/event-stream", **headers}
    return api.request("POST", "/mcp", json=body, headers=accepted)


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def test_other_sites_and_other_methods_are_refused(api: Api) -> None:
    assert post(api, LIST).status_code == 200
    assert post(api, LIST, host="evil.example").status_code == 421
    assert post(api, LIST, origin="https://evil.example").status_code == 403
    assert post(api, LIST, **{"content-type": "text/plain"}).status_code in (400, 415)
    assert api.get("/mcp").status_code == 405
    assert api.request("DELETE", "/mcp").status_code == 405


TOKEN = "a-token-of-some-length"
HOST = "http://music.example"


def names_seen(project: Project, address: str, base: str, token: str | None, **headers: str) -> set[str]:
    """Names of the tools that a client at an address sees."""
    settings = Settings(home=project.home, api_hosts="music.example", api_token=token and SecretStr(token))
    with open_api(create_app(settings), address, base) as api:
        found = post(api, LIST, **headers)
        assert found.status_code == 200, found.text
        said = found.text.partition("data: ")[2] or found.text
        seen = {each["name"] for each in json.loads(said)["result"]["tools"]}
        query = {"name": "query_sql", "arguments": {"statement": "SELECT 1 AS n"}}
        answered = post(api, {**LIST, "method": "tools/call", "params": query}, **headers)
        assert ('"isError":true' in answered.text) == ("query_sql" not in seen)
    return seen & STATEMENT_TOOLS.keys()


@pytest.mark.parametrize(
    ("address", "base", "token", "headers", "allowed"),
    [
        ("127.0.0.1", "http://127.0.0.1:8004", None, {}, True),
        ("127.0.0.1", "http://127.0.0.1:8004", TOKEN, {}, True),
        ("127.0.0.1", HOST, None, {}, False),
        ("127.0.0.1", "http://127.0.0.1:8004", None, {"x-forwarded-for": "192.0.2.1"}, False),
        ("192.0.2.1", HOST, None, {}, False),
        ("192.0.2.1", HOST, None, {"authorization": "Bearer "}, False),
        ("192.0.2.1", HOST, TOKEN, {}, False),
        ("192.0.2.1", HOST, TOKEN, {"authorization": f"Bearer {TOKEN}x"}, False),
        ("192.0.2.1", HOST, TOKEN, {"authorization": f"Basic {TOKEN}"}, False),
        ("192.0.2.1", HOST, TOKEN, {"authorization": f"Bearer {TOKEN}"}, True),
    ],
)
def test_statements_are_for_this_machine_or_the_token(
    project: Project, address: str, base: str, token: str | None, headers: dict[str, str], allowed: bool
) -> None:
    assert names_seen(project, address, base, token, **headers) == (set(STATEMENT_TOOLS) if allowed else set())


ENDLESS = "SELECT count(*) FROM releases a, releases b, releases c, releases d, generate_series(1, 777)"
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series(1, 777)%'"


MODERN = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.mark.parametrize("modern", [True, False])
def test_a_query_ends_when_its_client_goes(port: int, project: Project, modern: bool) -> None:
    params = {"name": "query_sql", "arguments": {"statement": ENDLESS}, **({"_meta": ENVELOPE} if modern else {})}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    named = {"mcp-protocol-version": MODERN, "mcp-method": "tools/call", "mcp-name": "query_sql"} if modern else {}
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream", **named}

    def count() -> int:
        with psycopg.connect(project.postgres.url) as connection:
            (found,) = connection.execute(f"{RUNNING} AND pid <> pg_backend_pid()").fetchall()
        return int(found[0])

    def reach(number: int) -> None:
        deadline = time.monotonic() + 8
        while count() != number:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/mcp", body, headers)
    reach(1)
    connection.close()
    reach(0)


def test_configuration_for_clients_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    cli(["mcp", "--print-config"], result_action="return_value")
    said = capsys.readouterr().out
    (first, *_) = [json.loads(part.partition("\n\n")[0]) for part in said.split(":\n\n") if part.startswith("{")]
    assert first["mcpServers"]["discogs"]["args"] == ["mcp"]
    assert first["mcpServers"]["discogs"]["env"] == {"DISCOGS_HOME": str(tmp_path)}
    assert "http://127.0.0.1:8004/mcp" in said
