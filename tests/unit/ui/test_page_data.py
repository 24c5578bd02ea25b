"""The page about data: what is there, what is wrong with it, and what one click does about it."""

import time
from dataclasses import replace

import pytest

from loopback import served
from modelyard.api.app import make_app
from modelyard.client.clients import Client
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import LOCAL_CALLER, Role
from modelyard.services.uploads import UploadRequest
from modelyard.ui.parts.texts import plain
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.sessions import Sessions

pytestmark = pytest.mark.extras

CITIES = "city,age,y\n" + "".join(
    f"{('Oslo', 'oslo', 'Rome')[at % 3]},{20 + at % 30},{at % 2}\n" for at in range(90)
)


class _Viewers:
    """Takes everybody for somebody who may only look."""

    def resolve(self, headers, *, address):
        del headers, address
        return replace(LOCAL_CALLER, subject="user:v", role=Role.VIEWER)


@pytest.fixture
def add(project):
    """Return a function that keeps a file as a dataset, and reads it."""

    def add_it(name, content, *, filename=None, is_read=True):
        encoded = content.encode() if isinstance(content, str) else content
        request = UploadRequest(name, len(encoded), "local", filename=filename or f"{name}.csv")
        version = project.uploads.take(request, [encoded])
        return project.ingesting.ingest(version.reference) if is_read else version

    return add_it


def _words(app):
    shown = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.info]
    return "\n".join(str(each.value) for each in (*shown, *app.success))


def _button(app, label):
    return next(each for each in app.button if each.label == label)


def _labelled(widgets, label):
    return next(each for each in widgets if each.label == label)


def test_the_datasets_are_listed_with_their_size_and_what_was_found(page, add):
    add("cities", CITIES)
    shown = page("data").dataframe[0].value
    rows = {row["Name"]: row for row in shown.to_dict("records")}
    assert (rows["demo"]["Rows"], rows["demo"]["Columns"], rows["demo"]["Versions"]) == (150, 5, 1)
    assert rows["cities"]["Findings"] == "2 warnings"


def test_who_has_no_data_is_offered_samples_and_one_click_makes_a_dataset(page, client):
    client.datasets.delete("demo")
    app = page("data")
    assert "No data yet" in _words(app)
    _button(app, "Take penguins").click().run()
    assert client.datasets.show("penguins").n_rows == 344


def test_a_dataset_tells_its_findings_in_words_and_shows_its_first_rows(page, add):
    add("cities", CITIES)
    app = page("data", dataset="cities@1")
    assert not app.exception
    assert "spells 1 word in several ways" in _words(app)
    rows = app.dataframe[0].value
    assert rows.shape == (50, 4)
    assert list(rows.iloc[0]) == [1, "Oslo", 20, 0]


def test_one_click_repairs_by_a_new_version_and_leaves_the_old_one(page, add, client):
    add("cities", CITIES)
    app = page("data", dataset="cities@1")
    _button(app, "Merge the spellings").click().run()
    mended = client.datasets.show("cities@2")
    assert (mended.derived_from, mended.fixes) == (1, {"spelling-variants:city": "merge-spellings"})
    assert client.datasets.show("cities@1").fixes == {}
    told = _words(page("data", dataset="cities@2"))
    assert "Merged the spellings" in told
    assert "in several ways" not in told


def test_a_sound_table_is_said_to_be_sound(page, add):
    add("sound", "x,y\n" + "".join(f"{at * 7 % 83},{at % 2}\n" for at in range(83)))
    assert "nothing to mend" in _words(page("data", dataset="sound@1"))


def test_a_file_that_could_not_be_read_names_the_place_and_offers_to_read_it_otherwise(page, add):
    add("ragged", "a,b,c\n1,2,3\n4,5\n6,7,8\n")
    app = page("data", dataset="ragged@1")
    assert not app.exception
    assert "row 2" in app.error[0].value
    assert "Between columns" in [each.label for each in app.selectbox]


def test_a_misread_file_is_read_otherwise_by_a_new_version(page, add, client):
    add("prices", "name;price\n" + "".join(f"n{at};{at},5\n" for at in range(30)))
    app = page("data", dataset="prices@1")
    app.selectbox[1].set_value("Windows, Western Europe")
    _button(app, "Read it so").click().run()
    assert client.datasets.show("prices@2").read == {"encoding": "cp1252"}


def test_a_file_without_a_header_is_read_so_and_back_again(page, add, client):
    add("bare", "1;a;x\n" + "3;b;y\n5;c;z\n" * 20)
    app = page("data", dataset="bare@1")
    _labelled(app.selectbox, "The first line").select("is a row like the others")
    _button(app, "Read it so").click().run()
    read = client.datasets.read("bare@2")
    assert (read.n_rows, read.read) == (41, {"header": False})
    names = [each.name for each in client.datasets.preview("bare@2").columns]
    assert names == ["column_1", "column_2", "column_3"]
    assert f"Read with {plain('header: no')}" in _words(
        page("data", dataset="bare@2", show="History")
    )

    app = page("data", dataset="bare@2")
    _labelled(app.selectbox, "The first line").select("names the columns")
    _button(app, "Read it so").click().run()
    assert client.datasets.read("bare@3").n_rows == 40


def test_what_nobody_has_read_yet_says_so_and_can_be_read(page, add, client):
    add("cities", CITIES, is_read=False)
    app = page("data", dataset="cities@1")
    assert "Nobody reads this table" in _words(app)
    _button(app, "Read it now").click().run()
    assert [job.dataset for job in client.jobs.each() if not job.state.is_final] == ["cities@1"]


def test_every_column_is_told_with_its_kind_its_picture_and_what_is_missing(page, add):
    add("gaps", "age,city\n" + "".join(f"{at if at % 4 else ''},Oslo\n" for at in range(80)))
    app = page("data", dataset="gaps@1", show="Columns")
    assert not app.exception
    row = app.dataframe[0].value.to_dict("records")[0]
    assert (row["Column"], row["Kind"], row["Missing"]) == ("age", "whole number", 0.25)
    assert len(row["Values"]) > 5
    assert "A quarter is below" in _words(app)


def test_what_goes_together_is_told_in_words_beside_the_picture(page):
    app = page("data", dataset="demo@1", show="What goes together")
    assert not app.exception
    assert "Most together\\: petal" in _words(app)


def test_the_history_tells_what_was_changed_and_what_came_of_it(page, client):
    from modelyard.wire.datasets import NewVersionRequest

    client.datasets.derive("demo", NewVersionRequest(fixes={"sepal_width": "drop-column"}))
    app = page("data", dataset="demo@2", show="History")
    assert not app.exception
    told = _words(app)
    assert "Left 'sepal" in told.replace("\\", "")
    assert "Uploaded as iris" in told
    assert "1 model" in told


def test_deleting_is_confirmed_and_says_what_came_of_the_data(page, client):
    app = page("data", dataset="demo@1")
    _button(app, "Delete").click().run()
    assert "1 training and 1 model" in _words(app)
    assert client.datasets.show("demo@1")
    _button(app, "Delete it").click().run()
    with pytest.raises(NotFound):
        client.datasets.show("demo@1")


def test_a_viewer_sees_the_data_and_why_they_change_nothing(project, add, page):
    add("cities", CITIES)
    with served(make_app(project, callers=_Viewers())) as url:
        sessions = Sessions(lambda token: Client(url, token=token), clock=time.monotonic)
        hold(PageProcess(api_url=url, browser_api_url=url, sessions=sessions))
        assert "Take iris" not in [each.label for each in page("data").button]
        app = page("data", dataset="cities@1")
        sessions.close()
    for label in ("Train a model", "Delete", "Merge the spellings"):
        button = _button(app, label)
        assert button.disabled
        assert "your role is viewer" in button.help
    assert "Read the file otherwise" not in [each.label for each in app.expander]


def test_a_dataset_that_is_not_there_is_told_calmly(page):
    app = page("data", dataset="nothing@7")
    assert not app.exception
    assert "nothing" in app.error[0].value


def test_how_a_file_was_read_is_told_with_what_was_doubtful(page, add):
    add("numbered", "1;2\n" + "3,5;4\n5,5;6\n" * 20)
    words = _words(page("data", dataset="numbered@1"))
    assert "a semicolon between columns" in words
    assert "decimal mark “,”" in words
    assert "perhaps the file has no header" in words


def test_a_single_column_is_offered_another_reading_at_once(page, add):
    add("joined", "a/b\n1/2\n3/4\n")
    (reading,) = page("data", dataset="joined@1").expander
    assert reading.label == "Read the file otherwise"
    assert reading.proto.expanded
