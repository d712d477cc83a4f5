"""The configuration is changed as asked, never over somebody's edits, and never half."""

from uuid import UUID

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import ClientDown, ConfigState, ConfigurationRefused, Standing
from calypso.errors import Invalid, JobCancelled, NotFound
from calypso.jobs.backup._refusals import ClientExists, ConfigDrifted, ConfigInUse
from calypso.models.backup_config import BackupConfig, ClientResource, PoolResource
from calypso.models.backup_job import JobResource
from calypso.models.lock import CLASHES, expand
from tests.fakes.backup_config import FakeConfig
from tests.fakes.memory_backup import MemoryBackupBooks
from tests.fakes.running import FakeRunning

TYPES = job_types.load()
MAIL = ClientResource(name="mail", address="mail.example.org", password="backup/mail")
POOL = PoolResource(name="Mail", max_volumes=7)
JOB = JobResource(name="mail", client="mail", fileset="f", storage="s", pool="Mail")
ALL = BackupConfig(clients=(MAIL,), pools=(POOL,), jobs=(JOB,))
EDITED = Standing(kind="pool", name="Mail", state=ConfigState.CHANGED, differs=("max_volumes",))
SECRETS = {"backup/mail": "hunter2!"}
CLIENT = {
    "name": "mail", "address": "mail.example.org", "password": {"secret": "backup/mail"},
}  # fmt: skip


def asked(name, /, **params):
    return TYPES[f"backup.{name}"].params(**params)


def said(config):
    return config.model_dump(mode="json")


def books_of(*configs, job=None):
    books = MemoryBackupBooks(job=job)
    for config in configs:
        books.keep(config)
    return books


def running_with(*configs, **given):
    return FakeRunning(backup=books_of(*configs), secrets=SECRETS, **given)


def run(backup, running, name="config_apply", /, **params):
    return TYPES[f"backup.{name}"].run(asked(name, **params), backup, running)


def plan(backup, running, name="config_apply", /, **params):
    return TYPES[f"backup.{name}"].plan(asked(name, **params), backup, running).effects


# ---- applied


def test_what_is_set_and_removed_is_in_force_and_on_record_then():
    backup, running = FakeConfig(ALL), running_with(ALL)
    more = POOL.model_copy(update={"max_volumes": 9})

    told = run(
        backup, running, set=said(BackupConfig(pools=(more,))), remove={"jobs": ["mail"]},
    )  # fmt: skip

    wanted = BackupConfig(clients=(MAIL,), pools=(more,))
    assert backup.in_place == running.backup.config().config == wanted
    assert (told.version, told.changes) == (
        2, ["remove job mail", "change pool Mail: max_volumes: 7 → 9"],
    )  # fmt: skip
    assert backup.secrets == [SECRETS]


def test_a_plan_says_what_would_change_and_changes_nothing():
    backup, running = FakeConfig(ALL), running_with(ALL)
    assert plan(backup, running, remove={"jobs": ["mail"]}) == ["remove job mail"]
    assert plan(backup, running) == ["nothing is changed"]
    assert (backup.applied, running.backup.config().version) == ([], 1)


def test_a_plan_warns_of_a_pool_in_which_nobody_makes_volumes():
    pools = (PoolResource(name="Hand"), PoolResource(name="Own", label_format="Own-"))

    told = plan(FakeConfig(ALL), running_with(ALL), set=said(BackupConfig(pools=pools)))

    assert [one for one in told if "label_format" in one] == [
        "pool Hand has no label_format: a run into it waits until you label a volume"
    ]


def test_an_earlier_version_is_gone_back_to_as_a_new_one():
    backup, running = FakeConfig(), running_with(ALL, BackupConfig())

    told = run(backup, running, version=1)

    assert (backup.in_place, told.version) == (ALL, 3)
    with pytest.raises(NotFound, match="no version 9"):
        run(backup, running_with(ALL), version=9)


def test_a_version_is_named_alone():
    with pytest.raises(ValueError, match="name it alone"):
        asked("config_apply", version=1, remove={"jobs": ["mail"]})


def test_without_parameters_the_same_is_applied_anew_and_is_no_new_version():
    backup, running = FakeConfig(ALL), running_with(ALL)
    assert run(backup, running).version == 1
    assert backup.applied == [ALL]


@pytest.mark.parametrize(
    ("params", "refusal", "words"),
    [
        ({"remove": {"clients": ["mail"]}}, ConfigInUse, "named by job mail"),
        ({"remove": {"pools": ["Disk"]}}, NotFound, "has no pool Disk"),
        (
            {"set": said(BackupConfig(pools=(POOL,))), "remove": {"pools": ["Mail"]}},
            Invalid,
            "to be set and to be removed",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(params, refusal, words):
    backup, running = FakeConfig(ALL), running_with(ALL)
    for verb in (run, plan):
        with pytest.raises(refusal, match=words):
            verb(backup, running, **params)
    assert (backup.checked, backup.applied) == ([], [])


def test_what_the_director_refuses_is_not_put_on_record():
    backup = FakeConfig(ALL, refuses=ConfigurationRefused("No."))
    running = running_with(ALL)
    with pytest.raises(ConfigurationRefused):
        run(backup, running, remove={"jobs": ["mail"]})
    assert running.backup.config().config == ALL


# ---- drift


def test_what_somebody_edited_is_not_overwritten_unless_that_is_said():
    backup, running = FakeConfig(ALL, edited=[EDITED]), running_with(ALL)
    for verb in (run, plan):
        with pytest.raises(ConfigDrifted, match=r"pool Mail changed \(max_volumes\).*overwrite"):
            verb(backup, running, remove={"jobs": ["mail"]})
    assert (backup.checked, backup.applied) == ([], [])

    told = plan(backup, running, overwrite_drift=True)
    assert told == ["nothing is changed", "overwrite by hand: pool Mail changed (max_volumes)"]
    run(backup, running, overwrite_drift=True)
    assert backup.applied == [ALL]


def test_a_file_that_was_there_before_us_is_drift_too():
    backup = FakeConfig(BackupConfig(pools=(POOL,)))
    with pytest.raises(ConfigDrifted):
        run(backup, running_with(), set=said(ALL))


# ---- killed and cancelled


def test_what_a_killed_attempt_left_is_undone_before_it_is_looked_at():
    half = BackupConfig(pools=(POOL,))
    backup, running = FakeConfig(half, cut=ALL), running_with(ALL, epoch=2)

    run(backup, running, remove={"jobs": ["mail"]})

    assert backup.in_place == BackupConfig(clients=(MAIL,), pools=(POOL,))


def test_an_attempt_killed_before_it_could_note_it_is_finished():
    wanted = BackupConfig(clients=(MAIL,), pools=(POOL,))
    backup, running = FakeConfig(wanted), running_with(ALL, epoch=2, external="applying")

    assert run(backup, running, remove={"jobs": ["mail"]}).version == 2
    assert running.backup.config().config == wanted


def test_an_attempt_killed_after_it_had_noted_it_does_nothing_again():
    job = UUID(int=17)
    running = FakeRunning(backup=books_of(ALL, job=job), secrets=SECRETS, epoch=2)
    running.job_id = str(job)
    backup = FakeConfig(ALL)

    assert run(backup, running, remove={"jobs": ["mail"]}).version == 1
    assert (backup.checked, backup.applied) == ([], [])


@pytest.mark.parametrize("checks", [0, 1])
def test_it_is_cancelled_between_its_steps_and_then_nothing_is_changed(checks):
    backup, running = FakeConfig(ALL), running_with(ALL, cancel_after=checks)
    with pytest.raises(JobCancelled):
        run(backup, running, remove={"jobs": ["mail"]})
    assert (backup.applied, running.backup.config().version) == ([], 1)


# ---- clients


def test_a_client_that_answers_is_added_and_told_what_it_must_know():
    backup, running = FakeConfig(), running_with()

    told = run(backup, running, "client_add", **CLIENT)

    assert running.backup.config().config == BackupConfig(clients=(MAIL,))
    assert told.client_side == "Director of mail: <backup/mail>"
    assert told.client_side in running.lines
    assert "mail answers: 9.6.7" in running.lines
    assert plan(FakeConfig(), running_with(), "client_add", **CLIENT)[0] == "add client mail"


def test_a_client_that_does_not_answer_is_not_added():
    backup, running = FakeConfig(down=["mail"]), running_with()

    with pytest.raises(ClientDown):
        run(backup, running, "client_add", **CLIENT)

    assert backup.in_place == BackupConfig()
    assert running.backup.config() is None
    assert "Director of mail: <backup/mail>" in running.lines


def test_a_client_of_the_same_name_is_not_changed():
    other = BackupConfig(clients=(MAIL.model_copy(update={"port": 9999}),))
    with pytest.raises(ClientExists, match="config_apply"):
        run(FakeConfig(other), running_with(other), "client_add", **CLIENT)


def test_a_client_is_removed_unless_a_job_names_it():
    with pytest.raises(ConfigInUse, match="client mail is named by job mail"):
        run(FakeConfig(ALL), running_with(ALL), "client_remove", name="mail")

    alone = BackupConfig(clients=(MAIL,))
    running = running_with(alone)
    run(FakeConfig(alone), running, "client_remove", name="mail")
    assert running.backup.config().config == BackupConfig()


# ---- locks


def clash(one, other):
    mine, theirs = expand(one.locks()), expand(other.locks())
    return any(theirs[path] in CLASHES[mode] for path, mode in mine.items() if path in theirs)


def test_a_job_that_runs_is_not_removed_and_one_that_is_removed_does_not_start():
    other = asked("job_run", job="other")
    gone = asked("config_apply", remove={"jobs": ["mail"]})
    assert clash(gone, asked("job_run", job="mail"))
    assert clash(asked("config_apply", version=1), other)
    assert not clash(gone, other)
    assert not clash(asked("config_apply", set=said(ALL)), asked("job_run", job="mail"))
    assert clash(asked("client_remove", name="mail"), asked("job_run", job="x", client="mail"))


def test_one_change_at_a_time():
    assert clash(asked("config_apply"), asked("client_add", **CLIENT))
