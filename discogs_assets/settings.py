"""All environment variables of the project, typed; nothing that they name is opened, checked or created here."""

import os
import re
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from discogs_assets import variables
from discogs_assets.errors import SettingError

TARGETS = ("documents", "relational", "neo4j", "search")
"""Parts of the databases, and the search index, that months are loaded into."""

OWNER = re.compile(r"team:\w+|[\w.+-]+@[\w-]+(\.[\w-]+)+")
"""Owners that Dagster accepts."""


RATE = r"^[1-9][0-9]*/(second|minute|hour|day)$"
"""Rates, as a pattern."""

AGE = re.compile(r"[1-9][0-9]{0,2}")
"""Ages in years."""

PLAIN = re.compile(r"[!-~]+")
"""Secrets that a header can carry, and URLs."""


class Settings(BaseSettings):
    """Settings from the environment or from the `.env` file of the working directory.

    Raises SettingError if a variable has two values, or if its name is nearly that of a setting (see `variables`).
    """

    model_config = SettingsConfigDict(
        env_prefix=variables.PREFIX, env_file=variables.ENV, extra="ignore", env_ignore_empty=True
    )

    def __init__(self, **values: Any) -> None:
        variables.read_text()
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingError("; ".join(map(_sentence, error.errors()))) from None

    home: Path = Field(
        default_factory=variables.default_home,
        description="Folder for all data: dumps, lake, servers. Default: the home of the Dagster instance that "
        "DAGSTER_HOME names, if `discogs up` created it, else .discogs.",
    )
    dumps: str = Field(
        "https://data.discogs.com/",
        description="Source of the dumps: the Discogs site or one with the same layout, s3://bucket/prefix, or a "
        "folder, with files such as data/2026/discogs_20261101_artists.xml.gz; a flat folder works, too.",
        repr=False,
    )
    musicbrainz: str = Field(
        "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/",
        description="Source of MusicBrainz' JSON dumps: its site or one with the same layout, s3://bucket/prefix, or a "
        "folder, with files such as 20261121-001001/artist.tar.xz; `off` leaves MusicBrainz out.",
        repr=False,
    )
    mb_refresh: bool = Field(False, description="Replace a month's MusicBrainz export by a newer one.")
    lake: str | None = Field(
        None, description="The Parquet lake, a folder or s3://bucket/prefix; default: `lake` in the home."
    )
    targets: str = Field(
        ",".join(TARGETS),
        description="Targets that months are loaded into, separated by commas: documents (a table of whole records for "
        "each entity), relational (a table for each repeated part), neo4j, search (the search index).",
    )
    first_month: str | None = Field(
        None,
        pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$",
        description="First month of the partitions, such as 2025-01; default: the oldest month on disk, 2025-01 at the "
        "latest.",
    )
    keep: int = Field(2, ge=1, description="Months kept in the servers, including the published one.")
    keep_lake: int | None = Field(
        None, ge=2, description="Months kept in the lake; at least 2, since changes are computed against the previous."
    )
    keep_dumps: int | None = Field(None, ge=1, description="Months whose dump files are kept.")
    keep_logs: int = Field(90, ge=1, description="Days for which run logs are kept; results of checks stay.")
    owners: str = Field(
        "team:data", description="Owners of all assets in the UI, separated by commas: team:name or e-mail addresses."
    )
    executor: str | None = Field(
        None,
        pattern=r"^(in_process|multiprocess|\w+(\.\w+)+)$",
        description="Executor of runs: in_process, multiprocess, or the module.name of another; default: one of the "
        "first two, by the size of the dumps.",
    )
    anniversaries: str = Field(
        "25,30,40,50,75,100",
        description="Ages in years that count as anniversaries of a master, separated by commas; the insight "
        "`monthly_anniversaries` of a month has those of the time when it is computed.",
    )
    stalled_minutes: int = Field(60, ge=1, description="Minutes without progress after which a run is ended.")
    postgres_url: SecretStr | None = Field(
        None, description="External PostgreSQL: postgresql://user:password@host:port/database; default: embedded."
    )
    neo4j_url: str | None = Field(None, description="External Neo4j: bolt://host:port; default: embedded.")
    neo4j_user: str = Field("neo4j", description="User of the external Neo4j.")
    neo4j_password: SecretStr | None = Field(None, description="Password of the external Neo4j.")
    neo4j_browser: bool = Field(
        False, description="Whether the embedded Neo4j serves Neo4j's Browser on 127.0.0.1 (15 MB, downloaded once)."
    )
    api_hosts: str = Field(
        "",
        description="Names by which the API may be reached besides the loopback's, separated by commas: music.example.",
    )
    api_origins: str = Field(
        "", description="Origins whose pages may call the API, separated by commas: https://music.example."
    )
    api_proxies: str = Field(
        "",
        description="IP addresses or networks of proxies whose X-Forwarded-For names the client, separated by commas.",
    )
    api_rate: str = Field(
        "600/minute",
        pattern=RATE,
        description="Requests allowed to one address; the loopback's are not limited.",
    )
    api_seconds: float = Field(10.0, gt=0, le=300, description="Time limit of a question in seconds.")
    dagster_url: str = Field(
        "http://127.0.0.1:3000",
        pattern=r"^https?://[^\s\"'<>]+$",
        description="Address of Dagster's UI, as the browsers of the status page reach it.",
    )
    api_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Token for the MCP tools that run SQL and Cypher and for questions in natural language, sent as "
        "`Authorization: Bearer …`; without it they serve the loopback alone.",
    )
    nlq_url: str | None = Field(
        None,
        description="Server of a language model for questions in natural language: https://api.openai.com, "
        "https://api.anthropic.com, http://127.0.0.1:11434/v1; default: off.",
        repr=False,
    )
    nlq_model: str | None = Field(None, description="Name of the model; it must be able to call tools.")
    nlq_key: SecretStr | None = Field(None, description="Key of the model's server.")
    nlq_kind: Literal["openai", "anthropic"] | None = Field(
        None, description="Protocol of the model's server; default: anthropic for anthropic.com, else openai."
    )
    nlq_steps: int = Field(8, ge=1, le=50, description="Turns of the model for an answer.")
    nlq_tokens: int = Field(100_000, ge=1_000, description="Tokens for an answer, those of all requests together.")
    nlq_day_tokens: int = Field(
        2_000_000, ge=1_000, description="Tokens for all answers of `discogs serve` in 24 hours."
    )
    nlq_seconds: float = Field(60.0, gt=0, le=600, description="Time limit of an answer in seconds.")
    nlq_rate: str = Field(
        "10/minute",
        pattern=RATE,
        description="Questions in natural language allowed to one address; the loopback's are not limited.",
    )
    snapshot_days: int = Field(28, ge=1, le=3650, description="Days for which a snapshot (share link) is kept.")
    api_log: Literal["text", "json", "off"] = Field(
        "text", description="Form of the API's access log: text, json, off."
    )
    failpoint: str | None = Field(
        None, description="For tests: a place where the process dies, waits or finds the disk full (see failpoints.py)."
    )

    @field_validator("targets")
    @classmethod
    def _known_targets(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if unknown := [repr(name) for name in names if name not in TARGETS]:
            raise ValueError(f"{', '.join(unknown)} is not a target, expected one or more of {', '.join(TARGETS)}")
        return ",".join(dict.fromkeys(names))

    @field_validator("anniversaries")
    @classmethod
    def _known_ages(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if unknown := [repr(name) for name in names if not AGE.fullmatch(name)]:
            raise ValueError(f"{', '.join(unknown)} is not an age, expected years from 1 to 999, such as 25,50,100")
        return ",".join(sorted({*names}, key=int))

    @field_validator("owners")
    @classmethod
    def _known_owners(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if unknown := [repr(name) for name in names if not OWNER.fullmatch(name)]:
            raise ValueError(f"{', '.join(unknown)} is not an owner, expected team:name or an e-mail address")
        return ",".join(dict.fromkeys(names))

    @field_validator("api_proxies")
    @classmethod
    def _known_proxies(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")] if value else []
        if unknown := [repr(name) for name in names if not _is_network(name)]:
            raise ValueError(
                f"{', '.join(unknown)} is not an address, expected IP addresses or networks, such as "
                "127.0.0.1,10.0.0.0/8, separated by commas"
            )
        return ",".join(dict.fromkeys(names))

    @field_validator("nlq_url")
    @classmethod
    def _known_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://host")
        plain = PLAIN.fullmatch(parts.geturl()) and parts.port != 0 and not (parts.username or parts.query)
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
            raise ValueError("expected http(s)://host, or with a port and a path, but without a user and a password")
        return value

    @field_validator("api_token", "nlq_key")
    @classmethod
    def _plain_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not PLAIN.fullmatch(value.get_secret_value()):
            raise ValueError("expected printable ASCII without spaces")
        return value

    @field_validator("first_month")
    @classmethod
    def _begun_month(cls, value: str | None) -> str | None:
        if value and value > f"{datetime.now(UTC):%Y-%m}":
            raise ValueError("the month has not begun, expected the first month to load, such as 2025-01")
        return value

    @property
    def chosen_targets(self) -> frozenset[str]:
        """Names in `targets`."""
        return frozenset(self.targets.split(","))

    @property
    def has_nlq(self) -> bool:
        """True if questions in natural language are on."""
        return bool(self.nlq_url and self.nlq_model)

    @property
    def anniversary_ages(self) -> tuple[int, ...]:
        """Ages in `anniversaries`, ascending."""
        return tuple(map(int, self.anniversaries.split(",")))

    @model_validator(mode="before")
    @classmethod
    def _require_clear(cls, values: Any) -> Any:
        variables.require_clear([f"{variables.PREFIX}{name.upper()}" for name in cls.model_fields])
        return values

    def require_instance(self) -> None:
        """Raise SettingError if DAGSTER_HOME names the Dagster instance of another home."""
        other = variables.home_of_instance(os.environ.get(variables.INSTANCE))
        if other and other.resolve() != self.home_folder.resolve():
            raise SettingError(
                f"DISCOGS_HOME is {self.home_folder}, but {variables.INSTANCE} names the Dagster instance of the home "
                f"{other}. Run `discogs up` with this DISCOGS_HOME first, or unset DISCOGS_HOME."
            )

    @property
    def home_folder(self) -> Path:
        """Home as an absolute path."""
        return self.home.expanduser().absolute()

    @property
    def lake_address(self) -> str:
        """Address of the lake in S3, or its folder as an absolute path."""
        if self.lake and self.lake.lower().startswith("s3://"):
            return self.lake.rstrip("/")
        return str((Path(self.lake).expanduser() if self.lake else self.home / "lake").absolute())

    @property
    def staged_folder(self) -> Path:
        """Folder of local copies of files in S3."""
        return self.home_folder / "staged"


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text))
    except ValueError:
        return False


def _sentence(error: Any) -> str:
    """Return pydantic's finding about a setting as a sentence: name, value unless secret, and expectation."""
    name = f"{variables.PREFIX}{'_'.join(map(str, error['loc'])).upper()}"
    expected = str(error["msg"]).removeprefix("Value error, ")
    value = "" if name.lower().endswith(("password", "url", "key", "token")) else f" is {error['input']!r}"
    return f"{name}{value}: {expected[0].lower()}{expected[1:]}"
