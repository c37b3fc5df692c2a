"""Closed vocabularies of the dumps: genres, styles, countries, formats, roles, kinds of identifiers and companies."""

from functools import cache

from discogs_assets.sample.generated.words import cut

GENRES = {
    "Rock": 26.0,
    "Electronic": 24.0,
    "Pop": 14.0,
    "Folk, World, & Country": 8.0,
    "Jazz": 7.5,
    "Funk / Soul": 6.5,
    "Hip Hop": 4.5,
    "Classical": 4.5,
    "Latin": 3.5,
    "Reggae": 2.3,
    "Stage & Screen": 2.0,
    "Blues": 2.0,
    "Non-Music": 1.6,
    "Children's": 0.9,
    "Brass & Military": 0.4,
}
"""The 15 official genres with approximate shares."""

STYLE_KINDS = cut(
    "House Techno Trance Rock Pop Punk Jazz Folk Soul Funk Metal Ambient Blues Wave Beat Swing Core Step Disco "
    "Ballad Hop Dub Noise Country Groove"
)
STYLE_MOODS = cut(
    "Deep Acid Hard Progressive Free Dark Soft Garage Cosmic Modern Classic Minimal Tribal Psychedelic Southern "
    "Northern Euro Italo Latin Afro Space Glam Art Post Neo Cool Electro Industrial Chamber Tropical"
)

STYLES = tuple(f"{mood} {kind}" for kind in STYLE_KINDS for mood in STYLE_MOODS)
"""750 styles; the dumps have 757."""

COUNTRIES = cut(
    "US;UK;Germany;France;Japan;Italy;Netherlands;Canada;Europe;Spain;Australia;Unknown;Sweden;Brazil;Belgium;"
    "USSR;Greece;Poland;Mexico;Finland;Jamaica;Portugal;Norway;Russia;Argentina;Denmark;Switzerland;Austria;"
    "New Zealand;Czechoslovakia;Yugoslavia;Hungary;South Africa;UK & Europe;USA & Canada;Colombia;India;Turkey;"
    "Ireland;German Democratic Republic (GDR);Israel;Ukraine;Taiwan;South Korea;Venezuela;Romania;Peru;"
    "Czech Republic;Chile;Philippines;Indonesia;Croatia;Iceland;Bulgaria;China;Hong Kong;Thailand;Malaysia;"
    "Singapore;Serbia;Estonia;Lithuania;Slovenia;Nigeria;Ecuador;Egypt;Rhodesia;Scandinavia;Benelux;Worldwide;"
    "Australasia;Singapore, Malaysia & Hong Kong;UK, Europe & US;Germany, Austria, & Switzerland;Côte d'Ivoire;"
    "Réunion",
    ";",
)
"""Countries and regions, the frequent ones first; some are former states, some no states."""

QUALITIES = {
    "Needs Vote": 89.0,
    "Correct": 9.6,
    "Complete and Correct": 0.9,
    "Needs Minor Changes": 0.3,
    "Needs Major Changes": 0.15,
    "Entirely Incorrect": 0.05,
}
"""Data qualities with their shares."""

FORMATS = {
    "Vinyl": 47.0,
    "CD": 29.0,
    "File": 8.0,
    "Cassette": 6.5,
    "CDr": 4.0,
    "Shellac": 2.0,
    "DVD": 1.0,
    "All Media": 0.8,
    "Box Set": 0.6,
    "Lathe Cut": 0.4,
    "8-Track Cartridge": 0.3,
    "Flexi-disc": 0.2,
    "SACD": 0.1,
    "Blu-ray": 0.1,
}
"""Names of formats with approximate shares."""

DESCRIPTIONS = cut(
    'Album;LP;12";7";45 RPM;33 ⅓ RPM;Single;Compilation;EP;Reissue;Stereo;Limited Edition;Promo;Mini-Album;'
    'Maxi-Single;Mono;10";MP3;320 kbps;Remastered;Repress;White Label;Test Pressing;Unofficial Release;Numbered;'
    "Mixed;FLAC;WAV;Special Edition;Styrene;Club Edition;Deluxe Edition;Enhanced;Jukebox;78 RPM;Sampler;"
    "Partially Mixed;Transcription;Misprint;Picture Disc;Single Sided;Etched;NTSC;PAL;Multichannel;Quadraphonic;"
    'AAC;Business Card;Copy Protected;5";6";8";11";Minimax;Mispress;Ambisonic;Dolby Atmos',
    ";",
)
"""Descriptions of formats, the frequent ones first."""

COLOURS = cut(
    "Red;180g;Blue Translucent;Digipak;Gatefold;White;Clear;Green Marbled;Cardboard Sleeve;Jewel Case;Yellow;"
    "Black/White Splatter;Slipcase;Purple;Orange Cover;Die-cut;Pitman Pressing;Blue Labels;2nd Issue;"
    "Glow In The Dark",
    ";",
)
"""Free texts of formats."""

ROLES = cut(
    "Written-By;Producer;Mixed By;Mastered By;Vocals;Engineer;Guitar;Drums;Bass;Artwork;Composed By;"
    "Photography By;Remix;Arranged By;Keyboards;Piano;Music By;Lyrics By;Design;Recorded By;Percussion;"
    "Executive-Producer;Backing Vocals;Saxophone;Liner Notes;Trumpet;Violin;Featuring;Synthesizer;"
    "Acoustic Guitar;Conductor;Words By;Lead Vocals;Cello;Electric Guitar;Lacquer Cut By;Tenor Saxophone;"
    "Trombone;Programmed By;Orchestra;Performer;Flute;Co-producer;Organ;Layout;Alto Saxophone;Viola;Double Bass;"
    "Technician;Management;Clarinet;Harmonica;Coordinator;Strings;Accordion;Graphic Design;Soloist;Electronics;"
    "Banjo;Harp;DJ Mix;Scratches;Illustration;Edited By;Translated By;Choir;A&R",
    ";",
)
"""Roles, the frequent ones first."""

DETAILS = cut(
    "Additional;Assistant;All Tracks By;Recording, Re-mix;Uncredited;Original;Package Design, Graphics;Lead;Mix;"
    "Digital;Fender Rhodes;Vocal;Front Cover;Special Thanks To;At The Globe;Rhythm, Horns;2nd;Solo",
    ";",
)
"""Details in brackets after a role."""

IDENTIFIERS = cut(
    "Matrix / Runout;Barcode;Rights Society;Label Code;Other;Mould SID Code;Mastering SID Code;Distribution Code;"
    "Price Code;ISRC;Pressing Plant ID;SPARS Code;Depósito Legal;ASIN",
    ";",
)
"""Kinds of identifiers, the frequent ones first."""

PLACES = cut(
    "Side A;Side B;A-Side Runout, stamped;B-Side Runout, stamped;Text;Scanned;Side A runout etching;"
    "Side B runout etching;Variant 1;Variant 2;Side C;Side D;Printed;String;Mirrored, variant 1;On label;"
    "On sleeve",
    ";",
)
"""Descriptions of identifiers."""

COMPANIES = {
    "13": "Phonographic Copyright (p)",
    "14": "Copyright (c)",
    "21": "Published By",
    "17": "Pressed By",
    "9": "Distributed By",
    "23": "Recorded At",
    "4": "Record Company",
    "29": "Mastered At",
    "10": "Manufactured By",
    "27": "Mixed At",
    "6": "Licensed From",
    "8": "Marketed By",
    "16": "Made By",
    "31": "Lacquer Cut At",
    "30": "Mastered At",
    "19": "Glass Mastered At",
    "7": "Licensed To",
    "36": "Designed At",
    "45": "Printed By",
    "28": "Overdubbed At",
    "33": "Engineered At",
    "35": "Duplicated By",
    "44": "Exported By",
    "52": "Produced At",
}
"""Company roles by code, the frequent ones first; two codes have the same name."""

JOINS = (cut(", & Feat. / And With - vs. • Featuring + x Og Y Et Und"), ["Conducting The", ",Canta:", " Meets "])
"""Texts between two artists: the frequent ones, and rare ones."""

RANGES = cut(
    "1 to 3;A1;B2;1, 4;A1, A4 to B1, B3;1-1 to 1-9;2;A1 to A5;CD1-1 to CD1-12;1 - 12;3, 5, 7;AA1-AC3;B1 to B4;10;"
    "4 to 6;Prenatal A-B;2-03;A, B;1 to 12, 14;Side A",
    ";",
)
"""Free texts of the tracks that a credit is for."""


@cache
def roles() -> tuple[str, ...]:
    """Return about 1,200 role texts, the frequent ones first: single roles, roles with details, and lists of them."""
    bracketed = [f"{role} [{detail}]" for detail in DETAILS for role in ROLES[:30]]
    pairs = [f"{first}, {second}" for first in ROLES[:18] for second in ROLES[:24] if first != second]
    longer = [
        f"{first}, {second}, {bracketed[n]}" for n, (first, second) in enumerate(zip(ROLES, ROLES[5:], strict=False))
    ]
    special = [
        "Producer [Additional], Mixed By",
        "Engineer [Recording, Re-mix]",
        "Artwork By [Package Design, Graphics] [Uncredited]",
        ", ".join(f"{role} [{detail}]" for role, detail in zip(ROLES[:11], DETAILS, strict=False)),
    ]
    return tuple(
        dict.fromkeys([*ROLES, *special, *(x for y in zip(bracketed, pairs, strict=False) for x in y), *longer])
    )
