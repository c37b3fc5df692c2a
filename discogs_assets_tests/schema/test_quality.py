"""Tests of `schema.quality`: for each rule what it flags, and what comes close and is sound."""

from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discogs_assets.schema.backends.arrow import RAW
from discogs_assets.schema.discogs import ARTISTS, ENTITIES, LABELS, MASTERS, RELEASES
from discogs_assets.schema.model import Entity, Field, Rows
from discogs_assets.schema.quality import RULES, QualityRule, rules
from discogs_assets_tests import flags, strategies

pytestmark = pytest.mark.slow

Record = dict[str, Any]

ARTIST = {"id": 45, "name": "Aphex Twin"}
SOUND: dict[Entity, Record] = {
    ARTISTS: {"id": 1, "name": "The Persuader", "data_quality": "Needs Vote", "urls": ["https://a.se", "a.se/b"]},
    LABELS: {"id": 1, "name": "Planet E", "data_quality": "Complete and Correct"},
    MASTERS: {
        "id": 1, "title": "T", "main_release": 7, "artists": [ARTIST], "genres": ["Rock"], "year_raw": "0",
        "data_quality": "Correct",
    },
    RELEASES: {
        "id": 1, "title": "T", "artists": [ARTIST], "labels": [{"id": 5, "name": "L", "catno": "none"}],
        "formats": [{"name": "Vinyl", "qty": "2"}], "genres": ["Rock"], "styles": ["Prog Rock"],
        "tracklist": [{"title": "A heading"}, {"position": "A1", "title": "T", "duration": "3:37"}],
        "released": "1969-09-26", "master_id": 0, "is_main_release": "false",
    },
}  # fmt: skip


class Case(NamedTuple):
    """Changes to a sound record, what the rule then finds, and changes that come close and are sound."""

    changes: Record
    found: str
    close: Record


def identify(kind: str, *values: str | None) -> Record:
    return {"identifiers": [{"type": kind, **({"value": value} if value else {})} for value in values]}


def tracks(**values: str) -> Record:
    return {"tracklist": [{"position": "A1", "title": "T", "duration": "3:37"}, {"title": "U", **values}]}


def credit(*roles: str) -> Record:
    return {"extraartists": [{**ARTIST, "role": role} for role in roles]}


def formats(name: str, released: str) -> Record:
    return {"formats": [{"name": "Vinyl", "qty": "1"}, {"name": name, "qty": "1"}], "released": released}


def labels(*catnos: str) -> Record:
    return {"labels": [{"id": 5, "name": "L", "catno": catno} for catno in catnos]}


def names_of(rows: str, *ids: int | None) -> Record:
    return {rows: [{"name": "N", **({} if number is None else {"id": number})} for number in ids]}


CASES: dict[str, Case] = {
    "name_missing": Case({"name": "\u00a0"}, "", {"name": "?"}),
    "title_missing": Case({"title": ""}, "", {"title": "-"}),
    "artists_missing": Case({"artists": []}, "", names_of("artists", 194)),
    "labels_missing": Case({"labels": []}, "", labels("none")),
    "formats_missing": Case({"formats": []}, "", {"formats": [{"name": "All Media"}]}),
    "tracks_missing": Case({"tracklist": []}, "", {"tracklist": [{"title": "Untitled"}]}),
    "genres_missing": Case({"genres": []}, "", {"genres": ["Non-Music"]}),
    "main_release_missing": Case({"main_release": 0}, "", {"main_release": 1}),
    "do_not_use": Case({"profile": "[b]Do Not Use[/b]"}, "[b]Do Not Use[/b]", {"profile": "Do use."}),
    "name_garbled": Case({"name": "BeyoncÃ©"}, "BeyoncÃ©", {"name": "JOÃO BJÖRK Â"}),
    "title_garbled": Case({"title": "a\ufffdb"}, "a\ufffdb", {"title": "São"}),
    "name_padded": Case({"name": " N"}, " N", {"name": "N N"}),
    "title_padded": Case({"title": "N\u200b"}, "N\u200b", {"title": "N\u00a0N"}),
    "data_quality_unknown": Case({"data_quality": "Good"}, "Good", {"data_quality": "Entirely Incorrect Edit"}),
    "value_odd": Case({"id": "007"}, "id = 007", {"id": "7"}),
    "url_odd": Case(
        {"urls": ["https://a.se", "see a.se", "myspace"]}, "see a.se | myspace", {"urls": [" www.a.se/~b?c=d ", "a.se"]}
    ),
    "own_alias": Case(names_of("aliases", 2, 1), "1", names_of("aliases", 2, None)),
    "own_member": Case(names_of("members", 1), "1", names_of("members", 11)),
    "own_group": Case(names_of("groups", 1), "1", names_of("groups", 0)),
    "own_sublabel": Case(names_of("sublabels", 1), "1", names_of("sublabels", 3)),
    "own_parent": Case({"parentLabel": {"id": 1, "name": "L"}}, "1", {"parentLabel": {"id": 2, "name": "L"}}),
    "member_and_group": Case(
        {**names_of("members", 2, 3), **names_of("groups", 3, 4)},
        "3",
        {**names_of("members", 2, 0), **names_of("groups", 3, 0)},
    ),
    "alias_repeated": Case(names_of("aliases", 2, 2), "2 N", names_of("aliases", 2, 3)),
    "member_repeated": Case(names_of("members", 2, 3, 2, 2), "2 N | 2 N", names_of("members", 2)),
    "group_repeated": Case(names_of("groups", None, None), "N", names_of("groups", None, 2)),
    "sublabel_repeated": Case(names_of("sublabels", 4, 4), "4 N", names_of("sublabels", 4, 5)),
    "alias_unlinked": Case(names_of("aliases", 2, None, 0), "N | N", names_of("aliases", 2)),
    "member_unlinked": Case({"members": [{"id": 0}]}, "", names_of("members", 2)),
    "group_unlinked": Case(names_of("groups", None), "N", names_of("groups", 3)),
    "sublabel_unlinked": Case(names_of("sublabels", 0), "N", names_of("sublabels", 3)),
    "artist_unlinked": Case(names_of("artists", 2, 0), "N", names_of("artists", 355)),
    "label_unlinked": Case({"labels": [{"name": "L"}]}, "L", {"labels": [{"id": 1818, "name": "Not On Label"}]}),
    "company_unlinked": Case({"companies": [{"name": "C"}]}, "C", {"companies": [{"id": 8, "name": "C"}]}),
    "genre_numeric": Case({"genres": ["Rock", "123"]}, "123", {"genres": ["Funk / Soul"]}),
    "genre_unknown": Case({"genres": ["rock", "Dub"]}, "rock | Dub", {"genres": ["Folk, World, & Country"]}),
    "genre_repeated": Case({"genres": ["Pop", "Rock", "Pop"]}, "Pop", {"genres": ["Pop", "Rock"]}),
    "style_repeated": Case({"styles": ["Dub", "Dub", "Dub"]}, "Dub | Dub", {"styles": ["Dub", "Dub Techno"]}),
    "year_unsound": Case({"year_raw": "197"}, "197", {"year_raw": "1860"}),
    "released_unsound": Case({"released": "0400-01-01"}, "0400-01-01", {"released": "2027"}),
    "released_impossible": Case({"released": "2001-02-29"}, "2001-02-29", {"released": "2000-02-29"}),
    "format_before_its_time": Case(formats("CD", "1969"), "CD", formats("CD", "1982")),
    "quantity_odd": Case({"formats": [{"name": "CD", "qty": "9" * 52}]}, "9" * 52, {"formats": [{"qty": "9999"}]}),
    "barcode_check_digit": Case(
        identify("Barcode", "5 099902 987613", "0 7777-46001-2 6"),
        "0 7777-46001-2 6",
        identify("Barcode", "5099902987613", "0 7777-46001-2 5", "12345678", "none", "XGTIN 5099902987614"),
    ),
    "isrc_malformed": Case(identify("ISRC", "GB-AYE-69"), "GB-AYE-69", identify("ISRC", "GB-AYE-69-00531")),
    "label_code_malformed": Case(
        identify("Label Code", "0542", "LC 12"),
        "0542 | LC 12",
        identify("Label Code", "LC 0542", "(LC) 0123", "lc-0542"),
    ),
    "identifier_empty": Case(identify("Other", None, "x"), "Other", identify("Other", "x")),
    "catno_repeated": Case(labels("A", "B", "A"), "5 L A", labels("A", "B")),
    "credit_repeated": Case(credit("Drums", "Drums"), "45 Aphex Twin Drums", credit("Drums", "Bass")),
    "role_unbalanced": Case(credit("Mixed By [A"), "Mixed By [A", credit("Mixed By [A, B], Artwork [C]")),
    "position_repeated": Case(tracks(position="A1"), "A1", tracks(position="A2")),
    "track_untitled": Case(tracks(position="A2", title=""), "A2", tracks(position="A2")),
    "duration_odd": Case(tracks(duration="3:60"), "3:60", tracks(duration="1:02:03")),
    "main_of_no_master": Case({"is_main_release": "true"}, "true", {"is_main_release": "true", "master_id": 9}),
}  # fmt: skip

RECORDS = {entity: strategies.records(entity) for entity in ENTITIES}

ASKED = [pytest.param(rule, entity, id=f"{rule.name}-{entity.name}") for rule in RULES for entity in rule.entities]


def found(entity: Entity, *changes: Record) -> list[dict[str, str]]:
    """What the rules find in sound records with these changes."""
    return [flags.find_flags(entity, [{**SOUND[entity], **each}])[0] for each in changes]


@pytest.mark.parametrize("entity", ENTITIES, ids=repr)
def test_a_sound_record_is_flagged_by_no_rule(entity: Entity) -> None:
    assert found(entity, {}) == [{}]


@pytest.mark.parametrize(("rule", "entity"), ASKED)
def test_a_rule_flags_what_it_says_and_not_what_comes_close(rule: QualityRule, entity: Entity) -> None:
    case = CASES[rule.name]
    flagged, sound = found(entity, case.changes, case.close)
    assert flagged[rule.name] == case.found
    assert rule.name not in sound


@pytest.mark.parametrize("date", ["1999", "1999-00-00", "1999-03-00", "1999-03", "1999-03-22", "1904-02-29"])
def test_a_date_may_lack_its_day_and_month(date: str) -> None:
    assert found(RELEASES, {"released": date}) == [{}]


@pytest.mark.parametrize("date", ["1999-13-00", "1999-04-31", "1999-00-12", "1999/03/22", "1999-3-2", "1999 (?)"])
def test_no_other_form_of_a_date_is_possible(date: str) -> None:
    assert found(RELEASES, {"released": date}) == [{"released_impossible": date}]


@pytest.mark.parametrize("date", ["?", "0", "0000", "197", "2028", "19690", "ca. 1969"])
def test_a_date_without_a_sound_year_is_flagged_once(date: str) -> None:
    assert found(RELEASES, {"released": date}) == [{"released_unsound": date}]


def test_a_track_is_compared_with_those_of_its_own_release() -> None:
    flagged = flags.find_flags(RELEASES, [{**SOUND[RELEASES], "id": 1}, {**SOUND[RELEASES], "id": 2}])
    assert flagged == [{}, {}]


def test_rules_are_told_apart_by_name_and_each_has_a_case() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert set(CASES) == {rule.name for rule in RULES}


@pytest.mark.parametrize(("rule", "entity"), ASKED)
def test_a_rule_says_where_it_looks_in_the_words_of_the_schema(rule: QualityRule, entity: Entity) -> None:
    outer, _, inner = rule.field.replace("[]", "").partition(".")
    if outer != RAW:
        part = entity.part(outer)
        assert not inner or inner in {each.name for each in getattr(part, "fields", ())}
        assert ("[]." in rule.field) == (bool(inner) and isinstance(part, Rows))
        assert not isinstance(part, Field) or not inner
    assert rule.doc.endswith(".")


@pytest.mark.parametrize("entity", ENTITIES, ids=repr)
@given(data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_can_be_asked(entity: Entity, data: st.DataObject) -> None:
    record = data.draw(RECORDS[entity])
    assert set(flags.find_flags(entity, [record])[0]) <= {rule.name for rule in rules(entity)}
