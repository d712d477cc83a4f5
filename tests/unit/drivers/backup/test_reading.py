"""What bdirjson prints of a director that somebody configured by hand."""

import json

import pytest
from pydantic import SecretStr

from calypso.drivers.backup.rendering.reading import Beyond, read
from calypso.drivers.backup.rendering.saying import UNKNOWN
from calypso.errors import SubsystemError

SECRETS = {"bacula/mail": SecretStr("hushhush")}
CLIENT = {"Name": "mail", "Address": "mail", "Password": "hushhush", "Catalog": "MyCatalog"}
JOB = {
    "Name": "nightly",
    "Type": "Backup",
    "Level": "Incremental",
    "Messages": "Standard",
    "Storage": ["Disk"],
    "Pool": "Disk",
    "Client": "mail",
    "Fileset": "all",
    "RescheduleIncompleteJobs": False,
}
FILESET = {
    "Name": "all",
    "Include": [
        {"File": ["/"], "Options": [{"Signature": "Md5", "Exclude": "No", "Verify": "pugs1"}]}
    ],
}


def reading(kind, given, **changed):
    return read(json.dumps([{kind: {**given, **changed}}]), SECRETS)


def test_what_is_not_said_is_what_bacula_takes_then():
    (client,) = reading("Client", CLIENT).config.clients
    (job,) = reading("Job", JOB).config.jobs

    assert (client.port, client.auto_prune, client.max_concurrent) == (9102, True, 1)
    assert (job.accurate, job.priority, job.enabled) == (False, 10, True)


def test_a_password_is_told_by_the_name_of_its_secret_or_not_at_all():
    known = reading("Client", CLIENT)
    other = reading("Client", CLIENT, Password="somethingelse")

    assert known.config.clients[0].password == "bacula/mail"
    assert other.config.clients[0].password == UNKNOWN
    assert "hushhush" not in repr(known)
    assert "somethingelse" not in repr(other)


def test_what_is_only_said_by_hand_is_shown_as_it_is():
    found = reading("Job", JOB, Schedule="Nightly", RunScript=[{"Command": "/x"}])

    assert found.config.jobs[0].name == "nightly"
    assert set(found.beyond) == {
        Beyond("job", "nightly", "schedule", "Nightly"),
        Beyond("job", "nightly", "runscript", "[{'Command': '/x'}]"),
    }


def test_an_incomplete_run_that_would_run_again_is_shown():
    given = {name: value for name, value in JOB.items() if name != "RescheduleIncompleteJobs"}

    assert reading("Job", given).beyond == (
        Beyond("job", "nightly", "rescheduleincompletejobs", "True"),
    )


def test_a_resource_that_ours_cannot_express_is_shown_as_a_whole():
    found = reading("Job", JOB, Storage=["Disk", "Tape"])

    assert found.config.jobs == ()
    (beyond,) = found.beyond
    assert (beyond.name, beyond.directive) == ("nightly", "")
    assert beyond.value.startswith("storage: ")


def test_a_hidden_password_stays_hidden_in_what_goes_beyond():
    found = reading("Client", CLIENT, TlsKeyPassword="somethingelse")

    assert found.beyond == (Beyond("client", "mail", "tlskeypassword", "…"),)


@pytest.mark.parametrize(
    "include",
    [
        [*FILESET["Include"], {"File": ["/b"]}],
        [{"File": ["/"], "Options": [{"RegexDir": ["x"]}]}],
        [{"File": ["/"], "Options": [{"Wild": ["*.o"], "Compression": "Gzip"}, {"OneFs": "No"}]}],
        [{"File": ["/"], "Plugin": ["bpipe:x"]}],
    ],
)
def test_an_include_with_more_in_it_is_shown(include):
    assert reading("Fileset", FILESET).beyond == ()
    assert reading("Fileset", FILESET, Include=include).beyond


def test_a_path_that_is_no_utf8_is_no_path_of_ours():
    found = reading("Fileset", FILESET, Include=[{"File": ["/x\ufffd"]}])

    assert found.config.filesets == ()
    assert found.beyond[0].name == "all"


@pytest.mark.parametrize(
    "printed", ["", "bacula-dir: ERROR hushhush", "[1]", '[{"Client": 1}]', "{}x"]
)
def test_what_is_not_its_json_is_refused_without_a_word_of_it(printed):
    with pytest.raises(SubsystemError) as refused:
        read(printed, SECRETS)

    assert "hushhush" not in refused.value.detail + refused.value.original


def test_the_rest_of_a_director_is_passed_over():
    printed = json.dumps([{"Director": {"Name": "d"}}, {"Schedule": {}}, {"Client": CLIENT}])

    assert [client.name for client in read(printed, SECRETS).config.clients] == ["mail"]
