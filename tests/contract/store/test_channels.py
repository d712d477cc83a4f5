"""Channels: kept, changed, and what may not be taken from under them."""

import pytest

from calypso.errors import Conflict, InUse, Invalid, NotFound
from calypso.store.channels import Channels
from calypso.store.secrets import Secrets
from tests.contract.store.alarming import hook, mail
from tests.contract.store.conftest import KEY, SECRET


def test_a_channel_is_kept_changed_and_removed(alerting):
    made = alerting.channels.add(hook(), by="ada")
    changed = alerting.channels.change(made.id, mail("post", enabled=False), by="bob")

    assert (made.webhook.url, made.updated_by) == ("https://example.org/hook", "ada")
    assert (changed.id, changed.kind, changed.webhook, changed.enabled) == (
        made.id, "email", None, False,
    )  # fmt: skip
    assert alerting.channels.get(made.id) == changed
    assert alerting.channels.channels() == [changed]
    assert alerting.channels.remove(made.id) is True
    assert alerting.channels.remove(made.id) is False
    assert alerting.channels.get(made.id) is None
    with pytest.raises(NotFound):
        alerting.channels.change(made.id, mail(), by="ada")


def test_two_channels_have_no_name_in_common(alerting):
    made = alerting.channels.add(hook("one"), by="ada")
    alerting.channels.add(mail("two"), by="ada")

    with pytest.raises(Conflict):
        alerting.channels.add(mail("one"), by="ada")
    with pytest.raises(Conflict):
        alerting.channels.change(made.id, mail("two"), by="ada")


def test_a_secret_that_is_not_stored_is_refused_by_its_place(alerting):
    part = {"url": "https://example.org/hook", "secret": {"secret": "no/such"}}

    with pytest.raises(Invalid) as refused:
        alerting.channels.add(hook(webhook=part), by="ada")

    assert refused.value.errors[0].pointer == "/webhook/secret/secret"


@pytest.mark.postgres
def test_a_secret_stays_while_a_channel_sends_with_it(engine):
    secrets, channels = Secrets(engine, KEY), Channels(engine)
    secrets.put(SECRET, kind="password", value="hunter2!", by="ada")
    made = channels.add(hook(), by="ada")

    with pytest.raises(InUse, match="'ops'"):
        secrets.remove(SECRET)
    channels.change(made.id, mail(), by="ada")
    secrets.remove(SECRET)
    with pytest.raises(NotFound):
        secrets.reveal(SECRET)
