"""All environment variables of the project, typed; nothing that they name is opened, checked or created here."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from discogs_assets import variables
from discogs_assets.errors import SettingError

TARGETS = ("documents", "relational", "neo4j")
"""Parts of the databases that months are loaded into."""


class Settings(BaseSettings):
    """Settings from the environment or from the `.env` file of the working directory.

    Raises SettingError if a variable has two values, or if its name is nearly that of a setting (see `variables`).
    """

    model_config = SettingsConfigDict(
        env_prefix=variables.PREFIX, env_file=variables.ENV, extra="ignore", env_ignore_empty=True
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingError("; ".join(map(_sentence, error.errors()))) from None

    home: Path = Field(
        default_factory=variables.default_home,
        description="Folder of everything we write: dumps, lake, servers; by default the one of the Dagster instance "
        "that DAGSTER_HOME names, if `discogs up` has made it, else .discogs.",
    )
    dumps: str = Field(
        "https://data.discogs.com/",
        description="Where dumps come from: the Discogs site or one of its form, s3://bucket/prefix, or a folder; "
        "laid out as data/YYYY/discogs_YYYYMMDD_*.xml.gz, a flat one is fine too.",
        repr=False,
    )
    musicbrainz: str = Field(
        "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/",
        description="Where MusicBrainz' JSON dumps come from: that site or one of its form, s3://bucket/prefix, or a "
        "folder, with files such as 20261121-001001/artist.tar.xz; off leaves MusicBrainz out.",
        repr=False,
    )
    mb_refresh: bool = Field(
        False, description="Whether a month takes a newer run of MusicBrainz' than the one that it has."
    )
    lake: str | None = Field(
        None, description="Folder of the Parquet lake, or s3://bucket/prefix; by default `lake` in the home."
    )
    targets: str = Field(
        ",".join(TARGETS),
        description="What months are loaded into, a list with commas: documents (a table of whole records for each "
        "entity), relational (a table for every part that repeats), neo4j.",
    )
    keep: int = Field(
        2, ge=1, description="Months that stay in the servers, the one that readers see among them; others are dropped."
    )
    keep_lake: int | None = Field(
        None,
        ge=2,
        description="Months that stay in the lake; 2 or more, since changes are found against the one before.",
    )
    keep_dumps: int | None = Field(None, ge=1, description="Months whose dump files we keep.")
    keep_logs: int = Field(
        90, ge=1, description="Days for which the log of a run is kept; what it materialised and checked always is."
    )
    load_history: bool = Field(
        False, description="Whether a backfill loads its older months into the servers, too, and not only its newest."
    )
    executor: str | None = Field(
        None,
        pattern=r"^(in_process|multiprocess|\w+(\.\w+)+)$",
        description="How steps run: in_process, multiprocess, or module.name of an executor; by default one of the "
        "first two, by the size of the dumps.",
    )
    stalled_minutes: int = Field(
        60, ge=1, description="Minutes without a sign of progress after which a running step's run is ended."
    )
    postgres_url: SecretStr | None = Field(
        None, description="An external PostgreSQL, postgresql://user:password@host:port/database; unset: embedded."
    )
    neo4j_url: str | None = Field(None, description="An external Neo4j, bolt://host:port; unset: embedded.")
    neo4j_user: str = Field("neo4j", description="User of the external Neo4j.")
    neo4j_password: SecretStr | None = Field(None, description="Password of the external Neo4j.")
    failpoint: str | None = Field(
        None, description="For tests: where a process dies, waits or finds the disk full (see failpoints.py)."
    )

    @field_validator("targets")
    @classmethod
    def _known_targets(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if unknown := [name for name in names if name not in TARGETS]:
            raise ValueError(f"{', '.join(map(repr, unknown))} is no target, expected some of {', '.join(TARGETS)}")
        return ",".join(dict.fromkeys(names))

    @property
    def chosen_targets(self) -> frozenset[str]:
        """Names in `targets`."""
        return frozenset(self.targets.split(","))

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


def _sentence(error: Any) -> str:
    """Return pydantic's finding about a setting as a sentence: name, value unless secret, and expectation."""
    name = f"{variables.PREFIX}{'_'.join(map(str, error['loc'])).upper()}"
    expected = str(error["msg"]).removeprefix("Value error, ")
    value = "" if name.lower().endswith(("password", "url")) else f" is {error['input']!r}"
    return f"{name}{value}: {expected[0].lower()}{expected[1:]}"
