"""Alerts to raise and channels to send them over, said in as few words as a test needs."""

from calypso.models.alert import AlertQuery, Level, NewAlert
from calypso.models.channel import NewChannel
from tests.contract.store.conftest import SECRET

DAY = 86400


def full(level=Level.WARNING, **given):
    plain = {
        "key": "pool_full/keep/tank", "kind": "pool_full", "level": level, "subject": "tank",
        "title": "Pool tank is nearly full", "detail": "Remove something.", "node": "keep",
        "subsystem": "storage",
    }  # fmt: skip
    return NewAlert(**{**plain, **given})


def only(alerts, state=None, **asked):
    (found,) = alerts.page(AlertQuery(state=state, **asked)).items
    return found


def heard(alerting):
    return [data["event"] for _, data in alerting.told]


def hook(name="ops", **given):
    part = {"url": "https://example.org/hook", "secret": {"secret": SECRET}}
    return NewChannel(**{"name": name, "kind": "webhook", "webhook": part, **given})


def mail(name="mail", **given):
    part = {"host": "mail.example.org", "from": "calypso@example.org", "to": ["ada@example.org"]}
    return NewChannel(**{"name": name, "kind": "email", "email": part, **given})


def claim(alerting, limit=10, *, lease_s=60, give_up_s=DAY):
    return alerting.channels.claim(limit=limit, lease_s=lease_s, give_up_s=give_up_s)


def sent(alerting):
    """Send everything there is; returns (channel, what) in the order in which it left."""
    found = []
    while letters := claim(alerting):
        for one in letters:
            found.append((one.channel.name, one.letter.what))
            assert alerting.channels.settle(one)
    return found


def letters(alerting, channel):
    return alerting.channels.deliveries(channel.id)[0]
