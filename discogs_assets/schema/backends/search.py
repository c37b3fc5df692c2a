"""SQL functions for text search, used in queries and in the indexes that answer them."""

from collections.abc import Iterator
from dataclasses import dataclass

SCHEMA = "discogs"
"""Schema of the functions, shared with the views; readers need not qualify them."""

CODE_LENGTH = 64
"""Characters of a printed number that are searched: a B-tree does not take texts of any length."""

WORDS_LENGTH = 200_000
"""Characters of a text that are searched by words: a tsvector holds 1 MB, and no character takes more than 5 bytes."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one text: `body` is an expression of `$1`, `doc` its meaning, `example` a query that uses it.

    Functions without an example are helpers of the others. The result depends on the argument alone, so that an index
    can store it. Names are qualified, since an index is built with an empty search path.
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
    "The text in lower case, without accents.",
    "plain(title) LIKE plain('Bjö%')",
)
SEPARATED = Function(
    "separated",
    "text",
    f"regexp_replace({SCHEMA}.plain($1), '[^[:alnum:]]+', ' ', 'g')",
    "The plain text with a space for any run of characters other than letters and digits: AC/DC has two words.",
    "",
)
WORDS = Function(
    "words",
    "tsvector",
    f"to_tsvector('simple'::regconfig, left({SCHEMA}.separated($1), {WORDS_LENGTH}))",
    "Words of the text for full-text search, without stop words or stemming. Only the first "
    f"{WORDS_LENGTH:,} characters and words of up to 2,046 bytes are indexed.",
    "words(name) @@ all_words('the who')",
)
ALL_WORDS = Function(
    "all_words",
    "tsquery",
    f"plainto_tsquery('simple'::regconfig, {SCHEMA}.separated($1))",
    "Query for all words of the text.",
    "words(name) @@ all_words('bjork')",
)
CODE = Function(
    "code",
    "text",
    f"left(upper(regexp_replace($1, '[^[:alnum:]]+', '', 'g')), {CODE_LENGTH})",
    f"Letters and digits of a printed number in upper case, at most {CODE_LENGTH}.",
    "catno_code = code('blp-1577')",
)
# [0-9], since \d matches digits of any script in some collations.
SECONDS = Function(
    "seconds",
    "integer",
    "CASE WHEN $1 ~ '^([0-9]{1,3}:[0-5]?[0-9]|[0-9]{1,5}):[0-5][0-9]$' THEN split_part($1, ':', -1)::int"
    " + 60 * split_part($1, ':', -2)::int + 3600 * coalesce(nullif(split_part($1, ':', -3), ''), '0')::int END",
    "Seconds of a duration printed as m:ss or h:mm:ss; null in any other form.",
    "seconds('1:02:03')",
)
FUNCTIONS = (PLAIN, SEPARATED, WORDS, ALL_WORDS, CODE, SECONDS)


def create() -> Iterator[str]:
    """Yield the statements that create or replace the functions."""
    for each in FUNCTIONS:
        yield (
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.{each.name}(text) RETURNS {each.returns} "
            f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN {each.body}"
        )


def call(function: Function, expression: str) -> str:
    """Return a call of the function with an expression."""
    return f"{SCHEMA}.{function.name}({expression})"
