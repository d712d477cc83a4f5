"""How the machine itself refuses: one class for each reason, with a code that never changes."""

from calypso.errors import CallerError, SubsystemError


class DumpFailed(SubsystemError):
    """The database was not dumped, or not restored; it is as it was."""

    code = "system_dump_failed"
    title = "Database not dumped or restored"


class DatabaseProgramsMissing(DumpFailed):
    """PostgreSQL's client programs are not here, or older than the server."""

    code = "system_database_programs_missing"
    title = "PostgreSQL's programs are missing or too old"


class DatabaseForbids(DumpFailed):
    """Calypso's role may not do it in the database."""

    code = "system_database_forbids"
    title = "The database forbids it"


class NoRoom(DumpFailed):
    """There is no room for a file."""

    code = "system_no_room"
    title = "No space left"


class DatabaseBusy(DumpFailed):
    """Somebody holds locks in the database."""

    code = "system_database_busy"
    title = "The database is locked"
    transient = True


class DatabaseAway(DumpFailed):
    """The database does not answer."""

    code = "system_database_away"
    title = "The database does not answer"
    transient = True


class DumpDamaged(DumpFailed):
    """A dump is truncated, or none at all."""

    code = "system_dump_damaged"
    title = "Damaged dump"


class BackupFailed(SubsystemError):
    """A backup of the appliance was not written; earlier ones are as they were."""

    code = "system_backup_failed"
    title = "Backup not written"


class BackupLocked(SubsystemError):
    """The key does not open a backup of the appliance."""

    code = "system_backup_locked"
    title = "The backup does not open"


class BackupDamaged(SubsystemError):
    """A backup of the appliance is truncated, changed, or none at all."""

    code = "system_backup_damaged"
    title = "Damaged backup"


class BackupTooNew(SubsystemError):
    """The backup was made by a later release than this one."""

    code = "system_backup_too_new"
    title = "The backup is newer than this release"


class InstallationLive(SubsystemError):
    """There is an installation that a restore would overwrite."""

    code = "system_installation_live"
    title = "There is a live installation"


class KeyUnusable(CallerError):
    """What should lock or open a backup is no key."""

    code = "system_key_unusable"
    title = "Unusable key"
