"""Configuration of common clients."""

import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

NAME = "discogs"


def describe(home: Path, url: str) -> Iterator[str]:
    """Yield configuration for clients: of a home over stdio, and of a running `discogs serve` over HTTP."""
    program = shutil.which("discogs") or str(Path(sys.executable).with_name("discogs"))
    server = {"command": program, "args": ["mcp"], "env": {"DISCOGS_HOME": str(home)}}
    yield from (
        "# Claude Desktop (claude_desktop_config.json), Cursor (.cursor/mcp.json), Windsurf (mcp_config.json):",
        "",
    )
    yield json.dumps({"mcpServers": {NAME: server}}, indent=2)
    yield from ("", "# VS Code (.vscode/mcp.json):", "")
    yield json.dumps({"servers": {NAME: {"type": "stdio", **server}}}, indent=2)
    yield from ("", "# Claude Code:", "")
    yield f"claude mcp add {NAME} --env {shlex.quote(f'DISCOGS_HOME={home}')} -- {shlex.quote(program)} mcp"
    yield from ("", "# Codex (~/.codex/config.toml):", "", f"[mcp_servers.{NAME}]")
    yield f"command = {json.dumps(server['command'])}"
    yield from ('args = ["mcp"]', f"env = {{ DISCOGS_HOME = {json.dumps(str(home))} }}")
    yield from ("", "# Clients of streamable HTTP, with `discogs serve` running:", "")
    yield json.dumps({"mcpServers": {NAME: {"type": "http", "url": url}}}, indent=2)
