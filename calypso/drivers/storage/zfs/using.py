"""Who uses datasets: seen before anything is destroyed, named when ZFS says only `busy`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from calypso.drivers.storage import Busy, DatasetKind
from calypso.drivers.storage.zfs.commands import Commands
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.reading import ListedDataset
from calypso.drivers.storage.zfs.refusals import NotMounted
from calypso.errors import SubsystemError

VOLUMES = "/dev/zvol/"
SHOWN = 5  # users in a message; the others stand in its original


class Using(Commands):
    """Making datasets idle, or saying by whom they are not."""

    @contextmanager
    def _idle(self, tree: Sequence[ListedDataset]) -> Iterator[None]:
        """Unmount a tree and see its volumes unused; Busy. Mounts it again if the body fails."""
        unmounted: list[str] = []
        try:
            self._refuse_open_volumes(tree)
            for one in _mounted_deepest_first(tree):
                with suppress(NotMounted), self._naming_users([one]):
                    self._do("zfs", "unmount", one.dataset.name)
                    unmounted.append(one.dataset.name)
            yield
        except Exception:
            for name in reversed(unmounted):
                # One that is gone, or will not mount, must not hide why the body failed.
                with suppress(SubsystemError):
                    self._do("zfs", "mount", name)
            raise

    def _refuse_open_volumes(self, tree: Sequence[ListedDataset]) -> None:
        """Refuse volumes somebody uses; see `_users` for who is not seen."""
        self._refuse_used([one for one in tree if one.dataset.kind is DatasetKind.VOLUME])

    def _refuse_used(self, tree: Sequence[ListedDataset]) -> None:
        if users := [one for one in self._users_of(tree) if one.is_sure]:
            raise Busy(in_words(users), original=_all(users))

    def _users_of(self, tree: Sequence[ListedDataset]) -> list[User]:
        """Return who uses volumes and mounted filesystems."""
        names = [name for one in tree if (name := _used_as(one)) is not None]
        return self._users(*names) if names else []

    @contextmanager
    def _naming_users(self, tree: Sequence[ListedDataset]) -> Iterator[None]:
        """Have a Busy of the body say who is in the way, as far as that can be seen."""
        try:
            yield
        except Busy as refused:
            try:
                users = self._users_of(tree)
            except SubsystemError as unseen:
                raise refused.adding(f"By whom was not seen: {unseen.detail}") from refused
            if users:
                raise refused.adding(in_words(users)) from refused
            raise


def in_words(users: Sequence[User]) -> str:
    """Return who uses which dataset, in sentences."""
    told = list(dict.fromkeys(f"{_dataset(user)} is used by {user.words}" for user in users))
    more = [f"{len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return f"{'; '.join([*told[:SHOWN], *more])}. End that first."


def _all(users: Sequence[User]) -> str:
    return "\n".join(f"{_dataset(user)}: {user.words}" for user in users)


def _used_as(one: ListedDataset) -> str | None:
    """Return by which name a dataset is used: a volume by its device, a filesystem by its own."""
    if one.dataset.kind is DatasetKind.VOLUME:
        return f"{VOLUMES}{one.dataset.name}"
    return one.dataset.name if one.is_mounted else None


def _dataset(user: User) -> str:
    return user.of.removeprefix(VOLUMES)


def _mounted_deepest_first(tree: Sequence[ListedDataset]) -> list[ListedDataset]:
    mounted = [one for one in tree if one.is_mounted]
    for one in mounted:
        if one.dataset.mountpoint is None:
            raise Busy(f"{one.dataset.name} is mounted by hand. Unmount it first: umount.")
    return sorted(mounted, key=lambda one: -(one.dataset.mountpoint or "").rstrip("/").count("/"))
