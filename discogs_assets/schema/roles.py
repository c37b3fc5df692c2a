"""Grammar of Discogs' role texts, and the categories of roles."""

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

CATEGORIES = {
    category: tuple(" ".join(words.split()).split(", "))
    for category, words in {
        "mastering": "mastered, remastered, mastering, remastering, lacquer cut, cut by, transferred, transfer",
        "remix": "remix, remixed, re-mix, dj mix, mashup, reconstructed",
        "engineering": """
            engineer, engineered, engineering, recorded, recording, mixed, mixing, mixdown, mix, edited, editor,
            sound, audio, tape op, technician, technical, restoration, overdubbed, sequenced, field
        """,
        "writing": """
            written-by, written by, songwriter, composed, composer, lyrics, words, libretto, music by, author,
            lyricist, score, libretto by, poem, text by, story by, script, concept
        """,
        "arrangement": "arranged, arranger, orchestrated, adapted, transcription, transcribed, copyist",
        "production": """
            producer, co-producer, produced, co-produced, production, executive-producer, executive producer,
            supervised, supervisor, compiled, compilation, a&r, programmed, programming, drum programming, post
            production, reissue producer, commissioned, curated
        """,
        "design": """
            artwork, art, design, designed, designer, photography, photographer, cover, layout, illustration,
            typography, sleeve, graphics, graphic, painting, model, lettering, film, video, animation, image editor,
            logo, package, booklet, drawing, cgi, camera, director
        """,
        "text": "liner notes, sleeve notes, translated, translation, research, booklet editor, interviewer, notes",
        "conducting": "conductor, conducted, concertmaster, orchestra leader, bandleader, leader, chorus master",
        "spoken": "narrator, voice actor, read by, spoken, speech, dialog, performer [spoken], mc, commentator",
        "management": """
            management, managed, manager, booking, legal, coordinator, promotion, public relations, marketing,
            advisor, product manager, administrator, label manager, contractor, presented, presenter, distributed
        """,
        "performance": """
            vocals, vocal, voice, singer, choir, chorus, backing, lead, soprano, alto, tenor, baritone, bass, mezzo-
            soprano, countertenor, rap, rapper, beatbox, scat, whistling, humming, featuring, performer, soloist,
            ensemble, orchestra, band, musician, instruments, guitar, guitars, drums, drum, percussion, keyboards,
            keyboard, piano, organ, synthesizer, synth, saxophone, trumpet, trombone, tuba, flugelhorn, cornet,
            horn, horns, brass, woodwind, reeds, clarinet, oboe, bassoon, flute, piccolo, recorder, harmonica,
            accordion, bandoneon, concertina, melodica, violin, viola, cello, contrabass, double bass, strings,
            harp, fiddle, banjo, mandolin, ukulele, lute, sitar, tabla, koto, oud, bouzouki, zither, dulcimer,
            vibraphone, xylophone, marimba, glockenspiel, celesta, harpsichord, clavinet, clavichord, mellotron,
            theremin, electronics, tape, turntables, scratches, sampler, samples, effects, noises, congas, bongos,
            timbales, timpani, cymbal, cowbell, tambourine, maracas, shaker, claves, handclaps, claps, cajon,
            djembe, gong, bells, triangle, vocoder, rhodes, wurlitzer, hammond, moog, bagpipes, whistle, kazoo,
            jew's harp, didgeridoo, pan flute, steel guitar, dobro, pedal steel, washboard, spoons, rhythm, leads,
            loops
        """,
    }.items()
}
"""Lower-case words by category; the category of a role is the first with a matching word. Instruments and voices come
last, since their words occur in other roles: `Recorded By [Drums]` is engineering, `Bass Guitar` is not."""

OTHER = "other"

_PATTERNS = {
    category: re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, words)) + r")(?![\w-])")
    for category, words in CATEGORIES.items()
}


def split(text: str) -> list[str]:
    """Return the roles of a role text, as written; empty if it names none.

    A role text is a comma list; details in square brackets may contain commas, as in
    `Producer [Additional], Engineer [Recording, Mixing]`; brackets nest. An unclosed opening bracket encloses all that
    follows, an unopened closing one all that precedes: text that a bracket may enclose is never taken for a role.
    """
    separated = "".join("\0" if sign == "," and not depth else sign for sign, depth in _depths(text))
    return [role for part in separated.split("\0") if (role := part.strip())]


def _depths(text: str) -> list[tuple[str, int]]:
    """Return each character with the number of brackets that enclose it; a bracket counts as enclosed by itself."""
    after = list(accumulate(((sign == "[") - (sign == "]") for sign in text), initial=0))
    unopened = -min(after)
    return [(sign, unopened + max(pair)) for sign, *pair in zip(text, after, after[1:], strict=False)]


def name(role: str) -> str:
    """Return one role without details in brackets: `Producer` of `Producer [Additional]`."""
    return " ".join("".join(" " if depth else sign for sign, depth in _depths(role)).split())


@lru_cache(1 << 16)
def keys(text: str) -> tuple[str, ...]:
    """Return the roles of a role text as terms to search for: `mastered_by` of `Mastered By [Vinyl]`."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(dict.fromkeys(filter(None, (name(role).replace(" ", "_") for role in split(folded)))))


def category(role: str) -> str:
    """Return the category of one role, by its words outside brackets, or else inside; `other` if none is known."""
    for words in (name(role).casefold(), role.casefold()):
        for found, pattern in _PATTERNS.items():
            if pattern.search(words):
                return found
    return OTHER
