"""Resources of ours, and the driver over a director whose files are here."""

from pydantic import SecretStr

from calypso.drivers.backup.bacula import BaculaBackup, Director
from calypso.drivers.backup.trial import PREVIOUS, Trial
from calypso.host.local import LocalHost
from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
)
from calypso.models.backup_job import JobResource

SECRETS = {"mail": SecretStr('of the "mail" client'), "disk": SecretStr("of the disk")}
MAIL = ClientResource(name="mail-fd", address="127.0.0.1", password="mail")
POOL = PoolResource(name="Mail", label_format="Mail-", max_volumes=7)
HOME = FilesetResource(name="home", include=("/home",), signature="sha256")
JOB = JobResource(name="mail", client="mail-fd", fileset="home", storage="Disk", pool="Mail")
OURS = BackupConfig(clients=(MAIL,), filesets=(HOME,), pools=(POOL,), jobs=(JOB,))
NOBODYS = OURS.model_copy(update={"clients": ()})


def opened(bacula, *, programs=None, log=None, host=None):
    """The driver over a director whose files are here."""
    told = bacula.settings
    host = host or LocalHost(on_log=log)
    trial = Trial.at(host, bacula.server.layout.etc, programs or bacula.server.folder / "bin")
    assert trial is not None
    director = Director.at(
        told["CALYPSO_BACULA_DIRECTOR"], SecretStr(told["CALYPSO_BACULA_PASSWORD"])
    )
    return BaculaBackup(director, SecretStr(told["CALYPSO_BACULA_CATALOG_URL"]), trial)


def strays(backup, config=OURS):
    return [(f"{one.kind} {one.name}", one.state) for one in backup.drift(config).strays]


def left(ours):
    """What lies beside the configuration that nobody put there to stay."""
    return [one.name for one in ours.parent.glob("*calypso.conf*") if one.name not in KEPT]


KEPT = ("calypso.conf", PREVIOUS)


def edit(ours, before, after):
    text = ours.read_text()
    assert before in text
    ours.write_text(text.replace(before, after))
