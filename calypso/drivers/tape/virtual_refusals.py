"""How a product of virtual libraries refuses, beyond what real ones say."""

from collections.abc import Sequence

from calypso.drivers.tape.refusals import TapeError


class ConfigurationBroken(TapeError):
    """The product's files contradict each other, or would after the change; nothing was changed."""

    code = "tape_configuration_broken"
    title = "Configuration contradicts itself"

    def __init__(
        self, detail: str = "", *, original: str = "", problems: Sequence[str] = ()
    ) -> None:
        super().__init__(detail, original=original)
        self.problems = tuple(problems)


class DaemonDown(TapeError):
    """The program that plays the library or drive does not run."""

    code = "tape_daemon_down"
    title = "Virtual device is not running"


class NotVisible(TapeError):
    """The product was started, and its devices did not appear."""

    code = "tape_not_visible"
    title = "Virtual devices did not appear"


class NotGone(TapeError):
    """The product was stopped, and its devices are still there."""

    code = "tape_not_gone"
    title = "Virtual devices did not go"


class DoorClosed(TapeError):
    """The import/export slots are closed: from outside nobody reaches them."""

    code = "tape_door_closed"
    title = "Import/export slots are closed"


class NotAsAsked(TapeError):
    """The product said that all went well, and what is there is not what it was asked for."""

    code = "tape_not_as_asked"
    title = "Not what was asked for"


class WouldLose(TapeError):
    """What is recorded on the cartridge, or lies in a slot that is to go, would be lost."""

    code = "tape_would_lose"
    title = "Something would be lost"


class ModuleUnfit(TapeError):
    """The kernel module is not there for the kernel that runs, or could not be built for it."""

    code = "tape_module_unfit"
    title = "Kernel module does not fit"
