"""Which passwords may be chosen: long ones that are not among the first to be tried.

Source: NIST SP 800-63B-4 (2025), section 3.1.1.2: at least 15 characters where the password is
the only factor, at least 64 allowed, nothing asked about their kinds, and a comparison with common
and expected ones.
"""

import unicodedata
from collections.abc import Iterable

from modelyard.domain.errors import InvalidValue

MIN_LENGTH = 15
# Longer ones add nothing, and are work for whoever is sent them by the megabyte.
MAX_LENGTH = 256

# What the lists of passwords that leaked begin with, and walks over a keyboard; a longer password
# is refused where one of them, said again and again or followed by digits, is all there is of it.
_COMMON = frozenset(
    """
    password passw0rd passwort qwerty qwertyuiop qwertz azerty asdfghjkl zxcvbnm 1q2w3e4r 1qaz2wsx
    qazwsxedc letmein welcome iloveyou admin administrator changeme secret default monkey dragon
    football baseball princess sunshine superman batman trustno1 master login 1234567890 0123456789
    0987654321 123456789 abcdefgh abcdefghijklmno abcdefghijklmnopqrstuvwxyz modelyard
    correcthorsebatterystaple machinelearning thisismypassword mysecretpassword qwertyuiopasdfgh
    qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm
    """.split()  # noqa: SIM905 -- a list of words reads as one
)


def normalize_password(password: str) -> str:
    """Return the password as it is hashed: in one form, however the keyboard composed it."""
    # Halves of surrogate pairs have no bytes.
    return unicodedata.normalize("NFC", password).encode(errors="backslashreplace").decode()


def check_password(password: str, *, known: Iterable[str] = ()) -> str:
    """Return a password that may be chosen, as it is hashed.

    Args:
        password: as the person typed it; no message repeats it.
        known: words that others know of the person, e.g. the e-mail address.

    Raises:
        InvalidValue: if it may not.
    """
    password = normalize_password(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidValue(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters; {len(password)} came.",
            fix="Several words in a row are long and easy to remember; blanks are allowed.",
        )
    bare = _bare(password)
    expected = _COMMON | {_bare(word) for word in known}
    units = {_unit(bare), _unit(bare.rstrip("0123456789"))}
    if len(_unit(bare)) < 5 or units & expected:
        raise InvalidValue(
            "The password is one of the first that are tried: a common one, one thing said again "
            "and again, or what is known of you.",
            fix="Choose several words that do not belong together.",
        )
    return password


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _unit(text: str) -> str:
    """Return the shortest text that this one repeats; the last time it may break off."""
    periods = range(1, len(text) + 1)
    return next((text[:period] for period in periods if text.startswith(text[period:])), "")
