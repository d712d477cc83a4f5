"""Whatever a resource is called and holds, Bacula's own parsers read back exactly that."""

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as some
from pydantic import SecretStr, ValidationError

from calypso.drivers.backup.rendering import daemons
from calypso.drivers.backup.rendering.reading import as_shown, read
from calypso.errors import Invalid
from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
    StorageResource,
)
from calypso.models.backup_job import JobKind, JobResource
from tests.contract.backup.configs import HOSTILE, HOSTILE_TEXTS, SECRETS, configs
from tests.contract.backup.parsers import Parsers

pytestmark = pytest.mark.real("bacula")
EACH = settings(
    phases=[Phase.explicit, Phase.generate],  # to shrink one takes minutes: a program each
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def parsers(bacula, tmp_path):
    return Parsers(bacula, tmp_path)


@EACH
@given(config=configs())
def test_what_is_put_in_is_read_back(parsers, config):
    director = parsers.run("bdirjson", parsers.director(config))
    storage = parsers.run("bsdjson", parsers.storage(config))
    assert director.returncode == storage.returncode == 0, director.stdout + storage.stdout

    found = read(director.stdout, SECRETS, storage.stdout)

    assert found.beyond == ()
    shown = as_shown(found.config).by_kind()
    for kind, resources in as_shown(config).by_kind().items():
        have = {one.name: one for one in shown[kind]}
        assert have == {one.name: one for one in resources}


@settings(EACH, max_examples=15)
@given(config=configs())
def test_the_daemons_take_it(parsers, config):
    for program, text in (
        ("bacula-dir", parsers.director(config)),
        ("bacula-sd", parsers.storage(config)),
    ):
        checked = parsers.run(program, text, "-t")
        assert checked.returncode == 0, checked.stdout + checked.stderr


@EACH
@given(password=some.text(some.sampled_from(HOSTILE), min_size=1, max_size=60))
@example(password='x"\n}\nConsole {\n  Name = evil\n  Password = ""\n}\n')
def test_a_password_stands_as_it_is_or_is_refused_without_being_told(parsers, password):
    config = BackupConfig(clients=(_plain_client(),))
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in password):
        with pytest.raises(Invalid, match="control character") as refused:
            parsers.director(config, client=SecretStr(password))
        assert password not in refused.value.detail
        return
    text = parsers.director(config, client=SecretStr(password))
    found = read(parsers.run("bdirjson", _with_a_job(text)).stdout, {"it": SecretStr(password)})
    assert found.config.clients[0].password == "it"


@EACH
@given(text=HOSTILE_TEXTS)
@example(text="x`touch pwned`")
@example(text="$(touch pwned)")
@example(text="x\n}\n")
def test_no_folder_makes_a_parser_start_anything(parsers, tmp_path, text):
    folder = f"/{text}"
    try:
        job = JobResource(
            name="restore",
            kind=JobKind.RESTORE,
            client="c",
            fileset="f",
            storage="s",
            pool="p",
            where=folder,
        )
    except ValidationError:
        return
    config = _with(job)

    ran = parsers.run("bdirjson", parsers.director(config))

    assert read(ran.stdout, SECRETS).config.jobs == (job,)
    assert not list(tmp_path.glob("pwned*"))


def test_a_path_in_backticks_would_have_run(parsers, tmp_path):
    """Why folders are checked as they are: the daemons' parser starts a shell."""
    config = _with(
        JobResource(
            name="r", kind="restore", client="c", fileset="f", storage="s", pool="p", where="/MARK"
        )
    )

    parsers.run("bdirjson", parsers.director(config).replace("/MARK", "/`touch pwned`"))

    assert (tmp_path / "pwned").exists()


def _plain_client():
    return ClientResource(name="c", address="127.0.0.1", password="client")


def _with(job):
    return BackupConfig(
        clients=(_plain_client(),),
        filesets=(FilesetResource(name="f", include=("/etc",)),),
        pools=(PoolResource(name="p"),),
        storages=(
            StorageResource(
                name="s", address="127.0.0.1", password="disk", device="d", media_type="File"
            ),
        ),
        jobs=(job,),
    )


def _with_a_job(text):
    """A director with no job at all is taken by no parser."""
    job = JobResource(name="j", client="c", fileset="f", storage="s", pool="p")
    rest = _with(job).model_copy(update={"clients": ()})
    return text + daemons.resources_only(rest, SECRETS)
