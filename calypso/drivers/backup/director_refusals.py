"""How the director, its catalog and its configuration refuse."""

from calypso.drivers.backup.refusals import BackupError


class ProductMissing(BackupError):
    """No director is named, or its programs are not there."""

    code = "backup_product_missing"
    title = "No backup product"


class DirectorDown(BackupError):
    """The director does not take connections, or ended in the middle of an answer."""

    code = "backup_director_down"
    title = "Director is down"
    transient = True


class DirectorUnauthorized(BackupError):
    """The director does not let us in, or is not the one we know."""

    code = "backup_director_unauthorized"
    title = "Director refused the password"


class DirectorSilent(BackupError):
    """The director did not finish its answer in time."""

    code = "backup_director_silent"
    title = "Director does not answer"
    transient = True


class DirectorAsked(BackupError):
    """The director asked a question that nobody expected; it was cancelled."""

    code = "backup_director_asked"
    title = "Director asked a question"

    def __init__(self, detail: str = "", *, original: str = "", question: str = "") -> None:
        super().__init__(detail, original=original)
        self.question = question


class DirectorUnreadable(BackupError):
    """The director's answer makes no sense."""

    code = "backup_director_unreadable"
    title = "Director's answer is unreadable"


class CatalogDown(BackupError):
    """The catalog's database does not answer, or lets nobody in."""

    code = "backup_catalog_down"
    title = "Catalog is down"
    transient = True


class ConfigurationRefused(BackupError):
    """A daemon does not take its configuration; the text is its word."""

    code = "backup_configuration_refused"
    title = "Configuration refused"
