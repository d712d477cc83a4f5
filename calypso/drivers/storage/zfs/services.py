"""The part of the driver that is about services which use datasets."""

import re
from collections.abc import Sequence

from calypso.drivers.storage import Busy
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.pools import Pools
from calypso.drivers.storage.zfs.using import VOLUMES, in_words

SERVICE_TIMEOUT_S = 300.0  # systemd itself kills a service that takes longer, if not told otherwise
# Stopped by a job they might take it, or the way to this machine, down with them.
OWN = re.compile(r"(calypso|postgresql|redis|valkey|dbus|systemd|sshd?)\b.*")
BY_HAND = "The appliance itself may need {}: stop it by hand, if it does not."


class Services(Pools):
    """Stopping and starting services by systemctl."""

    def services_of_pool(self, name: str, *, force: bool = False) -> list[str]:
        """Return the services that use a pool; Busy when others do, too.

        By `force` those who only work in its filesystems are no such others.
        """
        users = [one for one in self._users_of(self._tree(name)) if one.is_sure]
        others = [one for one in users if one.service is None or OWN.fullmatch(one.service)]
        if force:
            others = [one for one in others if one.service or one.of.startswith(VOLUMES)]
        refuse_others(others)
        return sorted({one.service for one in users if one.service is not None})

    def stop_service(self, name: str) -> None:
        """Stop a service, and wait until it has ended."""
        self._do("systemctl", "stop", "--", name, timeout_s=SERVICE_TIMEOUT_S)

    def start_service(self, name: str) -> None:
        """Start a service, and wait until it is up."""
        self._do("systemctl", "start", "--", name, timeout_s=SERVICE_TIMEOUT_S)


def refuse_others(others: Sequence[User]) -> None:
    """Refuse, where stopping services would not be enough; Busy."""
    if others:
        own = sorted({one.service for one in others if one.service is not None})
        told = [in_words(others), *(BY_HAND.format(service) for service in own)]
        raise Busy(" ".join(told), original="\n".join(one.words for one in others))
