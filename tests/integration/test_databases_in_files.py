"""A configuration file may name a database, whose password is shown and kept nowhere."""

import os
import sqlite3
from pathlib import Path

import pytest
from rows import table

ROWS = [line.split(",") for line in table().splitlines()]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a database with one table."""
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (x REAL, c TEXT, y TEXT)")
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", ROWS[1:])
    connection.commit()
    connection.close()
    return path


def _configured(put, address: str) -> Path:
    return put(
        "training.yaml",
        f"data: {{tabular: {{path: '{address}', target_column: y}}}}\nmodel: {{name: dummy}}\n",
    )


def test_a_database_that_a_file_names_is_read(shop, done, put) -> None:
    trained = done("run", _configured(put, f"sqlite:///{shop}?table=orders"))
    run = done("runs", "show", trained["run"])
    assert (run["status"], run["n_rows"]) == ("succeeded", len(ROWS) - 1)


def test_the_password_of_an_address_in_a_file_is_shown_and_kept_nowhere(cli, done, put) -> None:
    config = _configured(put, "nosuchbase://ann:secret@shop/orders?table=sold")
    told = [cli("config", "check", config), cli("run", config), cli("run", config, "--json")]
    assert all("secret" not in each.out + each.err for each in told)
    (run, *_) = done("runs", "list")
    assert run["data_location"] == "nosuchbase://ann:***@shop/orders?table=sold"
    kept = [path.read_bytes() for path in Path(os.environ["MODELYARD_HOME"]).rglob("*.db*")]
    assert kept
    assert not any(b"secret" in content for content in kept)
