"""A volume out of what the catalog has of it, however that was asked."""

from datetime import datetime, timedelta

from calypso.drivers.backup.values import Volume, VolumeState

_WRITTEN_TO_THE_END = (VolumeState.FULL, VolumeState.USED)


def made_volume(
    *,
    name: str,
    pool: str,
    storage: str | None,
    media_type: str,
    state: str,
    size_bytes: int,
    runs: int,
    slot: int,
    in_changer: bool,
    written: datetime | None,
    retention_s: int,
    errors: int,
) -> Volume:
    """Return a volume; a state that nobody knows is unknown."""
    known = VolumeState(state) if state in set(VolumeState) else VolumeState.UNKNOWN
    expires = None
    if written is not None and known in _WRITTEN_TO_THE_END:
        expires = written + timedelta(seconds=retention_s)
    return Volume(
        name=name,
        pool=pool,
        storage=storage,
        media_type=media_type,
        state=known,
        bytes=size_bytes,
        runs=runs,
        slot=slot or None,
        in_changer=in_changer,
        last_written_at=written,
        expires_at=expires,
        errors=errors,
    )
