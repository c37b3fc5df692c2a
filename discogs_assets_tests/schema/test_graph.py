"""Tests of `schema.graph` and `schema.backends.cypher`."""

from discogs_assets.schema import graph
from discogs_assets.schema.backends import cypher
from discogs_assets.schema.discogs import ENTITIES


def test_every_link_of_an_entity_belongs_to_a_documented_type() -> None:
    stated = {link.type for entity in ENTITIES for link in entity.links}
    assert stated | {"PART_OF", *graph.MUSICBRAINZ} == set(graph.DOCS) == {each.type for each in graph.RELATIONSHIPS}


def test_ends_and_pairs_are_node_labels() -> None:
    labels = {node.label for node in graph.NODES}
    for each in graph.RELATIONSHIPS:
        assert {label for pair in each.pairs for label in pair} | set(each.ends) <= labels


def test_a_node_with_a_record_keeps_its_id_as_a_property() -> None:
    assert graph.id_column("Artist") == "id:ID(Artist)"
    assert graph.id_column("Genre") == ":ID(Genre)"


def test_every_column_of_the_graph_tables_has_a_meaning() -> None:
    for each in graph.NODES:
        assert all(graph.meanings(each.label).values())
    assert graph.meanings("ON") == {
        "catno": "Catalogue number as printed; `none` if there is none.",
        "catnos:string[]": "All values of: Catalogue number as printed; `none` if there is none.",
        ":START_ID(Release)": "Start node: Release.",
        ":END_ID(Label)": "End node: Label.",
    }


def test_every_property_of_a_relationship_is_explained_where_it_lies() -> None:
    for each in graph.RELATIONSHIPS:
        columns = {name.removesuffix(":string[]") for name in graph.meanings(each.type) if not name.startswith(":")}
        assert columns == set(each.properties), each.type


def test_every_label_has_a_unique_key_and_can_be_searched() -> None:
    statements = "\n".join((*cypher.constraints(), *cypher.indexes()))
    for node in graph.NODES:
        assert f"FOR (n:{node.label}) REQUIRE n.{'id' if node.entity else 'name'} IS UNIQUE" in statements
        assert f"CREATE FULLTEXT INDEX {node.label.lower()}_fulltext" in statements
        assert f"COUNT {{ (:{node.label}) }}" in cypher.counts()
    assert all(f"[:{each.type}]" in cypher.counts() for each in graph.RELATIONSHIPS)
