"""Tests of `streams.vocabulary`."""

from collections import Counter

import lxml.etree as etree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.sample import xml
from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.vocabulary import Names, Vocabulary
from discogs_assets_tests.layouts import LAYOUTS
from discogs_assets_tests.strategies import records

entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
VOCABULARIES = {entity: Vocabulary(entity) for entity in ENTITIES}


@entities
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_is_declared_is_no_stranger(entity: Entity, data: st.DataObject) -> None:
    found = [xml.record(entity, each) for each in data.draw(st.lists(records(entity), max_size=3))]
    whole = b"\n".join(found)
    assert VOCABULARIES[entity].strangers(whole).tolist() == [] or b'=""' in whole or b"=\"'" in whole or b"='" in whole
    assert sum(map(VOCABULARIES[entity].undeclared, map(etree.fromstring, found)), Counter()) == Counter()


@pytest.mark.parametrize("layout", LAYOUTS)
@entities
def test_no_layout_has_strangers(entity: Entity, layout: str) -> None:
    assert VOCABULARIES[entity].strangers(b"\n".join(LAYOUTS[layout][entity.name])).tolist() == []


@entities
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_strange_element_or_attribute_is_found_wherever_it_stands(entity: Entity, data: st.DataObject) -> None:
    record = data.draw(records(entity))
    root = etree.fromstring(xml.record(entity, record))
    host = data.draw(st.sampled_from(list(root.iter())))
    name = data.draw(st.sampled_from(["mood", "pronouns", "a", "entity_type_nameless", "id-x", "names", root.tag]))
    path = "/" + "/".join(node.tag for node in [*reversed(list(host.iterancestors())), host])
    declared = VOCABULARIES[entity].declared
    if data.draw(st.booleans()):
        host.insert(data.draw(st.integers(0, len(host))), etree.Element(name))
        where, known = f"{path}/{name}", f"{path}/{name}" in declared.elements
    else:
        host.set(name, "1")
        where, known = f"{path}/@{name}", (path, name) in declared.attributes
    before, after = etree.tostring(etree.fromstring(xml.record(entity, record))), etree.tostring(root, encoding="UTF-8")
    found = VOCABULARIES[entity].strangers(after)
    assert VOCABULARIES[entity].undeclared(root) == (Counter() if known else Counter([where]))
    assert len(found) or known
    if not len(VOCABULARIES[entity].strangers(before)):
        assert bool(len(found)) != known


@pytest.mark.parametrize(
    "text",
    [
        '<release id="1"><notes>a="b" c=\'d\'</notes></release>',
        '<release id="1"><notes>x="</notes><title>y</title></release>',
    ],
)
def test_a_text_that_looks_like_an_attribute_is_a_text(text: str) -> None:
    assert VOCABULARIES[RELEASES].strangers(text.encode()).tolist() == []


def test_the_place_of_a_stranger_is_its_tag_or_its_equals_sign() -> None:
    data = b'<release id="1" new="2"><ai/></release>'
    assert VOCABULARIES[RELEASES].strangers(data).tolist() == [
        data.index(b'="2"'),
        data.index(b"<ai"),
        data.rindex(b"</"),
    ]


def test_too_many_names_for_the_table_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        Names(f"n{number}" for number in range(4097))
