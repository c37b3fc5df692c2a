"""Records as hypothesis makes them: every declared part, any text that XML can carry.

What belongs here: strategies. What doesn't: the properties they are used for.
"""

from typing import Any

from hypothesis import strategies as st

from discogs_assets.schema.model import Derived, Entity, Field, One, Part, Texts, Type

CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=["Cs"],
    exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32)])) + "\ufffe\uffff",
)
ODD = st.sampled_from(
    [
        "",
        " ",
        "\u00a0",
        "\r\n",
        "a\r\nb",
        "\u2028",
        "]]>",
        "<release id='1'>",
        "</label>",
        "&amp;",
        '"',
        "'",
        "\\.",
        "null",
        ":null",
    ]
)
TEXTS = ODD | st.text(CHARACTERS, max_size=20)
IDS = st.integers(min_value=1, max_value=2**40)
INTEGERS = st.integers(min_value=0, max_value=2**40).map(str) | st.sampled_from(["", "0", "007", "-1", "x", "9" * 52])
BOOLEANS = st.sampled_from(["true", "false", "", "yes"])


def records(entity: Entity) -> st.SearchStrategy[dict[str, Any]]:
    """Records of the entity, each with an id."""
    return _parts(entity.parts).flatmap(lambda record: IDS.map(lambda number: {**record, "id": number}))


def _parts(parts: tuple[Part, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={p.name: _part(p) for p in parts if not isinstance(p, Derived)})


def _part(part: Part) -> st.SearchStrategy[Any]:
    if isinstance(part, Field):
        return {Type.TEXT: TEXTS, Type.BOOLEAN: BOOLEANS}.get(part.type, INTEGERS)
    if isinstance(part, Texts):
        return st.lists(TEXTS, max_size=3)
    assert not isinstance(part, Derived)
    inner = _parts(part.fields)
    return inner if isinstance(part, One) else st.lists(inner, max_size=3)
