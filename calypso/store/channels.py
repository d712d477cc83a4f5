"""Where alerts are sent, and each letter; satisfies `engine.alert_ports.ChannelStore`."""

from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import ForeignKeyViolation, UniqueViolation

from calypso.errors import Conflict, FieldError, Invalid, NotFound
from calypso.models.alert import Alert
from calypso.models.channel import Channel, Delivery, Letter, NewChannel, Outgoing
from calypso.models.clock import uuid7
from calypso.store import cursors
from calypso.store.asking import Asking, as_json

ORDER = "-seq"
COLUMNS = (
    "id, name, kind, settings, min_level, enabled, created_at, updated_at, updated_by,"
    " last_sent_at, last_error, last_error_at"
)
GET = f"SELECT {COLUMNS} FROM calypso.alert_channels"  # noqa: S608 - fixed words
ADD = f"""
INSERT INTO calypso.alert_channels
  (name, kind, settings, secret, min_level, enabled, updated_by, id)
VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s, %s) RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
CHANGE = f"""
UPDATE calypso.alert_channels
   SET name = %s, kind = %s, settings = %s::jsonb, secret = %s, min_level = %s, enabled = %s,
       updated_by = %s, updated_at = now()
 WHERE id = %s RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
LETTER = (
    "id, seq, channel_id, alert_id, what, state, attempts, next_at, last_error, created_at, sent_at"
)
ADD_TEST = f"""
INSERT INTO calypso.alert_deliveries (id, channel_id, what)
SELECT %s, id, 'test' FROM calypso.alert_channels WHERE id = %s RETURNING {LETTER}"""  # noqa: S608 - fixed words
ONE = f"SELECT {LETTER} FROM calypso.alert_deliveries WHERE id = %s"  # noqa: S608 - fixed words
LIST = f"""
SELECT {LETTER} FROM calypso.alert_deliveries WHERE channel_id = %s AND seq < %s
 ORDER BY seq DESC LIMIT %s"""  # noqa: S608 - fixed words
CLAIM = f"""
SELECT (delivery).id AS letter_id, (delivery).what, (delivery).alert, (delivery).attempts,
       (delivery).created_at AS written_at,
       {", ".join(f"(channel).{name}" for name in COLUMNS.split(", "))}
  FROM calypso.claim_deliveries(%s, make_interval(secs => %s), make_interval(secs => %s))"""  # noqa: S608 - fixed words
SETTLE = "SELECT calypso.settle_delivery(%s, %s, %s, make_interval(secs => %s))"
NEWEST = 2**63 - 1


class Channels(Asking):
    """All verbs on channels and letters."""

    def add(self, new: NewChannel, *, by: str) -> Channel:
        """Add a channel."""
        return _channel(self._written(ADD, new, by, uuid7()))

    def change(self, channel_id: UUID, new: NewChannel, *, by: str) -> Channel:
        """Replace a channel's settings."""
        row = self._written(CHANGE, new, by, channel_id)
        if row is None:
            raise NotFound(f"There is no alert channel {channel_id}.")
        return _channel(row)

    def remove(self, channel_id: UUID) -> bool:
        """Remove a channel with its letters."""
        statement = "DELETE FROM calypso.alert_channels WHERE id = %s RETURNING id"
        return self._row(statement, channel_id) is not None

    def get(self, channel_id: UUID) -> Channel | None:
        """Return a channel."""
        row = self._row(f"{GET} WHERE id = %s", channel_id)
        return None if row is None else _channel(row)

    def channels(self) -> list[Channel]:
        """Return every channel, by name."""
        return [_channel(row) for row in self._rows(f"{GET} ORDER BY name")]

    def add_test(self, channel_id: UUID) -> Delivery | None:
        """Add a letter that is sent once."""
        row = self._row(ADD_TEST, uuid4(), channel_id)
        return None if row is None else _delivery(row)

    def delivery(self, delivery_id: UUID) -> Delivery | None:
        """Return a letter as it stands."""
        row = self._row(ONE, delivery_id)
        return None if row is None else _delivery(row)

    def deliveries(
        self, channel_id: UUID, *, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[Delivery], str | None]:
        """Return (letters of a channel, newest first, cursor)."""
        before = NEWEST if cursor is None else cursors.read_number(cursor, ORDER)
        rows = self._rows(LIST, channel_id, before, limit + 1)
        following = cursors.write(ORDER, (str(rows[limit - 1].seq),)) if len(rows) > limit else None
        return [_delivery(row) for row in rows[:limit]], following

    def claim(self, *, limit: int, lease_s: float, give_up_s: float) -> list[Outgoing]:
        """Take the next due letter of idle channels."""
        return [_outgoing(row) for row in self._rows(CLAIM, limit, lease_s, give_up_s)]

    def settle(
        self, outgoing: Outgoing, *, error: str | None = None, retry_in_s: float = 0.0
    ) -> bool:
        """End an attempt."""
        return bool(self._value(SETTLE, outgoing.letter.id, outgoing.attempt, error, retry_in_s))

    def _written(self, statement: str, new: NewChannel, by: str, channel_id: UUID) -> Any:
        settings = new.settings.model_dump(mode="json")
        try:
            return self._row(
                statement, new.name, new.kind, as_json(settings), new.secret, new.min_level,
                new.enabled, by, channel_id,
            )  # fmt: skip
        except UniqueViolation as taken:
            raise Conflict(
                f"There is an alert channel {new.name!r} already. Choose another name."
            ) from taken
        except ForeignKeyViolation as refused:
            raise secret_missing(new) from refused


def secret_missing(new: NewChannel) -> Invalid:
    """Return the refusal of a channel whose secret is not stored."""
    message = f"There is no secret {new.secret}. Store it first: PUT /secrets/{new.secret}."
    field = "password" if new.email else "secret"
    return Invalid(message, [FieldError(f"/{new.kind}/{field}/secret", "missing", message)])


def _channel(row: Any) -> Channel:
    given = {name: getattr(row, name) for name in COLUMNS.split(", ") if name != "settings"}
    return Channel.model_validate({**given, row.kind: row.settings})


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        channel_id=row.channel_id,
        alert_id=row.alert_id,
        what=row.what,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at if row.state == "pending" else None,
        last_error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def _outgoing(row: Any) -> Outgoing:
    told = None if row.alert is None else Alert.model_validate(row.alert)
    return Outgoing(
        letter=Letter(id=row.letter_id, what=row.what, alert=told, at=row.written_at),
        attempt=row.attempts,
        channel=_channel(row),
    )
