"""Odd texts found in real dumps, each to be loaded unchanged.

Dangling references and repeated rows are generated with the records.
"""

from discogs_assets.sample.generated.columns import Pool

BLANK = ("", " ", "\u00a0", "\u2003 ")
"""Empty and blank texts."""

NAMES = (
    *BLANK,
    None,
    "Robert'); DROP TABLE artists;--",
    "' OR '1'='1",
    "{name: 'x'}) DETACH DELETE n //",
    "`MATCH (n) RETURN n`",
    "${jndi}",
    "{{7*7}}",
    "%s %d %(name)s",
    "\\",
    "\\.",
    "\\N",
    "C:\\temp\\new",
    "NULL",
    "None",
    "nan",
    "0",
    "-1",
    "1e309",
    "true",
    "=1+1",
    'The "Quoted" Ones',
    '""',
    "'",
    "It''s, \"both\"",
    "a,b;c|d",
    "<name>Not A Tag</name>",
    "</artist>",
    "<![CDATA[x]]>",
    "&amp; &lt; &#13;",
    'R&D <3 > "all"',
    "<!-- comment -->",
    "One\u00a0Two",
    "Line\u2028Separator",
    "Zero\u200bWidth",
    "\ufeffMarked",
    "Soft\u00adHyphen",
    " leading",
    "trailing ",
    "in  between",
    "e\u0301 combined",
    "\U0001f3b5 \U0001f3b6",
    "שלום abc שלום",
    "Ünïcödé ﷽",
    "!!!",
    "(2)",
    "Name (2) (3)",
    "[a=Someone]",
    "x" * 300,
)
"""Texts that are also allowed in attributes; None is an absent text."""

TEXTS = (
    *(text for text in NAMES if text is not None),
    "TAB\there",
    "\t",
    "First\r\nSecond",
    "First\nSecond",
    "\r\n\r\n",
    "lone\rreturn",
    '\n</release>\n<release id="99">\n',
    "\nrelease\n\\.\n",
    "Two\u2028\u2029lines",
)
"""Texts of elements."""

NAME_POOL = Pool(NAMES)
NAME_ATTRIBUTES = Pool(NAMES, attribute=True)
TEXT_POOL = Pool(TEXTS)

RELEASED = (
    "?",
    "0000",
    "0400-01-01",
    "197",
    "197?",
    "19999",
    "0",
    "1999-13-45",
    "1999-02-30",
    "99",
    "Unknown",
    "2-1-3",
)
YEARS = ("0", "197", "3000", "-1", "1", "20")
QUANTITIES = ("0", "1" + "0" * 51, "9" * 64, "x", "-1", "1.5", "", "007")
DURATIONS = ("?", "99:99:99", "3'37\"", "4.15", "about 5 min", "00:00", "-", "1:2:3:4", "Infinite")
POSITIONS = (
    "AA",
    "9.9",
    "LP-A1",
    "DVD-2",
    "CD1-Video",
    "b",
    "Video",
    "A1.2",
    "2-1.3",
    "B1.a",
    "1-2a",
    "10a",
    "∞",
    "A/B",
)
CATNOS = ("none", "None", "NONE", "", " ", "n/a", "?", "ABC 001 / DEF 002", "-")
DURATION_NUMBERS = ("", "abc", "-5", "0")
GENRES = ("1", "23", "", " ")
"""Numeric genres date from before genres had names."""
ROLES = (
    "",
    " ",
    ", ,",
    "Vocals,",
    "Producer , Mixed By",
    "[Uncredited]",
    "Mixed By,, Mixed By",
    "\u00a0",
    "R&B <Voice>",
)
URLS = (
    "",
    " ",
    "www.example.com",
    "artist.example.org",
    "Bandcamp : https://example.org/x",
    "see http://example.com/a?b=1&c=2",
)
LONG = "9" * 1_351

RELEASED_POOL = Pool(RELEASED)
YEAR_POOL = Pool(YEARS)
QUANTITY_POOL = Pool(QUANTITIES, attribute=True)
DURATION_POOL = Pool(DURATIONS)
POSITION_POOL = Pool(POSITIONS)
CATNO_POOL = Pool(CATNOS, attribute=True)
CATNO_TEXTS = Pool(CATNOS)
NUMBER_POOL = Pool(DURATION_NUMBERS, attribute=True)
URL_POOL = Pool(URLS)
VALUE_POOL = Pool([*NAMES, LONG], attribute=True)
