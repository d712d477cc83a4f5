"""What a request must know before it is answered: whose session it is, and if a job changed."""

from dataclasses import dataclass
from uuid import UUID

from calypso.models.account import User


@dataclass(frozen=True)
class Look:
    """A session that somebody shows, and a job they ask about."""

    user_id: UUID
    generation: int
    ids: tuple[str, str]  # of the token, of the session
    job_id: UUID | None = None


@dataclass(frozen=True)
class Seen:
    """Whose session it is, None when it is not good now; the job's stamp, None when unknown.

    While the stamp stays, so does everything that the job's own row tells of it.
    """

    user: User | None
    stamp: str | None = None
