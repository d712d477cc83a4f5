"""The resources of ours that a director is configured with."""

import time
from typing import NoReturn

from calypso.drivers.backup.bacula import errors, names, status
from calypso.drivers.backup.bacula.asking import Asking
from calypso.drivers.backup.bacula.status import Block
from calypso.drivers.backup.bacula.wire import Signal
from calypso.drivers.backup.config_values import Drift
from calypso.drivers.backup.configuring import sentence, without_passwords
from calypso.drivers.backup.director_refusals import (
    ConfigurationRefused,
    DirectorDown,
    DirectorSilent,
    DirectorUnreadable,
)
from calypso.drivers.backup.refusals import BackupError, ClientDown, PasswordRefused, Unsupported
from calypso.drivers.backup.rendering import daemons
from calypso.drivers.backup.rendering.comparing import Named, named_in
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.trial import Trial
from calypso.models.backup_config import BackupConfig, ClientResource

NOUNS = (names.JOB, names.CLIENT, names.FILESET, names.POOL, names.STORAGE)
RELOADED = "reloaded_epoch"
LOOK_S = 0.05
SECOND_S = 1.05  # the clock that the director reads is a few milliseconds late
ASK_S = 60.0  # a client that is down holds the director for 15 s


class Configuration(Asking):
    """Checks, applies and looks at them; `_trial` None where their file is not on this machine."""

    _trial: Trial | None = None

    def drift(self, applied: BackupConfig) -> Drift:
        """Tell how what the director is configured with differs from what it was given last."""
        return self._here().drift(applied)

    def check_config(self, config: BackupConfig, secrets: Secrets) -> None:
        """Let the director's own check read a configuration; ConfigurationRefused."""
        trial = self._here()
        try:
            trial.stage(config, secrets)
        finally:
            trial.clear()

    def apply_config(self, config: BackupConfig, secrets: Secrets) -> bool:
        """Have a configuration taken up, or put back what was in force; ConfigurationRefused."""
        self.undo_config()
        trial = self._here()
        before = trial.text()
        try:
            is_new = trial.stage(config, secrets) != before
            if is_new:
                trial.swap()
        finally:
            trial.clear()
        try:
            self._take_up(config, gone=set(named_in(before)))
        except BackupError as refused:
            self._go_back(trial, refused)
        trial.settle()
        return is_new

    def undo_config(self) -> bool:
        """Put back what was in force before an apply that was cut in the middle."""
        trial = self._here()
        if not trial.is_open:
            return False
        if trial.is_edited:  # by somebody, since: it must be seen, not undone
            trial.settle()
            return False
        self._put_back(trial)
        return True

    def client_side(self, client: ClientResource) -> str:
        """Return what the client's own configuration must say, without the password."""
        name = self._header().get("name")
        if not name:
            raise DirectorUnreadable("The director does not say what it is called.")
        return daemons.client_side(client, name)

    def reach_client(self, name: str) -> str:
        """Have the director ask a client who it is; ClientMissing, ClientDown, PasswordRefused."""
        with self._session() as talk:
            told = names.known(talk, names.CLIENT, name)
            where = names.defaults(talk, names.CLIENT, name)
            address = f"{where.get('address')}:{where.get('fdport')}"
            talk.ask("messages")  # what was said before is not about this
            try:
                answer = talk.status(f".status {told} header", timeout_s=ASK_S)
            except (ClientDown, PasswordRefused) as why:  # newer ones tell at once
                raise type(why)(_no_answer(name, address), original=why.original) from why
            said = talk.ask("messages").lines
        if version := _first(answer.text).get("version"):
            return version
        found = errors.of_text("\n".join(line for line in said if address in line))
        refusal = PasswordRefused if isinstance(found, PasswordRefused) else ClientDown
        raise refusal(_no_answer(name, address), original="\n".join([*answer.lines, *said]))

    # -- inside

    def _here(self) -> Trial:
        if self._trial is None:
            raise Unsupported(
                "The director's configuration is not on this machine: CALYPSO_BACULA_CONFIG_DIR "
                "names no folder with a bacula-dir.conf, or CALYPSO_BACULA_PROGRAMS none with "
                "bacula-dir and bdirjson."
            )
        return self._trial

    def _header(self) -> Block:
        with self._session() as talk:
            return _first(talk.status(".status dir header").text)

    def _reload(self) -> None:
        """Have the director read its files; ConfigurationRefused with its words.

        One of 9.6 says OK whatever comes of it. When it took them the time of its last reload
        moves; within the same second that shows nothing, and that it has nothing to complain of
        must do.
        """
        before = self._header().get(RELOADED)
        moves_at = int(before or 0) + SECOND_S
        is_seen = time.time() >= moves_at
        said = self._asked_to_reload()
        if before is None or self._header()[RELOADED] != before or not (is_seen or said):
            return
        if not is_seen:
            while time.time() < moves_at:
                time.sleep(LOOK_S)
            said = self._asked_to_reload()
            if self._header()[RELOADED] != before:
                return
        raise _not_taken(said)

    def _asked_to_reload(self) -> str:
        """Return what the director has to say afterwards; nothing when all is well.

        ConfigurationRefused by one that tells at once.
        """
        try:
            with self._session() as talk:
                talk.ask("messages")
                answer = talk.ask("reload")
                is_silent = Signal.MESSAGES_PENDING not in answer.signals
                return "" if is_silent else talk.ask("messages").text
        except (DirectorDown, DirectorSilent, DirectorUnreadable):
            raise
        except BackupError as refused:
            raise _not_taken(refused.original + self._ask("messages").text) from refused

    def _take_up(self, config: BackupConfig, gone: set[Named]) -> None:
        """Reload, and see that the director has what is asked for and no longer what is gone."""
        self._reload()
        wanted = {(kind, one.name) for kind, named in config.by_kind().items() for one in named}
        with self._session() as talk:
            known = {(noun.key, name) for noun in NOUNS for name in names.listed(talk, noun)}
        wrong = sorted((wanted - known) | ((gone - wanted) & known))
        if wrong:
            told = ", ".join(f"{kind} {name}" for kind, name in wrong)
            raise ConfigurationRefused(f"The director reloaded, but not with these: {told}.")

    def _put_back(self, trial: Trial) -> None:
        trial.put_back()
        try:
            self._reload()
        finally:  # a director that is down reads it when it comes up
            trial.forget()

    def _go_back(self, trial: Trial, refused: BackupError) -> NoReturn:
        """Put the last good one back, and raise with that told."""
        if not trial.is_open:
            raise refused
        told = "The last good configuration is in force again."
        try:
            self._put_back(trial)
        except BackupError:
            told = "The last good one is back in place, and in force when the director is up again."
        raise type(refused)(f"{refused.detail} {told}", original=refused.original)


def _no_answer(name: str, address: str) -> str:
    return f"The client {name} at {address} does not answer the director."


def _not_taken(said: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"The director did not take it up: {sentence(said) or 'it does not say why'}.",
        original=without_passwords(said),
    )


def _first(text: str) -> Block:
    return next(iter(status.blocks(text)), {})
