"""What texts and numbers are searched by: functions in SQL, the same in a question and in the index that answers it.

What belongs here: these functions. What doesn't: which columns have such an index (see `model.Index` and `sql`).

Each is a function of its argument alone, so that an index can hold what it gives. Names are spelt out, since an index
is built with an empty search path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SCHEMA = "discogs"
"""Where the functions are, beside the views: readers need not name it."""

CODE_LENGTH = 64
"""Characters of a number as printed that it is searched by: no B-tree takes texts of any length."""

WORDS_LENGTH = 200_000
"""Characters of a text that are searched by words: a tsvector holds 1 MB, and no character takes more than 5 bytes."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one text: what it gives, as an expression of `$1`, what that means, and a question that uses it.

    The others rest on a function without an example.
    """

    name: str
    returns: str
    body: str
    doc: str
    example: str


PLAIN = Function(
    "plain",
    "text",
    "lower(public.unaccent('public.unaccent'::regdictionary, $1))",
    "The text without accents and capitals.",
    "plain(title) LIKE plain('Bjö%')",
)
SEPARATED = Function(
    "separated",
    "text",
    f"regexp_replace({SCHEMA}.plain($1), '[^[:alnum:]]+', ' ', 'g')",
    "The plain text with spaces instead of all that is neither letter nor digit: AC/DC has two words.",
    "",
)
WORDS = Function(
    "words",
    "tsvector",
    f"to_tsvector('simple'::regconfig, left({SCHEMA}.separated($1), {WORDS_LENGTH}))",
    "Its words as PostgreSQL searches full texts: none is left out as a stop word, and none cut to its stem. Of a text "
    f"its first {WORDS_LENGTH:,} characters count, and no word of more than 2,046 bytes.",
    "words(name) @@ all_words('the who')",
)
ALL_WORDS = Function(
    "all_words",
    "tsquery",
    f"plainto_tsquery('simple'::regconfig, {SCHEMA}.separated($1))",
    "Asks for every word of the text.",
    "words(name) @@ all_words('bjork')",
)
CODE = Function(
    "code",
    "text",
    f"left(upper(regexp_replace($1, '[^[:alnum:]]+', '', 'g')), {CODE_LENGTH})",
    f"The letters and digits of a number as printed, in capitals, the first {CODE_LENGTH}.",
    "catno_code = code('blp-1577')",
)
FUNCTIONS = (PLAIN, SEPARATED, WORDS, ALL_WORDS, CODE)


def create() -> Iterator[str]:
    """The statements that make the functions, or make them anew."""
    for each in FUNCTIONS:
        yield (
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.{each.name}(text) RETURNS {each.returns} "
            f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN {each.body}"
        )


def call(function: Function, expression: str) -> str:
    """The function of an expression."""
    return f"{SCHEMA}.{function.name}({expression})"
