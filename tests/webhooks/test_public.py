"""The public names of webhooks: all there, all documented."""

import inspect

import pytest

from jofi_async import webhooks


def test_all_is_what_is_there() -> None:
    there = {name for name, value in vars(webhooks).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert set(webhooks.__all__) == there
    assert sorted(webhooks.__all__) == sorted(set(webhooks.__all__))


@pytest.mark.parametrize("name", webhooks.__all__)
def test_every_name_is_documented(name: str) -> None:
    assert (getattr(webhooks, name).__doc__ or "").strip()
