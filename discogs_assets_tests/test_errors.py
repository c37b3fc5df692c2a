"""Tests of `errors`."""

from discogs_assets import errors

RAISED = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.DiscogsError)]


def test_every_error_is_terminal_or_transient_and_there_are_few() -> None:
    roots = (errors.DiscogsError, errors.TerminalError, errors.TransientError)
    raised = [each for each in RAISED if each not in roots]
    assert len(raised) <= 13
    assert all(issubclass(each, (errors.TerminalError, errors.TransientError)) for each in raised)
    assert all(each.transient == issubclass(each, errors.TransientError) for each in raised)
