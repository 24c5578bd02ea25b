"""Which passwords may be chosen, and that no message repeats one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue
from modelyard.domain.passwords import check_password


@pytest.mark.parametrize(
    "password",
    [
        "green kettle under stairs",
        "4-9!x_Lq 27ßü#pZ0k",
        "日本語のとても長いパスワードです",
        "a1 " * 4 + "zq9",
    ],
)
def test_a_long_password_of_any_signs_may_be_chosen(password):
    assert check_password(password) == password


@pytest.mark.parametrize("length", [0, 1, 14, 257, 5000])
def test_a_password_that_is_too_short_or_too_long_is_refused(length):
    with pytest.raises(InvalidValue, match="15 to 256"):
        check_password(("abcdefghij klmno pqrstuvw" * 300)[:length])


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "correct horse battery staple",
        "qwertyuiop1234567",
        "P-a-s-s-w-o-r-d 2026 2026",
    ],
)
def test_one_of_the_first_to_be_tried_is_refused(password):
    with pytest.raises(InvalidValue, match="first that are tried"):
        check_password(password)


def test_what_others_know_of_a_person_is_refused():
    with pytest.raises(InvalidValue, match="known of you"):
        check_password("Ada.Lovelace@example.org", known=["ada.lovelace@example.org"])


def test_a_password_is_the_same_however_the_keyboard_composed_it():
    assert check_password("cafe\u0301 under the stairs") == check_password(
        "caf\u00e9 under the stairs"
    )


@given(st.text(max_size=40))
def test_no_message_repeats_a_password(password):
    try:
        check_password(password)
    except InvalidValue as error:
        told = " ".join(map(str, error.to_dict().values()))
        assert len(password.strip()) < 8 or password not in told
