"""Tests of `stores.dumps.musicbrainz_archive`: which run a month has, from a folder, a bucket and a site."""

import hashlib
import shutil
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest

from discogs_assets.errors import BusyError, DumpDamagedError, DumpMissingError, ServerError, SettingError
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.musicbrainz_archive import Held, MusicBrainz
from discogs_assets.stores.dumps.sources.download import Progress
from discogs_assets.stores.lake.atomic_dir import alone
from discogs_assets_tests.fix_runs import NAMES, FakeIndex, FolderOfRuns, Mirror, pack_file, read
from discogs_assets_tests.fix_site import CHALLENGE, Fault

pytestmark = pytest.mark.slow

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
FIRST, SECOND, THIRD = "20261114-001001", "20261118-001001", "20261121-001001"


@pytest.fixture
def archive(mirror: Mirror, tmp_path: Path) -> MusicBrainz:
    return MusicBrainz(mirror.address, tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> FolderOfRuns:
    return FolderOfRuns(tmp_path / "runs")


@pytest.fixture
def near(folder: FolderOfRuns, tmp_path: Path) -> MusicBrainz:
    return MusicBrainz(folder.address, tmp_path / "home")


def texts(archive: MusicBrainz, partition: str = NOVEMBER) -> dict[str, str]:
    """The records of what the partition holds; its runs are those that the files' names say."""
    held = [each for each in (archive.dump(name, partition) for name in NAMES) if each]
    assert all(each.run in read(each.path) for each in held)
    return {each.entity: read(each.path) for each in held}


def of(run: str, entities: Collection[str] = NAMES) -> dict[str, str]:
    return {each: f"{run} {each}" for each in entities}


def at(entity: str, act: Callable[[], None]) -> Callable[[str], Progress]:
    """A progress that acts once, when the first bytes of the entity's file have come."""
    acts = [act]
    return lambda name: lambda done, size: acts.pop()() if acts and name == entity else None


def test_a_month_has_the_files_of_the_newest_run(archive: MusicBrainz, mirror: Mirror, tmp_path: Path) -> None:
    for run in (SECOND, THIRD, FIRST):
        mirror.publish(run)
    taken = archive.download(NAMES, NOVEMBER)
    assert texts(archive) == of(THIRD)
    content = pack_file("release-group", f"{THIRD} release-group")
    place = tmp_path / "home/musicbrainz/release-group/2026-11-01" / f"{THIRD}_release-group.tar.xz"
    assert taken["release-group"] == Held(
        "release-group", place, THIRD, hashlib.sha256(content).hexdigest(), len(content)
    )
    assert taken["artist"].made == datetime(2026, 11, 21, 0, 10, 1, tzinfo=UTC)
    assert archive.address("label", NOVEMBER) == (tmp_path / "home/musicbrainz/label/2026-11-01").as_uri()
    assert "hunter2" not in repr(archive) + archive.title


@pytest.mark.parametrize("lacking", [("label",), ("SHA256SUMS",)])
def test_the_newest_run_that_lacks_a_file_is_passed_over(
    archive: MusicBrainz, mirror: Mirror, lacking: Collection[str]
) -> None:
    mirror.publish(SECOND)
    mirror.publish(THIRD, lacking=lacking)
    archive.download(NAMES, NOVEMBER)
    assert texts(archive) == of(SECOND)


def test_a_run_whose_sums_do_not_name_a_file_is_not_complete(archive: MusicBrainz, mirror: Mirror) -> None:
    mirror.publish(THIRD, unsummed=["release"])
    with pytest.raises(DumpMissingError, match=rf"no complete export in .*Exports there: {THIRD}\."):
        archive.download(["artist"], NOVEMBER)
    mirror.publish(SECOND)
    assert archive.newest().name == SECOND


def test_other_bytes_than_the_published_ones_are_not_kept(archive: MusicBrainz, mirror: Mirror, tmp_path: Path) -> None:
    mirror.publish(THIRD, said={"label": "0" * 64})
    with pytest.raises(DumpDamagedError, match=r"label.tar.xz of .*SHA256SUMS file says 000000") as raised:
        archive.download(NAMES, NOVEMBER)
    assert "hunter2" not in str(raised.value)
    assert texts(archive) == {}
    assert [file.name for file in tmp_path.glob("home/**/*label.tar.xz*")] == []


def test_a_run_that_vanishes_in_the_middle_is_replaced_by_the_newest_one(archive: MusicBrainz, mirror: Mirror) -> None:
    mirror.publish(SECOND)

    def turn() -> None:
        mirror.vanish(SECOND)
        mirror.publish(THIRD)

    taken = archive.download(NAMES, NOVEMBER, progress=at("label", turn))
    assert texts(archive) == of(THIRD)
    assert {each.run for each in taken.values()} == {THIRD}


def test_a_file_that_stops_being_there_while_it_comes_is_taken_of_the_next_run(
    fake_index: FakeIndex, tmp_path: Path
) -> None:
    archive = MusicBrainz(fake_index.address, tmp_path / "home")
    fake_index.publish(SECOND)
    fake_index.fail(f"{SECOND}/release.tar.xz", Fault(after=100))

    def turn() -> None:
        fake_index.vanish(SECOND)
        fake_index.publish(THIRD)

    archive.download(NAMES, NOVEMBER, progress=at("release", turn))
    assert texts(archive) == of(THIRD)
    assert len(fake_index.requests(f"{SECOND}/release.tar.xz")) == 2
    assert list(tmp_path.glob("home/**/*.part*")) == list(tmp_path.glob("home/**/fetched")) == []


def test_runs_that_vanish_again_and_again_are_given_up(near: MusicBrainz, folder: FolderOfRuns) -> None:
    folder.publish(FIRST)
    seen = list[str]()

    def vanishing(entity: str) -> Progress:
        if entity == "label":
            (run,) = (each.name for each in folder.folder.glob("*-*"))
            seen.append(run)
            folder.vanish(run)
            folder.publish(f"2026112{len(seen)}-001001")
        return lambda done, size: None

    with pytest.raises(DumpMissingError, match="is not there any more"):
        near.download(NAMES, NOVEMBER, progress=vanishing)
    assert len(seen) == 4
    assert texts(near) == {}


def test_a_month_keeps_its_run_and_asks_for_nothing_when_it_has_all(fake_index: FakeIndex, tmp_path: Path) -> None:
    archive = MusicBrainz(fake_index.address, tmp_path / "home")
    fake_index.publish(SECOND)
    first = archive.download(NAMES, NOVEMBER)
    fake_index.publish(THIRD)
    asked = len(fake_index.asked)
    assert archive.download(NAMES, NOVEMBER) == first
    assert len(fake_index.asked) == asked
    fake_index.fail("", *[Fault(503)] * 9)
    assert archive.download(["label"], NOVEMBER) == {"label": first["label"]}


def test_what_lacks_is_taken_of_the_month_s_run_while_it_is_published(archive: MusicBrainz, mirror: Mirror) -> None:
    mirror.publish(SECOND)
    assert archive.download(["artist", "label"], NOVEMBER).keys() == {"artist", "label"}
    mirror.publish(THIRD)
    assert archive.download(["release"], NOVEMBER).keys() == {"release"}
    assert texts(archive) == of(SECOND, ["artist", "label", "release"])
    mirror.vanish(SECOND)
    taken = archive.download(["release-group"], NOVEMBER)
    assert texts(archive) == of(THIRD)
    assert taken.keys() == set(NAMES)


def test_a_newer_run_is_taken_where_that_is_wanted(archive: MusicBrainz, mirror: Mirror) -> None:
    mirror.publish(SECOND)
    archive.download(NAMES, NOVEMBER)
    mirror.publish(THIRD)
    archive.download(["label"], NOVEMBER, refresh=True)
    assert texts(archive) == of(THIRD)
    mirror.vanish(THIRD)
    archive.download(NAMES, NOVEMBER, refresh=True)
    assert texts(archive) == of(THIRD)


@pytest.mark.parametrize("sums", [{"release-group": "0" * 64}, None])
def test_a_month_stays_as_it_was_when_a_newer_run_cannot_be_had(
    near: MusicBrainz, folder: FolderOfRuns, sums: dict[str, str] | None
) -> None:
    folder.publish(SECOND)
    near.download(NAMES, NOVEMBER)
    if sums:
        folder.publish(THIRD, said=sums)
    else:
        shutil.rmtree(folder.folder)
    with pytest.raises((DumpDamagedError, SettingError)):
        near.download(NAMES, NOVEMBER, refresh=True)
    assert texts(near) == of(SECOND)


def test_what_has_come_before_an_error_is_not_fetched_again(fake_index: FakeIndex, tmp_path: Path) -> None:
    archive = MusicBrainz(fake_index.address, tmp_path / "home")
    fake_index.publish(THIRD)
    fake_index.fail("release.tar.xz", *[Fault(after=30)] * 4)
    with pytest.raises(ServerError, match="the connection was cut"):
        archive.download(NAMES, NOVEMBER)
    assert texts(archive) == {}
    archive.download(NAMES, NOVEMBER)
    assert texts(archive) == of(THIRD)
    assert len(fake_index.requests(f"{THIRD}/artist.tar.xz")) == 1
    ranges = [headers.get("Range") for path, headers in fake_index.asked if path == f"{THIRD}/release.tar.xz"]
    assert ranges[0] is None
    assert all(ranges[1:])


def test_what_has_come_of_a_run_that_is_not_taken_any_more_makes_room(
    near: MusicBrainz, folder: FolderOfRuns, tmp_path: Path
) -> None:
    for run in (SECOND, THIRD):
        folder.publish(run, said={"label": "0" * 64})
        with pytest.raises(DumpDamagedError):
            near.download(NAMES, NOVEMBER)
        assert [file.name for file in tmp_path.glob("home/**/*.tar.xz")] == [f"{run}_artist.tar.xz"]


def test_a_file_that_another_month_has_is_linked(fake_index: FakeIndex, tmp_path: Path) -> None:
    archive = MusicBrainz(fake_index.address, tmp_path / "home")
    fake_index.publish(THIRD)
    october, november = archive.download(NAMES, OCTOBER), archive.download(NAMES, NOVEMBER)
    assert {name: len(fake_index.requests(f"{name}.tar.xz")) for name in NAMES} == dict.fromkeys(NAMES, 1)
    for name in NAMES:
        assert october[name].path.samefile(november[name].path)
    archive.copies.drop(OCTOBER)
    assert (texts(archive, OCTOBER), texts(archive)) == ({}, of(THIRD))


def test_the_same_name_with_another_sum_is_another_file(near: MusicBrainz, folder: FolderOfRuns) -> None:
    folder.publish(THIRD)
    near.download(NAMES, OCTOBER)
    changed = pack_file("label", f"{THIRD} changed")
    folder.publish(THIRD, said={"label": hashlib.sha256(changed).hexdigest()})
    folder.put(f"{THIRD}/label.tar.xz", changed)
    near.download(NAMES, NOVEMBER)
    assert texts(near) == {**of(THIRD), "label": f"{THIRD} changed"}


def test_a_month_dropped_is_empty_and_may_be_taken_again(near: MusicBrainz, folder: FolderOfRuns) -> None:
    folder.publish(SECOND)
    near.download(NAMES, OCTOBER)
    near.download(NAMES, NOVEMBER)
    assert near.copies.months() == [OCTOBER, NOVEMBER]
    assert near.copies.drop(OCTOBER).keys() == {f"musicbrainz/{name}" for name in NAMES}
    assert near.copies.months() == [NOVEMBER]
    folder.publish(THIRD)
    near.download(NAMES, OCTOBER)
    assert (texts(near, OCTOBER), texts(near)) == (of(THIRD), of(SECOND))


def test_a_process_killed_between_two_files_leaves_a_month_that_the_next_one_mends(
    near: MusicBrainz, folder: FolderOfRuns
) -> None:
    folder.publish(SECOND)
    near.download(NAMES, NOVEMBER)
    folder.publish(THIRD)
    near.download(NAMES, OCTOBER)
    shutil.rmtree(near.root / "musicbrainz/artist" / NOVEMBER)
    shutil.copytree(near.root / "musicbrainz/artist" / OCTOBER, near.root / "musicbrainz/artist" / NOVEMBER)
    near.download(["label"], NOVEMBER)
    assert texts(near) == of(THIRD)


def test_off_leaves_musicbrainz_out_whatever_is_held(
    folder: FolderOfRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", folder.address)
    folder.publish(THIRD)
    MusicBrainz.of(Settings()).download(NAMES, NOVEMBER)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", " OFF ")
    off = MusicBrainz.of(Settings())
    assert (off.title, off.dump("artist", NOVEMBER)) == ("off", None)
    with pytest.raises(SettingError, match="DISCOGS_MUSICBRAINZ is off"):
        off.download(NAMES, NOVEMBER)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", folder.address)
    assert MusicBrainz.of(Settings()).download(NAMES, NOVEMBER).keys() == set(NAMES)


@pytest.mark.parametrize("run", [FIRST, SECOND, THIRD])
def test_files_of_another_source_are_all_replaced(
    near: MusicBrainz, folder: FolderOfRuns, tmp_path: Path, run: str
) -> None:
    folder.publish(SECOND)
    near.download(NAMES, NOVEMBER)
    others = FolderOfRuns(tmp_path / "others")
    for each in NAMES:
        others.put(f"{run}/{each}.tar.xz", pack_file(each, f"{run} other {each}"))
    sums = {each: hashlib.sha256(pack_file(each, f"{run} other {each}")).hexdigest() for each in NAMES}
    others.put(f"{run}/SHA256SUMS", "".join(f"{sums[each]} *{each}.tar.xz\n" for each in NAMES).encode())
    other = MusicBrainz(others.address, near.root)
    assert [other.dump(each, NOVEMBER) for each in NAMES] == [None] * len(NAMES)
    assert f"holds a file of {folder.folder}, but DISCOGS_MUSICBRAINZ names {others.folder}" in other.missing(
        "artist", NOVEMBER
    )
    assert other.download(["label"], NOVEMBER).keys() == set(NAMES)
    assert texts(other) == {each: f"{run} other {each}" for each in NAMES}
    assert texts(near) == {}


def test_files_of_another_source_are_not_used_where_none_is_to_be_had(
    near: MusicBrainz, folder: FolderOfRuns, tmp_path: Path
) -> None:
    folder.publish(SECOND)
    near.download(NAMES, NOVEMBER)
    other = MusicBrainz(FolderOfRuns(tmp_path / "others").address, near.root)
    with pytest.raises(DumpMissingError, match="no complete export"):
        other.download(NAMES, NOVEMBER)
    assert texts(other) == {}
    assert texts(near) == of(SECOND)


def test_a_run_that_a_folder_has_in_other_bytes_now_is_taken_again(near: MusicBrainz, folder: FolderOfRuns) -> None:
    folder.publish(SECOND)
    near.download(NAMES, NOVEMBER)
    content = pack_file("artist", f"{SECOND} changed")
    folder.put(f"{SECOND}/artist.tar.xz", content)
    sums = folder.folder / SECOND / "SHA256SUMS"
    old = hashlib.sha256(pack_file("artist", f"{SECOND} artist")).hexdigest()
    sums.write_text(sums.read_text().replace(old, hashlib.sha256(content).hexdigest()))
    near.download(NAMES, NOVEMBER)
    assert texts(near) == {**of(SECOND), "artist": f"{SECOND} changed"}


def forget(archive: MusicBrainz) -> None:
    """Take away the notes of the partition."""
    for note in archive.root.glob("musicbrainz/*/2026-11-01/source-*.txt"):
        note.unlink()


def test_files_without_a_note_are_read_if_the_source_has_them_in_the_same_bytes(
    archive: MusicBrainz, mirror: Mirror
) -> None:
    mirror.publish(SECOND)
    archive.download(NAMES, NOVEMBER)
    forget(archive)
    assert texts(archive) == of(SECOND)
    mirror.vanish(SECOND)
    assert texts(archive) == of(SECOND), "they are noted now"
    forget(archive)
    assert texts(archive) == {}
    mirror.publish(THIRD)
    archive.download(NAMES, NOVEMBER)
    assert texts(archive) == of(THIRD)


@pytest.mark.parametrize("source", ["/nowhere", "ftp://user:hunter2@host/", "s3://", "https://"])
def test_a_source_that_is_none_is_named_by_its_own_variable(source: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="DISCOGS_MUSICBRAINZ is ") as raised:
        MusicBrainz(source, tmp_path).download(NAMES, NOVEMBER)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(403), "set DISCOGS_MUSICBRAINZ to an S3 bucket"),
        (Fault(200, {}, CHALLENGE), "lists no exports.*Set DISCOGS_MUSICBRAINZ"),
        (Fault(503, {"Retry-After": "7200"}), "answers 503 and wants no request before"),
    ],
)
def test_a_site_that_gives_no_runs_is_an_error_of_its_own(
    fault: Fault, said: str, fake_index: FakeIndex, tmp_path: Path
) -> None:
    fake_index.publish(THIRD)
    fake_index.fail("", fault)
    with pytest.raises(ServerError, match=said) as raised:
        MusicBrainz(fake_index.address, tmp_path).download(NAMES, NOVEMBER)
    assert "hunter2" not in str(raised.value)


def test_two_processes_do_not_take_at_once(near: MusicBrainz, folder: FolderOfRuns) -> None:
    folder.publish(THIRD)
    with alone(near.root / "musicbrainz/fetched"), pytest.raises(BusyError):
        near.download(NAMES, NOVEMBER)


def test_beside_a_lake_in_s3_the_copies_are_every_machine_s(
    bucket: str, folder: FolderOfRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.publish(SECOND)
    monkeypatch.setenv("DISCOGS_LAKE", f"s3://{bucket}")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", folder.address)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "one"))
    MusicBrainz.of(Settings()).download(["artist", "label"], NOVEMBER)
    folder.publish(THIRD)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "other"))
    other = MusicBrainz.of(Settings())
    other.download(["release"], NOVEMBER)
    assert texts(other) == of(SECOND, ["artist", "label", "release"])
    assert other.address("label", NOVEMBER) == f"s3://{bucket}/dumps/musicbrainz/label/2026-11-01/"
    other.download(["release"], OCTOBER)
    assert texts(other, OCTOBER) == of(THIRD, ["release"])
    assert other.copies.drop(NOVEMBER).keys() == {f"musicbrainz/{name}" for name in ("artist", "label", "release")}
    assert texts(other) == {}
