"""The lock as its maker writes it."""

from discogs_assets.servers import artifacts, lockfile


def test_the_lock_is_of_the_versions_that_its_maker_wants() -> None:
    assert artifacts.neo4j().version == lockfile.NEO4J
    assert artifacts.postgres().version == lockfile.POSTGRES
    for program, wanted in (artifacts.explorer(), lockfile.EXPLORER), (artifacts.page_checks(), lockfile.PAGE_CHECKS):
        assert {each.artifact: each.version for each in program.artifacts} == wanted


def test_every_root_is_in_the_lock_and_nothing_unwanted() -> None:
    locked = {f"{a.group}:{a.artifact}:{a.version}" for a in artifacts.neo4j().artifacts}
    assert set(lockfile.NEO4J_ROOTS) <= locked
    assert not {name.split(":")[1] for name in locked} & lockfile.NEO4J_UNWANTED


def test_the_lock_has_a_postgres_for_every_target() -> None:
    text = artifacts.LOCK.read_text()
    assert all(f'"embedded-postgres-binaries-{target}"' in text for target in lockfile.POSTGRES_TARGETS)
