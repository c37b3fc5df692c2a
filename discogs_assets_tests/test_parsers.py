"""Tests that a record has one fate and one reading, whichever parser it goes to and whatever stands beside it."""

from collections import Counter
from itertools import islice

import lxml.etree as etree
import pytest

from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs import framing, lxml_reader
from discogs_assets.streams.discogs.framing import Block, Framing
from discogs_assets.streams.discogs.parse import Parsed, Parser
from discogs_assets_tests.oddities import Oddities

entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
BLOCK, ALONE = 250, 10
"""Records of a block, and of these the ones that are read alone as well."""


def block(entity: Entity, elements: list[bytes]) -> Block:
    """The records as framing would hand them on; only such as are one piece can be compared."""
    return Block(entity.record, b"\n".join(elements), len(elements), 0)


def is_framed(entity: Entity, made: bytes) -> bool:
    """Whether the record is one piece, as all well-formed ones are."""
    found = Block(entity.record, made, 1, 0).spans() == [(0, len(made))]
    assert found or not sound(made), made
    return found


def sound(made: bytes) -> bool:
    """Whether lxml finds the record well-formed."""
    try:
        lxml_reader.element(made)
    except lxml_reader.RecordError:
        return False
    return True


def fates(parsed: Parsed) -> list[object]:
    """What became of each record: its row, or its refusal."""
    found: dict[int, object] = dict(zip(parsed.rows, parsed.batch.to_pylist(), strict=True))
    starts = {start: place for place, (start, _) in enumerate(parsed.block.spans())}
    found |= {starts[each.offset]: (each.reason, each.data) for each in parsed.refused}
    assert sorted(found) == list(range(parsed.block.records))
    return [found[place] for place in range(parsed.block.records)]


def compare(entity: Entity, seed: int, count: int) -> Counter[str]:
    """Hold both readings of so many records against each other; how many were accepted and refused, known and not."""
    parser, found = Parser(entity, 2027), Counter[str]()
    source = (made for made in Oddities(entity, seed).records(3 * count) if is_framed(entity, made))
    while elements := list(islice(source, min(BLOCK, count - found["records"]))):
        whole = block(entity, elements)
        parsed, careful = parser.parse(whole), parser.parse_strictly(whole)
        assert fates(parsed) == fates(careful)
        assert parsed.batch.equals(careful.batch)
        assert parsed.undeclared == careful.undeclared
        for place, fate in islice(enumerate(fates(careful)), 0, None, len(elements) // ALONE or 1):
            alone = parser.parse(block(entity, [elements[place]]))
            assert fates(alone) == [fate]
        strange = set(parser._vocabulary.strange(elements))  # noqa: SLF001
        known = [place for place in range(len(elements)) if place not in strange]
        good = sorted(set(known) & set(parsed.rows))
        beside, all_fates = parser.parse(block(entity, [elements[place] for place in good])), fates(careful)
        assert fates(beside) == [all_fates[place] for place in good]
        found += Counter(records=len(elements), refused=len(parsed.refused), known=len(known))
        agree_with_the_document(entity, elements)
    return found


def agree_with_the_document(entity: Entity, elements: list[bytes]) -> None:
    """The well-formed records among others, as lxml and as framing find them in a document."""
    whole = [each for each in elements if sound(each)]
    root = entity.name.encode()
    data = b"<%b>" % root + b"\n".join(whole) + b"</%b>" % root
    tree = etree.fromstring(data, lxml_reader._parser())  # noqa: SLF001
    blocks = list(Framing(entity, "test").blocks(data[at : at + 5000] for at in range(0, len(data), 5000)))
    pieces = [each.data[start:end] for each in blocks for start, end in each.spans()]
    assert pieces == whole
    assert sum(each.records for each in blocks) == len(whole)
    for piece, node in zip(pieces, tree, strict=True):
        node.tail = None
        assert etree.tostring(lxml_reader.element(piece), method="c14n") == etree.tostring(node, method="c14n")


@entities
def test_both_readers_agree_on_odd_records_whatever_their_neighbours(entity: Entity) -> None:
    found = compare(entity, 1, 500)
    assert found["records"] == 500
    assert found["refused"] > 25
    assert 125 < found["known"] < 475


@pytest.mark.slow
@entities
def test_both_readers_agree_on_many_odd_records(entity: Entity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "STRAY_LIMIT", 1000)
    assert compare(entity, 2, 2500)["records"] == 2500
