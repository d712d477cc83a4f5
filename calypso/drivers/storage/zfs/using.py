"""Who uses datasets: seen before anything is destroyed, named when ZFS says only `busy`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from calypso.drivers.storage import Busy, DatasetKind
from calypso.drivers.storage.zfs.commands import Commands
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.reading import ListedDataset
from calypso.drivers.storage.zfs.refusals import NotMounted
from calypso.errors import SubsystemError

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
        except SubsystemError:
            for name in reversed(unmounted):
                # One that is gone, or will not mount, must not hide why the body failed.
                with suppress(SubsystemError):
                    self._do("zfs", "mount", name)
            raise

    def _refuse_open_volumes(self, tree: Sequence[ListedDataset]) -> None:
        """Refuse volumes somebody uses; see `_users` for who is not seen."""
        self._refuse_used([one for one in tree if one.dataset.kind is DatasetKind.VOLUME])

    def _refuse_used(self, tree: Sequence[ListedDataset]) -> None:
        if users := self._users_of(tree):
            raise Busy(in_words(tree, users), original=_all(users))

    def _users_of(self, tree: Sequence[ListedDataset]) -> list[User]:
        """Return who uses volumes and mounted filesystems."""
        paths = [path for one in tree if (path := _path(one)) is not None]
        return self._users(*paths) if paths else []

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
                raise refused.adding(in_words(tree, users)) from refused
            raise


def in_words(tree: Sequence[ListedDataset], users: Sequence[User]) -> str:
    """Return who uses which dataset, in sentences."""
    names = {_path(one): one.dataset.name for one in tree}
    told = list(dict.fromkeys(f"{names[user.path]} is used by {user.words}" for user in users))
    more = [f"{len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return f"{'; '.join([*told[:SHOWN], *more])}. End that first."


def _all(users: Sequence[User]) -> str:
    return "\n".join(f"{user.path}: {user.words}" for user in users)


def _path(one: ListedDataset) -> str | None:
    """Return by which path a dataset is used: a volume's device, or where it is mounted."""
    if one.dataset.kind is DatasetKind.VOLUME:
        return f"/dev/zvol/{one.dataset.name}"
    return one.dataset.mountpoint if one.is_mounted else None


def _mounted_deepest_first(tree: Sequence[ListedDataset]) -> list[ListedDataset]:
    mounted = [one for one in tree if one.is_mounted]
    for one in mounted:
        if one.dataset.mountpoint is None:
            raise Busy(f"{one.dataset.name} is mounted by hand. Unmount it first: umount.")
    return sorted(mounted, key=lambda one: -(one.dataset.mountpoint or "").rstrip("/").count("/"))
