"""An option that cannot be is refused before anything is read, by the command line and by YAML."""

import pytest
from rows import QUICK, table


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--seed", "-1"), "from 0 to 4294967295"),
        (("--seed", str(2**63)), "from 0 to 4294967295"),
        (("--cv", "1"), "0, or a whole number from 2 to 100"),
        (("--group", "c", "--drop", "c"), "'c' is the group column and is to be dropped"),
        (("--accept", "leakge-copy:x"), "There is no finding 'leakge-copy:x'"),
    ],
)
def test_a_wrong_option_is_refused_in_words_and_leaves_no_run(options, told, cli, put) -> None:
    ending = cli("train", put("data.csv", table()), *QUICK, *options, "--json")
    assert ending.code == 4
    assert told in ending.error["detail"]
    assert ending.error["fix"]
    assert cli("runs", "list", "--json").document == []


def test_checking_a_configuration_names_a_finding_that_does_not_exist(cli, put) -> None:
    config = put(
        "train.yaml",
        "data:\n  tabular:\n    path: data.csv\n    target_column: y\n"
        "modelyard:\n  accept: [leakge-copy]\n",
    )
    ending = cli("config", "check", config, "--json")
    assert (ending.code, ending.error["code"]) == (4, "unknown-key")
    assert "Did you mean 'leakage-copy'?" in ending.error["fix"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("model:\n  name: logistic-regresion\n", "logistic-regression"),
        ("model:\n  name: logistic-regression\nmodelyard:\n  parameters: {C: big}\n", "big"),
        ("    preprocessing:\n      normalize: minimax\n", "minmax"),
    ],
    ids=["algorithm", "hyperparameter", "word of the preparation"],
)
def test_checking_a_configuration_refuses_what_no_table_can_make_right(cli, put, lines, told):
    data = "data:\n  tabular:\n    path: data.csv\n    target_column: y\n"
    ending = cli("config", "check", put("train.yaml", data + lines), "--json")
    assert ending.code == 4
    assert told in ending.error["detail"] + ending.error["fix"]
