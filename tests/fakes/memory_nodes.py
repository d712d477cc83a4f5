"""Tokens of nodes in memory; passes the suite of the real one."""

import secrets

from calypso.errors import NotFound
from calypso.models.clock import now, uuid7
from calypso.models.node import PREFIX, NodeToken


class MemoryNodes:
    """`served`: nodes whose workers are there."""

    def __init__(self):
        self.served = set()
        self._tokens = {}  # by text

    def add_token(self, node, *, by, expires_at):
        open_ones = [
            text for text, one in self._tokens.items() if one.node == node and one.used_at is None
        ]
        for text in open_ones:
            del self._tokens[text]
        text = PREFIX + secrets.token_urlsafe(32)
        self._tokens[text] = NodeToken(
            id=uuid7(), node=node, created_by=by, created_at=now(), expires_at=expires_at
        )
        return self._tokens[text], text

    def tokens(self):
        return sorted(self._tokens.values(), key=lambda one: one.id, reverse=True)

    def remove_token(self, token_id):
        for text, one in self._tokens.items():
            if one.id == token_id:
                del self._tokens[text]
                return
        raise NotFound(f"There is no token {token_id}.")

    def is_good(self, text, *, node):
        one = self._tokens.get(text)
        return bool(one and one.node == node and not one.used_at and one.expires_at > now())

    def use_token(self, text, *, node, address):
        if not self.is_good(text, node=node):
            return None
        used = self._tokens[text].model_copy(update={"used_at": now(), "used_from": address})
        self._tokens[text] = used
        return used

    def spoil_token(self, text):
        if text in self._tokens and self._tokens[text].used_at is None:
            del self._tokens[text]

    def is_served(self, node, *, within_s):
        return node in self.served
