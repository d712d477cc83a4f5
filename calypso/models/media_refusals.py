"""How the books of tape refuse; each code never changes."""

from collections.abc import Mapping

from calypso.errors import Conflict, InUse, NotFound

MOST_TOLD = 20  # candidates whose reasons are told one by one


class MediaPoolMissing(NotFound):
    """There is no such media pool."""

    code = "media_pool_missing"
    title = "No such media pool"


class MediaPoolExists(Conflict):
    """A media pool of this name exists already."""

    code = "media_pool_exists"
    title = "Media pool exists"


class MediaPoolInUse(InUse):
    """Cartridges still belong to the media pool."""

    code = "media_pool_in_use"
    title = "Media pool in use"


class MediumUnknown(NotFound):
    """The cartridge is not on record."""

    code = "medium_unknown"
    title = "Cartridge is not on record"


class MediumKept(Conflict):
    """What is on the cartridge is to be kept, for now or for ever."""

    code = "medium_kept"
    title = "Cartridge is to be kept"


class ArchiveMissing(NotFound):
    """There is no such archive on record."""

    code = "archive_missing"
    title = "No such archive"


class ArchiveIncomplete(Conflict):
    """What is on record about an archive is not the whole of it."""

    code = "archive_incomplete"
    title = "Archive is not whole"


class NoMediaFits(Conflict):
    """No cartridge can be written for this pool now; `reasons` says of each why not."""

    code = "no_media_fits"
    title = "No cartridge fits"

    def __init__(self, detail: str = "", *, reasons: Mapping[str, str] | None = None) -> None:
        self.reasons = dict(reasons or {})
        told = [f"{barcode}: {why}" for barcode, why in list(self.reasons.items())[:MOST_TOLD]]
        if (more := len(self.reasons) - len(told)) > 0:
            told.append(f"and {more} more")
        super().__init__(f"{detail} {'; '.join(told)}.".strip() if told else detail)
