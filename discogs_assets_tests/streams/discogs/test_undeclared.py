"""Tests of `streams.discogs.undeclared`."""

from collections import Counter

import lxml.etree as etree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.sample import xml
from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.undeclared import Vocabulary
from discogs_assets_tests.layouts import LAYOUTS
from discogs_assets_tests.strategies import records

pytestmark = pytest.mark.slow

entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
VOCABULARIES = {entity: Vocabulary(entity) for entity in ENTITIES}


@entities
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_declared_is_known(entity: Entity, data: st.DataObject) -> None:
    found = [xml.record(entity, each) for each in data.draw(st.lists(records(entity), max_size=3))]
    assert VOCABULARIES[entity].knows(b"\n".join(found))
    assert sum(map(VOCABULARIES[entity].count_undeclared, map(etree.fromstring, found)), Counter()) == Counter()


@pytest.mark.parametrize("layout", LAYOUTS)
@entities
def test_every_layout_is_known(entity: Entity, layout: str) -> None:
    assert VOCABULARIES[entity].knows(b"\n".join(LAYOUTS[layout][entity.name]))


@entities
@settings(max_examples=60)
@given(data=st.data())
def test_a_strange_element_or_attribute_is_found_wherever_it_stands(entity: Entity, data: st.DataObject) -> None:
    root = etree.fromstring(xml.record(entity, data.draw(records(entity))))
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
    assert VOCABULARIES[entity].count_undeclared(root) == (Counter() if known else Counter([where]))
    assert VOCABULARIES[entity].knows(etree.tostring(root, encoding="UTF-8")) == known


@pytest.mark.parametrize(
    "text",
    [
        '<release id="1"><notes>a="b" c=\'d\' > ]] &lt;new&gt;</notes></release>',
        '<release id="1"><notes>x="</notes>\n  <title>y</title></release>\r\n\t<release\nid = \'2\' status=\'"2">\'/>',
        "",
    ],
)
def test_what_only_looks_strange_is_known(text: str) -> None:
    assert VOCABULARIES[RELEASES].knows(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '<release id="1"><notes>a\x0bb</notes></release>',
        '<release id="1\x00"/>',
        '<release id="1"><notes><![CDATA[a]]></notes></release>',
        '<release id="1"/><!-- a -->',
        '<release id="1"/>a',
        '<release id="1">',
        '<release id="1"></artist>',
        '<release id="1"><title>a</notes></release>',
        '<release id="1"><genre>a</genre></release>',
    ],
)
def test_what_the_fast_parser_would_pass_over_is_not_known(text: str) -> None:
    assert not VOCABULARIES[RELEASES].knows(text.encode())


def test_a_text_beside_elements_is_named_by_its_place() -> None:
    record = etree.fromstring('<release id="1"><genres>a<genre>b</genre>c<genre>d</genre></genres> </release>')
    assert VOCABULARIES[RELEASES].count_undeclared(record) == Counter(["/release/genres/text()"])


def test_the_strange_ones_of_many_records_are_told_by_their_places() -> None:
    known, strange = b'<release id="1"/>', b'<release id="2"><mood/></release>'
    assert VOCABULARIES[RELEASES].strange([known, strange, known, strange]) == [1, 3]
    assert VOCABULARIES[RELEASES].strange([]) == []
