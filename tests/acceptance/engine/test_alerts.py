"""Alerts from real schedulers to real peers."""

import signal
from pathlib import Path

import pytest

from calypso.models.alert import AlertQuery, Level, NewAlert
from calypso.models.channel import NewChannel
from calypso.models.ledger import Ending
from tests.acceptance.alerts.peers import Hook, Mail, Silent, is_signed, open_peer
from tests.acceptance.engine.conftest import until
from tests.contract.store.making import DONE, finish, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

KEY = "hunter2!"
FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "The pool is busy."})
SCHEDULER = "workers.scheduler"
TYPES = Path(__file__).parent / "types"


@pytest.fixture
def stack(new_stack):
    return new_stack(
        CALYPSO_ALERT_RETRY_S="0.2", CALYPSO_JOB_PATH=str(TYPES),
        CALYPSO_SECRETS_KEY="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    )  # fmt: skip


@pytest.fixture
def hook():
    with open_peer(Hook()) as there:
        yield there


def add_hook(stack, url, name="ops"):
    store_key(stack)
    part = {"url": url, "secret": {"secret": "hook/key"}}
    return stack.ports.channels.add(
        NewChannel.model_validate({"name": name, "kind": "webhook", "webhook": part}), by="ada"
    )


def store_key(stack):
    from calypso.store.secrets import Secrets

    key = stack.environment["CALYPSO_SECRETS_KEY"]
    Secrets(stack.house.engine, key).put("hook/key", kind="password", value=KEY, by="ada")


def alarm(stack, key="k"):
    stack.ports.alerts.raise_(
        NewAlert(key=key, kind="k", level=Level.ERROR, subject="s", title="t", detail="d")
    )


def fail(stack, **given):
    finish(stack.ports.jobs, running(stack.ports.jobs, **given), FAILED)


def active(stack):
    return stack.ports.alerts.page(AlertQuery()).items


def told(hook):
    return [one["type"] for one in hook.told]


def is_settled(stack):
    """One that is killed before it has noted what it sent leaves the channel busy for a while."""
    (channel,) = stack.ports.channels.channels()
    letters, _ = stack.ports.channels.deliveries(channel.id)
    return bool(letters) and all(one.state == "sent" for one in letters)


def test_two_schedulers_tell_a_series_of_failures_once_and_its_end_once(stack, hook):
    add_hook(stack, hook.url)
    for _ in range(2):
        stack.start(SCHEDULER)
    for _ in range(3):
        fail(stack)
    until(lambda: told(hook) and active(stack)[0].count == 3, what="the alert")
    finish(stack.ports.jobs, running(stack.ports.jobs), DONE)
    until(lambda: len(told(hook)) == 2, what="its end")
    fail(stack, title="Copy tank")
    until(lambda: len(told(hook)) == 3, what="another alert")

    assert told(hook) == ["alert.raised", "alert.cleared", "alert.raised"]
    assert all(is_signed(post, KEY) for post in hook.posts)
    assert len({post[0]["webhook-id"] for post in hook.posts}) == 3
    assert [one.subject for one in active(stack)] == ["Copy tank"]


def test_what_fails_while_no_scheduler_runs_is_told_by_the_next(stack, hook):
    add_hook(stack, hook.url)
    first = stack.start(SCHEDULER)
    fail(stack)
    until(lambda: is_settled(stack), what="the first alert's letter being on record")
    first.send_signal(signal.SIGKILL)
    first.wait()
    fail(stack, title="Copy tank")
    fail(stack, title="Copy vault")

    stack.start(SCHEDULER)
    until(lambda: len(told(hook)) == 3, what="what was missed")
    assert sorted(one.subject for one in active(stack)) == ["Copy tank", "Copy vault", "Scrub tank"]


def test_a_peer_that_fails_twice_gets_the_same_letter_a_third_time(stack):
    with open_peer(Hook(500, 503)) as hook:
        channel = add_hook(stack, hook.url)
        stack.start(SCHEDULER)
        alarm(stack)
        until(lambda: len(hook.posts) == 3, what="the third attempt")

        def letter():
            return stack.ports.channels.deliveries(channel.id)[0][0]

        until(lambda: letter().state == "sent", what="the note of it")
        assert letter().attempts == 3
        assert len({post[0]["webhook-id"] for post in hook.posts}) == 1


def test_a_peer_that_hangs_holds_nobody_else_up(stack, hook):
    with open_peer(Silent()) as silent:
        add_hook(stack, silent.url, "slow")
        add_hook(stack, hook.url)
        stack.start(SCHEDULER)
        alarm(stack, "a")
        until(lambda: silent.connections, what="the slow peer")
        for key in ("b", "c"):
            alarm(stack, key)
        fail(stack)

        until(lambda: len(told(hook)) == 4, limit_s=15, what="everything at the quick peer")
        assert silent.connections == 1


def test_a_mail_and_a_test_arrive(stack):
    with open_peer(Mail().start()) as mail:
        part = {
            "host": "127.0.0.1", "port": mail.port, "security": "none",
            "from": "calypso@example.org", "to": ["ada@example.org"],
        }  # fmt: skip
        new = {"name": "mail", "kind": "email", "email": part}
        channel = stack.ports.channels.add(NewChannel.model_validate(new), by="ada")
        stack.start(SCHEDULER)
        fail(stack)
        stack.ports.channels.add_test(channel.id)
        until(lambda: len(mail.mails) == 2, what="the mails")

        assert {str(one["Subject"]) for one in mail.mails} == {
            "[Calypso error] Scrub tank failed", "[Calypso] Test of an alert channel",
        }  # fmt: skip


def test_a_job_that_stands_still_is_told_although_its_heart_beats_and_cleared_when_it_moves(
    stack, tmp_path
):
    stack.start(SCHEDULER)
    stack.start_workers("system")
    go_on = tmp_path / "go-on"
    job = stack.submit("system.stalling", {"go_on": str(go_on)})

    (alert,) = until(lambda: active(stack), what="the alert")
    beaten = stack.job(job).heartbeat_at
    until(lambda: stack.job(job).heartbeat_at > beaten, what="another heartbeat")
    go_on.touch()
    until(lambda: not active(stack), what="the alert's end")

    assert (alert.kind, alert.job_id, alert.count) == ("job_stalled", job.id, 1)
    Path(f"{go_on}.end").touch()
    assert stack.wait(job).state.value == "succeeded"


def test_a_secret_is_in_no_log_and_no_row(stack, hook):
    with open_peer(Hook(500)) as failing:
        add_hook(stack, hook.url)
        add_hook(stack, f"{failing.url}?token=in-the-address", "failing")
        stack.start(SCHEDULER)
        alarm(stack)
        until(lambda: hook.posts and len(failing.posts) == 2, what="the letters")

    rows = "SELECT to_jsonb(c)::text FROM calypso.{} c"
    with stack.house.engine.connect() as connection:
        kept = "".join(
            row[0]
            for table in ("alert_channels", "alert_deliveries", "alerts", "secrets")
            for row in connection.exec_driver_sql(rows.format(table))
        )
    assert KEY not in stack.logs() + kept
    assert "in-the-address" not in stack.logs()
