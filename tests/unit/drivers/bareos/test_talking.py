"""How bconsole is run, and what becomes of each way in which a talk can go wrong."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.backup import (
    BackupError,
    ConfigurationRefused,
    DirectorAsked,
    DirectorDown,
    DirectorSilent,
    DirectorUnauthorized,
    DirectorUnreadable,
    ProductMissing,
    Unsupported,
)
from calypso.drivers.backup.bareos import Console
from calypso.host.local import LocalHost
from tests.fakes.bareos import (
    API,
    CONFIG,
    EMPTY,
    GREETING,
    NOT_CONNECTED,
    FakeBconsole,
    Question,
    console,
    result,
)

CLIENTS = result(clients=[{"name": "bareos-fd"}])


def test_a_command_is_given_after_the_mode_and_nothing_is_in_argv_but_the_configuration():
    fake = FakeBconsole().says(".clients", CLIENTS)

    told = console(fake, program="/opt/bconsole").ask(".clients")

    assert told == {"clients": [{"name": "bareos-fd"}]}
    assert fake.asked == [".clients"]
    ((argv, timeout_s, env),) = fake.ran
    assert argv == ("/opt/bconsole", "-c", str(CONFIG))
    assert timeout_s == 30
    assert env == {"HOME": "/nonexistent"}  # no commands of somebody's .bconsolerc


def test_several_commands_that_look_share_a_process_and_each_has_its_own_answer():
    fake = FakeBconsole().says(".clients", CLIENTS).says(".pools", EMPTY)

    assert console(fake).ask_all([".pools", ".clients", ".pools"]) == [
        {},
        {"clients": [{"name": "bareos-fd"}]},
        {},
    ]
    assert len(fake.ran) == 1


def test_very_many_commands_are_split_among_processes():
    fake = FakeBconsole().says(".clients", CLIENTS)

    told = console(fake).ask_all([".clients"] * 201)

    assert len(told) == 201
    assert len(fake.ran) == 2


def test_a_director_that_ends_in_the_middle_of_several_has_answered_none():
    fake = FakeBconsole().says(".clients", CLIENTS).says(".pools", EMPTY)
    fake.cut_at = ".pools\n"

    with pytest.raises(DirectorDown, match=r"before it had answered '\.pools'"):
        console(fake).ask_all([".clients", ".pools"])


def test_a_console_that_may_not_have_json_is_told_so():
    fake = FakeBconsole()
    fake.said = GREETING + ".api json\n.api: is an invalid command.\n.clients\nbareos-fd\nquit\n"

    with pytest.raises(Unsupported, match="may not give"):
        console(fake).ask(".clients")


def test_notices_between_the_answers_are_not_in_the_way():
    fake = FakeBconsole().says(".clients", CLIENTS).tells("status director", "one\ntwo")
    fake.notices = True

    assert "clients" in console(fake).ask(".clients")
    assert console(fake).read("status director") == "one\ntwo"


def test_a_brace_in_an_echoed_path_begins_no_answer():
    command = '.bvfs_lsfiles jobid=1 path="{/x"'
    fake = FakeBconsole().says(command, EMPTY)

    assert console(fake).ask(command) == {}


# ---- what goes wrong


def test_a_missing_program_is_refused_with_the_way_to_it():
    fake = FakeBconsole()
    fake.missing = True

    with pytest.raises(ProductMissing, match="bareos-bconsole"):
        console(fake).ask(".clients")


def test_a_director_that_hangs_is_silent_and_the_command_is_named():
    fake = FakeBconsole()
    fake.hangs_at = "run job=x yes"

    with pytest.raises(DirectorSilent, match="'run' within 7 s"):
        console(fake).ask("run job=x yes", timeout_s=7)
    assert fake.ran[0][1] == 7


def test_a_real_program_that_hangs_is_ended_in_time(tmp_path):
    program = tmp_path / "bconsole"
    program.write_text("#!/bin/sh\ncat > /dev/null\nexec sleep 60\n")
    program.chmod(0o755)
    began = time.monotonic()

    with pytest.raises(DirectorSilent):
        Console(LocalHost(), tmp_path / "c.conf", str(program), timeout_s=0.5).ask(".clients")

    assert time.monotonic() - began < 30


def test_a_real_program_is_talked_to_over_its_input(tmp_path):
    program = tmp_path / "bconsole"
    answers = json.dumps(json.loads(API)) + "\\n" + json.dumps(json.loads(CLIENTS))
    program.write_text(
        "#!/bin/sh\n"
        '[ "$1 $2" = "-c /c.conf" ] && [ "$HOME" = /nonexistent ] || exit 3\n'
        "wanted=$(printf '.api json\\n.clients\\nquit')\n"
        '[ "$(cat)" = "$wanted" ] || exit 4\n'
        f"printf '{answers}'\n"
    )
    program.chmod(0o755)

    told = Console(LocalHost(), Path("/c.conf"), str(program)).ask(".clients")

    assert told == {"clients": [{"name": "bareos-fd"}]}


@pytest.mark.parametrize(
    ("said", "complaint", "refusal"),
    [
        (NOT_CONNECTED, "", DirectorDown),
        (NOT_CONNECTED, "Could not connect. ERR=Connection refused\n", DirectorDown),
        (
            "Director authorization problem.\nMost likely the passwords do not agree.\n",
            "",
            DirectorUnauthorized,
        ),
        (NOT_CONNECTED, "TLS negotiation failed\n", DirectorUnauthorized),
        ("", "-c: Path does not exist: /etc/bareos/bconsole.conf\n", ConfigurationRefused),
        ("", "No Director resource defined in /etc/bareos/bconsole.conf\n", ConfigurationRefused),
    ],
)
def test_why_bconsole_does_not_come_to_the_director_is_told(said, complaint, refusal):
    fake = FakeBconsole()
    fake.code, fake.said, fake.complaint = 1, said, complaint

    with pytest.raises(BackupError) as refused:
        console(fake).ask(".clients")
    assert type(refused.value) is refusal


def test_half_an_answer_is_unreadable():
    fake = FakeBconsole().says(".clients", CLIENTS)
    fake.cut_at = '"clients": ['

    with pytest.raises(DirectorUnreadable, match="breaks off"):
        console(fake).ask(".clients")


@pytest.mark.parametrize("cut_at", ['"api": 2\n  }\n}', ".clients\n"])
def test_a_director_that_ends_before_it_answers_is_down(cut_at):
    fake = FakeBconsole().says(".clients", CLIENTS)
    fake.cut_at = cut_at

    with pytest.raises(DirectorDown, match=r"before it had answered '\.clients'"):
        console(fake).ask(".clients")


def test_text_without_its_end_is_refused():
    fake = FakeBconsole().tells("status director", "Running Jobs:\nNo Jobs running.")
    fake.cut_at = "Running Jobs:\n"

    with pytest.raises(DirectorDown, match="before it had answered 'status'"):
        console(fake).read("status director")


@pytest.mark.parametrize(
    "question",
    [
        "Automatically selected Catalog: MyCatalog\nSelect Job resource (1-3): ",
        "Enter autochanger slot: ",
        "OK to run? (yes/mod/no): ",
        "Do you want to label these Volumes? (yes|no): ",
    ],
)
def test_a_question_is_cancelled_and_told(question):
    asked = question.strip().rpartition("\n")[2]
    fake = FakeBconsole().tells("status x", Question(question)).says("run x", Question(question))

    with pytest.raises(DirectorAsked) as refused:
        console(fake).read("status x")
    assert refused.value.question == asked
    with pytest.raises(DirectorAsked) as refused:
        console(fake).ask("run x")
    assert refused.value.question == asked


def test_text_that_only_looks_like_a_question_is_an_answer():
    said = "Processing file: /home/Select (1-2):\nReally? (yes/no):"
    fake = FakeBconsole().tells("status x", said)

    assert console(fake).read("status x") == said


@pytest.mark.parametrize("answer", ['{"jsonrpc": "2.0"}', '{"result": []}', '{"error": "failed"}'])
def test_an_object_that_is_neither_a_result_nor_an_error_is_unreadable(answer):
    with pytest.raises(DirectorUnreadable, match="neither"):
        console(FakeBconsole().says(".clients", answer)).ask(".clients")


@given(st.text())
def test_whatever_is_printed_is_read_or_refused(printed):
    fake = FakeBconsole()
    fake.said = printed

    for talk in (console(fake).ask, console(fake).read):
        with pytest.raises(BackupError):
            talk(".clients")
