"""Who may import whom, how large things may be, and that types and style hold."""

import ast
import re
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "discogs_assets"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "discogs_assets_tests").rglob("*.py"))

FILE_LINES = 500
FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 8
PARTICIPLES = {
    "held",
    "made",
    "said",
    "built",
    "written",
    "kept",
    "sent",
    "shown",
    "found",
    "told",
    "given",
    "taken",
    "gone",
}
DRAWERS = {"utils", "helpers", "common", "manager", "misc", "tools"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of each function, without its decorators and docstring."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield f"{name(path)}:{node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 2


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_only_go_down() -> None:
    run("lint-imports", "--no-cache")


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--no-cache", ".")
    run("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.slow
def test_mypy_strict_finds_nothing() -> None:
    run(sys.executable, "-m", "mypy")


def test_files_are_short() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in MODULES + TESTS}
    assert {file: count for file, count in lines.items() if count > FILE_LINES} == {}


def test_a_file_opens_by_saying_what_it_is() -> None:
    """A module's docstring says what belongs in it and what doesn't, or is short."""
    docstrings = {path: ast.get_docstring(parse(path)) or "" for path in MODULES + TESTS}
    assert [name(path) for path, docstring in docstrings.items() if not docstring] == []
    modules = {path: text for path, text in docstrings.items() if path in MODULES and path.name != "__init__.py"}
    long = [name(path) for path, text in modules.items() if len(text.splitlines()) > 3 and not re.search(BELONGS, text)]
    assert long == []


BELONGS = "belongs? here"

NO_FIRST_WORD = {"what", "which", "whose", "whether", "those", "whoever", "where", "how", "that", "who"}


def test_a_docstring_opens_with_a_verb_or_a_noun() -> None:
    strings = (
        (f"{name(path)}:{node.lineno}", node.value.value)
        for path in MODULES
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )
    assert [place for place, text in strings if text.split(maxsplit=1)[0].lower() in NO_FIRST_WORD] == []


def test_functions_are_short() -> None:
    lines = dict(each for path in MODULES for each in functions(path))
    assert statistics.median(lines.values()) <= MEDIAN_FUNCTION_LINES
    assert {each: count for each, count in lines.items() if count > FUNCTION_LINES} == {}


def test_no_function_is_named_by_a_bare_participle() -> None:
    bare = [
        f"{name(path)}:{node.name}"
        for path in MODULES
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
        and (node.name.strip("_") in PARTICIPLES or re.fullmatch(r"_?[a-z]+[^e]ed", node.name))
    ]
    assert bare == []


def test_a_folder_has_at_most_15_modules() -> None:
    folders = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert {str(folder.relative_to(PACKAGE)) for folder, modules in folders.items() if modules > 15} == set()


def test_no_module_is_a_drawer() -> None:
    assert [name(path) for path in MODULES + TESTS if path.stem in DRAWERS] == []


def test_every_test_file_is_named_after_a_module() -> None:
    nouns = {path.relative_to(PACKAGE).with_suffix("") for path in MODULES} | {
        path.relative_to(PACKAGE).parent for path in MODULES
    }
    nouns |= {Path("serving/explore", path.stem) for path in (PACKAGE / "serving" / "explore").rglob("*.js")}
    tests = (path.relative_to(ROOT / "discogs_assets_tests") for path in TESTS if path.stem.startswith("test_"))
    places = {test.with_name(test.name.removeprefix("test_")).with_suffix("") for test in tests}
    assert {str(place) for place in places - nouns} <= {
        "architecture",
        "cli/examples",
        "concurrency",
        "forks",
        "generated_months",
        "crashes",
        "defs/sensors/new_dumps_retries",
        "documentation",
        "full_disks",
        "index_usage",
        "interrupts",
        "hostile_dumps",
        "long_values",
        "parsers",
        "end_to_end",
    }


def test_definitions_load_with_no_environment_network_or_database() -> None:
    code = (
        "import os, socket; os.environ.clear()\n"
        "def refuse(*args, **kwargs): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "import discogs_assets.definitions as d; d.defs.get_repository_def().load_all_definitions()"
    )
    run(sys.executable, "-I", "-c", code)


@pytest.mark.parametrize(
    "module", ["discogs_assets.stores.postgres.loads", "discogs_assets.streams.discogs.convert", "discogs_assets.cli"]
)
def test_the_platform_is_used_without_loading_dagster(module: str) -> None:
    code = f"import sys, {module}; assert 'dagster' not in sys.modules"
    run(sys.executable, "-c", code)
