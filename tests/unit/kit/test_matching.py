"""What a misspelt name is answered with."""

from modelyard.kit.matching import known_names, nearest, suggestion


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("SPECIE", ["Species", "island"]) == "Species"


def test_a_name_that_is_like_none_has_no_nearest() -> None:
    assert nearest("xyz", ["species", "island"]) is None


def test_where_no_name_is_close_the_other_words_are_said() -> None:
    assert suggestion("specie", ["species"], otherwise="None.") == "Did you mean 'species'?"
    assert suggestion("xyz", ["species"], otherwise="None.") == "None."


def test_every_known_name_is_listed_after_the_nearest() -> None:
    names = ["species", "island"]
    assert known_names("specie", names) == "Did you mean 'species'? Known: species, island."
    assert known_names("xyz", names, title="Columns") == "Columns: species, island."
    assert known_names("xyz", []) == "Known: none."
