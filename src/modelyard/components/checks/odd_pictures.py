"""Finds pictures unlike the others before anyone looks at them: by size, shape and brightness."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from modelyard.components.checks._pictures.naming import told
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.pictures import Album, Look
from modelyard.protocols.checks import CheckCard, CheckInput

# "Far out": Tukey, Exploratory Data Analysis (1977), section 2D.
_FAR_OUT = 3.0
# Where all others are of one size, a picture is odd whose sides are twice or half as long; where
# all are as bright, one that is brighter or darker by a tenth of the range. Conventions.
_LEAST_DOUBLING, _LEAST_BRIGHTNESS = 1.0, 0.1
# Where more lie out there, they are a kind of picture and not slips.
_FEW, _MAX_SHARE = 5, 0.01
_MIN_PICTURES = 20
_N_SHOWN = 5
_FIX = "Look at them: leave out what is blank, cut off or no picture of its kind."

FloatArray = npt.NDArray[np.float64]


class OddPictures:
    """Looks beyond the quartiles."""

    card = CheckCard(
        "odd-pictures", "Odd pictures", ("odd-size-pictures", "odd-brightness-pictures")
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column the few pictures that are far larger, longer or brighter."""
        for name, album in subject.table.known.albums.items():
            looks = tuple(album.looks.values())
            if len(looks) < _MIN_PICTURES:
                continue
            sides = np.log2([[each.width, each.height] for each in looks])
            is_odd = _is_far(sides[:, 0], _LEAST_DOUBLING) | _is_far(sides[:, 1], _LEAST_DOUBLING)
            if _are_few(is_odd):
                yield _told_size(name, [looks[at] for at in np.flatnonzero(is_odd)], album)
            is_odd = _is_far(np.array([each.brightness for each in looks]), _LEAST_BRIGHTNESS)
            if _are_few(is_odd):
                yield _told_brightness(name, [looks[at] for at in np.flatnonzero(is_odd)])


def _is_far(values: FloatArray, least: float) -> npt.NDArray[np.bool_]:
    low, high = np.quantile(values, [0.25, 0.75])
    reach = max(_FAR_OUT * (high - low), least)
    found: npt.NDArray[np.bool_] = (values < low - reach) | (values > high + reach)
    return found


def _are_few(is_odd: npt.NDArray[np.bool_]) -> bool:
    return 0 < int(is_odd.sum()) <= max(_FEW, _MAX_SHARE * len(is_odd))


def _told_size(name: str, odd: list[Look], album: Album) -> Finding:
    usual = sorted(album.looks.values(), key=lambda each: each.width * each.height)
    middle = usual[len(usual) // 2]
    shown = odd[:_N_SHOWN]
    sized = [f"{each.name} ({each.width:,} × {each.height:,})" for each in odd]
    return Finding(
        code="odd-size-pictures",
        severity=Severity.INFO,
        message=f"{_counted(odd, name)} far larger, smaller, longer or flatter than the others, "
        f"which have {middle.width:,} × {middle.height:,} pixels in the middle: {told(sized)}.",
        columns=(name,),
        sample=tuple(sized[:_N_SHOWN]),
        fix=_FIX,
        pictures=tuple(each.name for each in shown),
    )


def _told_brightness(name: str, odd: list[Look]) -> Finding:
    shown = odd[:_N_SHOWN]
    lit = [f"{each.name} ({each.brightness:.0%} of white)" for each in odd]
    return Finding(
        code="odd-brightness-pictures",
        severity=Severity.INFO,
        message=f"{_counted(odd, name)} far brighter or darker than the others: {told(lit)}.",
        columns=(name,),
        sample=tuple(lit[:_N_SHOWN]),
        fix=_FIX,
        pictures=tuple(each.name for each in shown),
    )


def _counted(odd: list[Look], name: str) -> str:
    if len(odd) == 1:
        return f"1 picture of column '{name}' is"
    return f"{len(odd):,} pictures of column '{name}' are"


COMPONENT = OddPictures()
