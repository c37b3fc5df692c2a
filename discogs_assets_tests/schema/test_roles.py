"""Tests of `schema.roles`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.schema import roles


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Producer", ["Producer"]),
        ("Producer [Additional], Mixed By", ["Producer [Additional]", "Mixed By"]),
        ("Engineer [Recording, Re-mix]", ["Engineer [Recording, Re-mix]"]),
        ("Artwork By [Package Design, Graphics] [Uncredited]", ["Artwork By [Package Design, Graphics] [Uncredited]"]),
        ("Vocals,Guitar ,, Bass,", ["Vocals", "Guitar", "Bass"]),
        ("  ", []),
        ("Written-By [a, b], Producer [c, d], Mixed By", ["Written-By [a, b]", "Producer [c, d]", "Mixed By"]),
        (
            "Producer [Additional, [Vocals, Keys], Mix], Mixed By",
            ["Producer [Additional, [Vocals, Keys], Mix]", "Mixed By"],
        ),
        ("A [b, [c, [d, e], f], g] [h, i], J", ["A [b, [c, [d, e], f], g] [h, i]", "J"]),
        ("Drums, Guitar [Lead, Vocals", ["Drums", "Guitar [Lead, Vocals"]),
        ("Guitar [Lead, [Slide], Vocals, Bass", ["Guitar [Lead, [Slide], Vocals, Bass"]),
        ("Guitar Lead, Slide], Vocals", ["Guitar Lead, Slide]", "Vocals"]),
        ("A], B], C, D", ["A], B]", "C", "D"]),
        ("A], B, C [d, e", ["A]", "B", "C [d, e"]),
        ("][, A", ["][, A"]),
    ],
)
def test_roles_are_split_at_commas_that_no_bracket_may_hold(text: str, found: list[str]) -> None:
    assert roles.split(text) == found


@given(st.text("ab ,[]", max_size=20))
def test_splitting_loses_nothing_but_commas_and_space(text: str) -> None:
    kept = "".join(roles.split(text)).replace(",", "").replace(" ", "")
    assert kept == text.replace(",", "").replace(" ", "")


@pytest.mark.parametrize(
    ("role", "category"),
    [
        ("Written-By", "writing"),
        ("Composed By", "writing"),
        ("Lyrics By", "writing"),
        ("Music By [All Tracks By]", "writing"),
        ("Arranged By", "arrangement"),
        ("Producer [Additional]", "production"),
        ("Executive-Producer", "production"),
        ("Recorded By [Drums]", "engineering"),
        ("Drums [Additional, [Snare, Toms], Mixed]", "performance"),
        ("Drums [Mixed, Snare", "performance"),
        ("Mixed By", "engineering"),
        ("Remix", "remix"),
        ("DJ Mix", "remix"),
        ("Mastered By", "mastering"),
        ("Lacquer Cut By", "mastering"),
        ("Bass Guitar", "performance"),
        ("Backing Vocals", "performance"),
        ("Featuring", "performance"),
        ("Tenor Saxophone", "performance"),
        ("Conductor", "conducting"),
        ("Photography By", "design"),
        ("Artwork By [Package Design, Graphics]", "design"),
        ("Liner Notes", "text"),
        ("Narrator", "spoken"),
        ("Management", "management"),
        ("Organized By", "other"),
        ("Discovered By", "other"),
        ("Performer", "performance"),
        ("Other [Thanks To]", "other"),
        ("", "other"),
    ],
)
def test_a_role_has_the_category_of_its_words(role: str, category: str) -> None:
    assert roles.category(role) == category


def test_no_word_stands_in_two_categories() -> None:
    words = [word for found in roles.CATEGORIES.values() for word in found]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Producer [Additional], Mixed By [a, b]", ("producer", "mixed_by")),
        ("Written-By, written-by, PRODUCER", ("written-by", "producer")),
        ("Régie  De Scène", ("regie_de_scene",)),
        ("Guitar [Lead", ("guitar",)),
        ("[all], ", ()),
    ],
)
def test_the_keys_of_a_role_text_have_neither_case_nor_accents_nor_details(text: str, found: tuple[str, ...]) -> None:
    assert roles.keys(text) == found
