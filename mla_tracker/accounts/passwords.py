"""Passwords: argon2id, length instead of composition, the common ones refused (ASVS 6.2)."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mla_tracker.core.errors import Invalid

SHORTEST: Final = 12
LONGEST: Final = 128
# Long enough to pass by length and guessed first all the same; a repeated or counted pattern is found by rule.
_COMMON: Final = frozenset(
    {
        "passwordpassword",
        "password1234",
        "123456789012",
        "qwertyuiopas",
        "iloveyouverymuch",
        "administrator",
        "letmeinletmein",
        "welcome12345",
        "changemechangeme",
        "mlatracker1234",
        "centralauthority",
    }
)
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's first choice for argon2id
# Verified where there is no account, so that an unknown name costs the same time.
_NOBODY: Final = _HASHER.hash("nobody has this password")


def check_new(password: str, *, context: tuple[str, ...] = ()) -> None:
    """Refuse what is short, too long, common, a pattern, or made of the person's own name or address."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise Invalid({"password": f"Use at least {SHORTEST} characters."})
    if len(password) > LONGEST:
        raise Invalid({"password": f"Use at most {LONGEST} characters."})
    own = [word.casefold() for word in context if len(word) >= 4]
    if folded in _COMMON or len(set(folded)) < 5 or any(word in folded for word in own):
        raise Invalid({"password": "This one is easily guessed. Choose a longer phrase without your own name."})


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def verified(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; without a hash the same work is done and the answer is no."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew at sign-in."""
    return _HASHER.check_needs_rehash(password_hash)
