"""The part of the driver that stops services for a while, or for good, that use datasets."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from calypso.drivers.storage import Busy
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.reading import ListedDataset
from calypso.drivers.storage.zfs.using import Using, in_words
from calypso.errors import SubsystemError

STOP_TIMEOUT_S = 300.0  # systemd itself kills a service that takes longer than 90 s, if not told
# Stopped by a job they might take it down with them: Calypso, its database and its broker.
OWN = re.compile(r"(calypso|postgresql|redis|valkey)\b.*")
BY_HAND = "The appliance itself may need {}: stop it by hand, if it does not."


class Services(Using):
    """Stopping services by systemctl."""

    @contextmanager
    def _without_services(self, tree: Sequence[ListedDataset]) -> Iterator[list[str]]:
        """Stop the services that use datasets; they are started again only if the body fails.

        Busy, before any is stopped, when somebody uses them who is no service.
        """
        stopped: list[str] = []
        try:
            for service in stoppable(tree, self._users_of(tree)):
                self._do("systemctl", "stop", service, timeout_s=STOP_TIMEOUT_S)
                stopped.append(service)
            yield stopped
        except SubsystemError:
            for service in reversed(stopped):
                # One that does not start must not hide why the body failed.
                with suppress(SubsystemError):
                    self._do("systemctl", "start", service, timeout_s=STOP_TIMEOUT_S)
            raise


def stoppable(tree: Sequence[ListedDataset], users: Sequence[User]) -> list[str]:
    """Return the services to be stopped, by name; Busy when that would not be enough."""
    others = [user for user in users if user.service is None or OWN.fullmatch(user.service)]
    if not others:
        return sorted({user.service for user in users if user.service is not None})
    own = sorted({user.service for user in others if user.service is not None})
    told = [in_words(tree, others), *(BY_HAND.format(service) for service in own)]
    raise Busy(" ".join(told), original="\n".join(user.words for user in others))
