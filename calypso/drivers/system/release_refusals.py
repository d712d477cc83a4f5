"""Why a release is not put in place, or not taken away."""

from calypso.errors import SubsystemError


class ReleaseMissing(SubsystemError):
    """No such release is on this machine."""

    code = "release_missing"
    title = "No such release"


class ReleaseInUse(SubsystemError):
    """The release serves, or is the one to go back to."""

    code = "release_in_use"
    title = "Release in use"


class UpgradeUnfit(SubsystemError):
    """Something speaks against the change before anything was changed."""

    code = "upgrade_unfit"
    title = "Cannot be upgraded now"


class UpgradeFailed(SubsystemError):
    """The change did not work and was undone; the release before serves."""

    code = "upgrade_failed"
    title = "Upgrade undone"


class UpgradeUnfinished(SubsystemError):
    """Another change is half done; it wants to be finished or undone first."""

    code = "upgrade_unfinished"
    title = "Upgrade unfinished"


class ReleasesBusy(SubsystemError):
    """Somebody else changes the releases of this machine right now."""

    code = "releases_busy"
    title = "Releases are being changed"


class RollbackLoses(SubsystemError):
    """The release to go back to cannot read the database as it is now."""

    code = "rollback_loses"
    title = "Rollback would lose data"


class ServiceFailed(SubsystemError):
    """A service did not do what it was told."""

    code = "service_failed"
    title = "Service failed"


class FetchFailed(SubsystemError):
    """The bundle could not be brought here."""

    code = "fetch_failed"
    title = "Release not fetched"
