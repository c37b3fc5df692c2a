"""Records of the three layouts of the dumps, as bytes, by layout and entity.

What belongs here: reading `data/`. What doesn't: what is done with the records.
"""

from pathlib import Path

from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.framing import Framing

DATA = Path(__file__).parent / "data"


def _records(layout: str, entity: Entity) -> list[bytes]:
    file = DATA / layout / f"{entity.name}.xml"
    blocks = Framing(entity, file.name).blocks([file.read_bytes()])
    return [block.data[start:end] for block in blocks for start, end in block.spans()]


LAYOUTS = {
    layout: {entity.name: _records(layout, entity) for entity in ENTITIES} for layout in ("classic", "2025", "modern")
}
