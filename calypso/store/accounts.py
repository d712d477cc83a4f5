"""Who may sign in: users, their passwords, and (by inheritance) tokens and sign-in attempts."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, exc

from calypso.errors import Conflict, FieldError, InUse, Invalid, NotFound
from calypso.models.access import GRANTS, Actor, Role
from calypso.models.account import User
from calypso.models.clock import uuid7
from calypso.store.asking import run
from calypso.store.attempts import Attempts
from calypso.store.engine import calling
from calypso.store.sessions import Sessions, user_in
from calypso.store.tokens import Tokens

MIN_PASSWORD = 8
MAX_PASSWORD = 512  # characters; longer ones would only cost hashing time
NAME_MAX = 64
UNIQUE_VIOLATION = "23505"
COLUMNS = "id, name, roles, disabled, created_at, signed_in_at"
ALL = f"SELECT {COLUMNS} FROM calypso.users ORDER BY 2"  # noqa: S608 - fixed words
ADD = f"""
INSERT INTO calypso.users (id, name, password_hash, roles) VALUES (%s, %s, %s, %s::text[])
RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
CHANGE = f"""
UPDATE calypso.users SET roles = coalesce(%s::text[], roles),
       disabled = coalesce(%s::boolean, disabled),
       password_hash = coalesce(%s::text, password_hash),
       generation = generation + (%s::text IS NOT NULL)::int
 WHERE id = %s RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
ADMINS = """
SELECT count(*) FROM calypso.users WHERE 'admin' = ANY(roles) AND NOT disabled AND id <> %s"""
# Two administrators who remove each other at once must not both succeed.
TURN = "SELECT pg_advisory_xact_lock(hashtext('calypso:users'))"


def at_once(work: Callable[[], Any]) -> Any:
    """Do the work here and now."""
    return work()


class Accounts(Tokens, Sessions, Attempts):
    """All verbs on accounts. Each is one transaction; StoreUnavailable when away.

    `aside` runs what takes long and touches nothing else, the hashing of passwords; a server
    of greenlets puts a pool of threads there, so that the others go on meanwhile.
    """

    aside: Callable[[Callable[[], Any]], Any] = staticmethod(at_once)
    _hasher = PasswordHasher()
    _nobody = ""  # a hash no password fits, so that unknown names take as long as known ones

    def add_user(self, name: str, password: str, roles: Iterable[str]) -> User:
        """Add a user; Conflict when the name is taken, Invalid for a bad name, password, role."""
        given = sorted(set(roles))
        _check(name=name, password=password, roles=given)
        hashed = self._hash(password)
        try:
            with calling(self._engine) as connection:
                row = run(connection, ADD, uuid7(), name, hashed, given).one()
        except exc.IntegrityError as failed:
            if getattr(failed.orig, "sqlstate", None) != UNIQUE_VIOLATION:
                raise
            raise Conflict(f"There is a user {name} already. Choose another name.") from failed
        return user_in(row)

    def users(self) -> list[User]:
        """Return every user by name."""
        return [user_in(row) for row in self._rows(ALL)]

    def user(self, name: str) -> User | None:
        """Return the user of this name, or None."""
        row = self._row(f"SELECT {COLUMNS} FROM calypso.users WHERE name = %s", name)  # noqa: S608 - fixed words
        return None if row is None else user_in(row)

    def actor_of(self, name: str) -> Actor | None:
        """Return a user with their rights of today; None when they are gone or disabled."""
        user = self.user(name)
        return None if user is None or user.disabled else user.actor()

    def user_by_id(self, user_id: UUID) -> User | None:
        """Return the user of this id, or None."""
        row = self._row(f"SELECT {COLUMNS} FROM calypso.users WHERE id = %s", user_id)  # noqa: S608 - fixed words
        return None if row is None else user_in(row)

    def check_password(self, name: str, password: str) -> tuple[User, int] | None:
        """Return (user, generation of their sessions), or None; takes as long either way."""
        row = self._row(
            f"SELECT {COLUMNS}, password_hash, generation FROM calypso.users WHERE name = %s",  # noqa: S608 - fixed words
            name,
        )
        fits = self._fits(row.password_hash if row else self._nobodys_hash(), password)
        if row is None or not fits or row.disabled:
            return None
        self._do("UPDATE calypso.users SET signed_in_at = now() WHERE id = %s", row.id)
        return user_in(row), row.generation

    def change_user(
        self,
        user_id: UUID,
        *,
        roles: Iterable[str] | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Change what is given; a new password ends every session and API token of the user.

        InUse when no administrator would be left.
        """
        given = None if roles is None else sorted(set(roles))
        _check(password=password, roles=given)
        hashed = None if password is None else self._hash(password)
        leaves = disabled is True or (given is not None and Role.ADMIN not in given)
        with calling(self._engine) as connection, _transaction(connection):
            run(connection, TURN)
            if leaves:
                _keep_an_admin(connection, user_id)
            row = run(connection, CHANGE, given, disabled, hashed, hashed, user_id).first()
            if row is not None and hashed is not None:
                run(connection, "DELETE FROM calypso.api_tokens WHERE user_id = %s", user_id)
        if row is None:
            raise _missing(user_id)
        return user_in(row)

    def remove_user(self, user_id: UUID) -> None:
        """Remove a user with their tokens; NotFound, InUse for the last administrator."""
        with calling(self._engine) as connection, _transaction(connection):
            run(connection, TURN)
            _keep_an_admin(connection, user_id)
            done = run(connection, "DELETE FROM calypso.users WHERE id = %s RETURNING id", user_id)
            if done.first() is None:
                raise _missing(user_id)

    def _hash(self, password: str) -> str:
        return str(self.aside(lambda: self._hasher.hash(password)))

    def _fits(self, hashed: str, password: str) -> bool:
        def verify() -> bool:
            try:
                return self._hasher.verify(hashed, password)
            except (Argon2Error, InvalidHashError):
                return False

        return bool(self.aside(verify))

    def _nobodys_hash(self) -> str:
        if not Accounts._nobody:
            Accounts._nobody = self._hash(str(uuid7()))
        return Accounts._nobody


def _transaction(connection: Connection) -> Any:
    connection.execution_options(isolation_level="READ COMMITTED")
    return connection.begin()


def _keep_an_admin(connection: Connection, user_id: UUID) -> None:
    found = run(connection, "SELECT roles, disabled FROM calypso.users WHERE id = %s", user_id)
    user = found.first()
    if user is None or user.disabled or Role.ADMIN not in user.roles:
        return
    if run(connection, ADMINS, user_id).scalar_one() == 0:
        raise InUse("This is the last administrator. Make another user an administrator first.")


def _missing(user_id: UUID) -> NotFound:
    return NotFound(f"There is no user {user_id}.")


def _check(
    *, name: str | None = None, password: str | None = None, roles: list[str] | None = None
) -> None:
    wrong = [
        *_name_errors(name),
        *_password_errors(password),
        *(
            FieldError("/roles", "unknown_role", f"There is no role {role!r}: {', '.join(GRANTS)}.")
            for role in roles or ()
            if role not in GRANTS
        ),
    ]
    if wrong:
        raise Invalid("The user cannot be stored like this.", wrong)


def _name_errors(name: str | None) -> Iterable[FieldError]:
    if name is None:
        return
    plain = name.replace("-", "").replace("_", "").replace(".", "").replace("@", "")
    if not (0 < len(name) <= NAME_MAX and plain.isascii() and plain.isalnum()):
        message = f"1 to {NAME_MAX} letters, digits and -_.@"
        yield FieldError("/name", "name", message)


def _password_errors(password: str | None) -> Iterable[FieldError]:
    if password is not None and not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        message = f"{MIN_PASSWORD} to {MAX_PASSWORD} characters"
        yield FieldError("/password", "length", message)
