"""Hashes passwords and compares them, in the same time whether there is one to compare or not."""

from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import Parameters, PasswordHasher

# Each hash takes 64 MiB while it is made: so many at once, so that logins do not fill the memory.
_AT_ONCE = 4
# Compared with where there is no user, or none with a password: nothing hashes to 32 zero bytes.
_NOBODY = "$argon2id$v=19$m={m},t={t},p={p}$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43


class Passwords:
    """Argon2id, by default with the parameters of RFC 9106, section 4, where memory is short."""

    def __init__(self, parameters: "Parameters | None" = None) -> None:
        self._given = parameters
        self._turn = BoundedSemaphore(_AT_ONCE)

    @cached_property
    def _parameters(self) -> "Parameters":
        from argon2.profiles import RFC_9106_LOW_MEMORY

        return self._given or RFC_9106_LOW_MEMORY

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher.from_parameters(self._parameters)

    def hash(self, password: str) -> str:
        """Return what is kept of a password: parameters, salt and hash."""
        with self._turn:
            return self._hasher.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Return whether this is the password that a hash was made of.

        Args:
            password: as it was typed, normalised.
            kept: None where there is no hash; that takes as long and is never right.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._turn:
            try:
                return self._hasher.verify(kept or self._nobody, password)
            except (InvalidHashError, VerificationError):
                return False

    def is_dated(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    @property
    def _nobody(self) -> str:
        cost = self._parameters
        return _NOBODY.format(m=cost.memory_cost, t=cost.time_cost, p=cost.parallelism)
