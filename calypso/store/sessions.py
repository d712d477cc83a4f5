"""Whose session it is and whether a job has changed: of many requests, in one statement."""

from collections.abc import Sequence
from typing import Any

from calypso.models.account import User
from calypso.models.sight import Look, Seen
from calypso.store.asking import Asking

# A row carries the transaction that wrote it, which no two states of one row share. A server
# that took over from another may use that transaction's number again, but began at another time.
LOOK = """
SELECT a.place, u.id, u.name, u.roles, u.disabled, u.created_at, u.signed_in_at,
       (SELECT pg_postmaster_start_time()::text || '/' || j.xmin::text
          FROM calypso.jobs j WHERE j.id = a.job_id) AS stamp
  FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::uuid[])
       WITH ORDINALITY AS a(user_id, generation, token_id, session_id, job_id, place)
  LEFT JOIN calypso.users u
    ON u.id = a.user_id AND u.generation = a.generation AND NOT u.disabled
   AND NOT EXISTS (SELECT 1 FROM calypso.revoked r WHERE r.id IN (a.token_id, a.session_id))"""


class Sessions(Asking):
    """The verb on sessions."""

    def look(self, looks: Sequence[Look]) -> list[Seen]:
        """Return what each look finds now.

        No user: gone, disabled, with a newer password, or signed out. A job that has moved to
        history has no stamp.
        """
        rows = self._rows(
            LOOK,
            [one.user_id for one in looks],
            [one.generation for one in looks],
            [one.ids[0] for one in looks],
            [one.ids[1] for one in looks],
            [one.job_id for one in looks],
        )
        found = {
            row.place: Seen(None if row.id is None else user_in(row), row.stamp) for row in rows
        }
        return [found[place] for place in range(1, len(looks) + 1)]


def user_in(row: Any) -> User:
    """Return the user of a row with the columns of one."""
    return User(
        id=row.id,
        name=row.name,
        roles=list(row.roles),
        disabled=row.disabled,
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
    )
