"""How a director's configuration stands beside what it was given."""

from pydantic import SecretStr

from calypso.drivers.backup import ConfigState
from calypso.drivers.backup.configuring import sentence, without_passwords
from calypso.drivers.backup.rendering import comparing, daemons
from calypso.drivers.backup.rendering.reading import Beyond, Found
from calypso.drivers.backup.rendering.sealing import is_untouched, sealed
from calypso.models.backup_config import BackupConfig, ClientResource, FilesetResource, PoolResource

MAIL = ClientResource(name="mail", address="::1", password="backup/mail")
POOL = PoolResource(name="Mail", max_volumes=7)
HOME = FilesetResource(name="home", include=("/home",), signature="sha512")
OURS = BackupConfig(clients=(MAIL,), filesets=(HOME,), pools=(POOL,))
TEXT = sealed(daemons.resources_only(OURS, {"backup/mail": SecretStr("hunter2!")}))


def stand(config, text=TEXT, beyond=()):
    found = comparing.standings(OURS, Found(config, tuple(beyond)), text, "calypso.conf")
    return {f"{one.kind} {one.name}": (one.state.value, one.differs) for one in found}


def test_what_the_tools_cannot_show_is_no_difference():
    shown = OURS.model_copy(
        update={
            "clients": (MAIL.model_copy(update={"password": "unknown"}),),
            "filesets": (HOME.model_copy(update={"signature": "sha1"}),),
        }
    )
    assert set(stand(shown).values()) == {("same", ())}
    assert set(stand(OURS).values()) == {("same", ())}


def test_each_field_and_each_directive_that_differs_is_named():
    more = OURS.model_copy(update={"pools": (POOL.model_copy(update={"max_volumes": 8}),)})
    beyond = [Beyond("pool", "Mail", "volumeuseduration", "3"), Beyond("pool", "Other", "x", "1")]
    assert stand(more, beyond=beyond)["pool Mail"] == (
        "changed",
        ("max_volumes", "volumeuseduration"),
    )
    assert "pool Other" not in stand(more, beyond=beyond)


def test_what_is_gone_is_missing_and_what_cannot_be_read_as_ours_is_changed():
    none = BackupConfig(filesets=OURS.filesets, clients=OURS.clients)
    assert stand(none)["pool Mail"] == ("missing", ())
    found = stand(none, beyond=[Beyond("pool", "Mail", "", "too long")])
    assert found["pool Mail"] == ("changed", ("unreadable",))


def test_a_resource_of_any_kind_in_our_file_is_seen_and_the_file_as_edited():
    mine = TEXT + "\nSchedule {\n  Name = Nightly\n  Run = Full sun at 1:05\n}\npool{name=Mine\n}\n"
    found = stand(OURS, mine)
    assert found["schedule Nightly"] == found["pool Mine"] == ("beyond", ())
    assert found["file calypso.conf"] == ("changed", ("edited",))


def test_a_file_that_cannot_be_read_says_nothing_of_any_resource():
    found = comparing.unreadable(OURS, TEXT, "calypso.conf")
    assert {one.state for one in found} == {ConfigState.UNREADABLE}
    assert [one.kind for one in found] == ["client", "fileset", "pool", "file"]


def test_every_edit_breaks_the_seal_and_an_empty_file_has_none():
    assert is_untouched(TEXT)
    assert is_untouched("")
    for edited in (TEXT + " ", TEXT[1:], TEXT.replace("7", "8"), daemons.resources_only(OURS, {
        "backup/mail": SecretStr("hunter2!")
    })):  # fmt: skip
        assert not is_untouched(edited)


def test_no_password_is_quoted_however_it_is_written():
    said = 'line 3\n  Pass word = "hunter2!"\nDB PASSWORD=hunter2!\nName = x'
    assert without_passwords(said) == "line 3\n  Pass word = …\nDB PASSWORD= …\nName = x"


def test_the_line_that_says_what_is_wrong_is_found():
    said = (
        'bacula-dir: ERROR TERMINATION at parse_conf.c:615\nConfig error: Could not find "x"\n\n  :'
    )
    assert sentence(said) == 'Could not find "x"'
    assert sentence('ERROR TERMINATION\n"Type" is required.\n') == '"Type" is required.'
    assert sentence("\nOdd\nMore") == "Odd"
