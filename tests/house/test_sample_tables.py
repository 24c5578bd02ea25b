"""The sample tables are the ones that their page describes, in examples and in the package."""

import csv
import hashlib
from importlib.resources import files

import pytest

SAMPLES = {
    "churn.csv": "59be5b90baa7e731274c1e13d5c9bf2e9e6646206d76f14bf5420ffaf0a4d983",
    "iris.csv": "9cc1c345c71bcc9b486b74cbf6063fa66f4bb5e0f603a4b3c3471ec2e5e8e355",
    "penguins.csv": "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
}


@pytest.fixture
def rows(root):
    def read(name):
        with (root / "examples" / "data" / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_the_same_in_the_examples_and_in_the_package(name, root):
    in_package = (files("modelyard") / "services" / "sample_tables" / name).read_bytes()
    assert in_package == (root / "examples" / "data" / name).read_bytes()
    assert hashlib.sha256(in_package).hexdigest() == SAMPLES[name]


def test_iris_holds_fisher_s_150_flowers(rows):
    flowers = rows("iris.csv")
    assert [row["species"] for row in flowers] == [
        species for species in ("setosa", "versicolor", "virginica") for _ in range(50)
    ]
    mean = sum(float(row["petal_length"]) for row in flowers) / len(flowers)
    assert mean == pytest.approx(3.758, abs=1e-9)


@pytest.mark.parametrize(
    ("column", "n_missing", "mean"),
    [
        ("bill_length_mm", 2, 43.92193),
        ("bill_depth_mm", 2, 17.15117),
        ("flipper_length_mm", 2, 200.9152),
        ("body_mass_g", 2, 4201.754),
    ],
)
def test_penguins_holds_the_published_measurements(rows, column, n_missing, mean):
    # Means as printed by summary(penguins) in the documentation of palmerpenguins 0.1.0.
    cells = [row[column] for row in rows("penguins.csv")]
    numbers = [float(cell) for cell in cells if cell != "NA"]
    assert len(cells) - len(numbers) == n_missing
    assert sum(numbers) / len(numbers) == pytest.approx(mean, rel=1e-6)


def test_churn_holds_twenty_customers_of_whom_half_have_left(rows):
    customers = rows("churn.csv")
    assert [len(customers), len(customers[0])] == [20, 6]
    assert sum(int(row["target"]) for row in customers) == 10
    assert all(float(cell) >= 0 for row in customers for cell in row.values())


def test_penguins_holds_the_published_counts(rows):
    penguins = rows("penguins.csv")
    species = [row["species"] for row in penguins]
    assert {name: species.count(name) for name in set(species)} == {
        "Adelie": 152,
        "Chinstrap": 68,
        "Gentoo": 124,
    }
    assert [row["sex"] for row in penguins].count("NA") == 11
