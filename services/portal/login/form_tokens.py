"""Tokens of forms: a form counts only from a page that its sender's own browser was shown."""

import hmac
import os

from services.portal.login.vault import Vault

_BYTES = 32


class FormTokens:
    """Makes tokens for forms and tells them, by a secret that the browser holds in a cookie."""

    def __init__(self, vault: Vault) -> None:
        self._key = vault.secret("forms")

    def token(self, secret: str) -> str:
        """Return a token for a visitor's forms: nobody makes it who does not hold the browser's own secret.

        Another one each time, since the size of packed pages that repeat a token next to what somebody asked for would tell it bit by bit.
        """
        mask = os.urandom(_BYTES)
        return (mask + _masked(mask, self._proof(secret))).hex()

    def holds(self, secret: str | None, token: str) -> bool:
        """Tell whether a token was made for this browser."""
        try:
            told = bytes.fromhex(token)
        except ValueError:
            return False
        mask, masked = told[:_BYTES], told[_BYTES:]
        return secret is not None and len(masked) == _BYTES and hmac.compare_digest(_masked(mask, masked), self._proof(secret))

    def _proof(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode(), "sha256")


def _masked(mask: bytes, token: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, token, strict=True))
