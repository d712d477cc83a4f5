"""What a part of Calypso cannot do now."""

from calypso.errors.base import CalypsoError


class Unavailable(CalypsoError):
    """A part of Calypso is out of reach; nothing is lost, try again after `retry_after_s`."""

    code = "unavailable"
    title = "Temporarily unavailable"

    def __init__(self, detail: str = "", *, retry_after_s: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StoreUnavailable(Unavailable):
    """PostgreSQL cannot be reached."""

    code = "store_unavailable"
    title = "Database unavailable"


class SubsystemUnavailable(Unavailable):
    """No worker on that node serves this subsystem, or its product is missing."""

    code = "subsystem_unavailable"
    title = "Subsystem unavailable"


class PlanTimedOut(Unavailable):
    """The worker did not finish the plan in time."""

    code = "plan_timed_out"
    title = "No plan in time"


class LookupTimedOut(Unavailable):
    """The worker did not look it up in time."""

    code = "lookup_timed_out"
    title = "No answer in time"


class Misconfigured(CalypsoError):
    """The settings cannot work; the text names the setting and what to write."""

    code = "misconfigured"
    title = "Misconfigured"


class Undelivered(CalypsoError):
    """A letter about an alert could not be sent; it is tried again."""

    code = "undelivered"
    title = "Not delivered"
