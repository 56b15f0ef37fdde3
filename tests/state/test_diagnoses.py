"""The results of `scrapy doctor`, kept beside the state."""

import json

from crawler.state.diagnoses import FILE, Diagnosis, add_diagnoses, read_diagnoses
from crawler.wording import speaking
from tests.crawls import project_settings

WORKS = Diagnosis(True, "2026-11-30T18:30:00+00:00", "2 of 2 sources list articles")
BROKEN = Diagnosis(False, "2026-12-02T05:00:00+00:00", "HTTP 404")


def settings_of(place, state=""):
    return project_settings("", place, STATE_DIR=str(state))


def test_a_later_result_takes_the_place_of_an_earlier_one_and_others_stay(tmp_path):
    settings = settings_of(tmp_path / "data", tmp_path / "state")
    assert read_diagnoses(settings) == {}
    add_diagnoses(settings, {"kontan": WORKS, "suara": WORKS})
    add_diagnoses(settings, {"kontan": BROKEN})
    assert read_diagnoses(settings) == {"kontan": BROKEN, "suara": WORKS}
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE]


def test_the_day_is_of_western_indonesia_in_both_languages():
    with speaking("id"):
        assert WORKS.words == "berfungsi, dilihat 2026-12-01"
    with speaking("en"):
        assert WORKS.words == "works, seen 2026-12-01"
    assert str(BROKEN) == "does not work, seen 2026-12-02"


def test_a_broken_file_is_no_result(tmp_path):
    settings = settings_of(tmp_path)
    for text in ("", "[1]", "{", '{"kontan": 3}', '{"kontan": {"works": 1, "seen": "kemarin"}}'):
        (tmp_path / FILE).write_text(text)
        assert read_diagnoses(settings) == {}
    (tmp_path / FILE).write_text(json.dumps({"kontan": []}))
    add_diagnoses(settings, {"kontan": WORKS})
    assert read_diagnoses(settings) == {"kontan": WORKS}


def test_a_dataset_in_no_local_folder_without_state_dir_keeps_no_result(tmp_path):
    settings = settings_of("memory://corpus")
    add_diagnoses(settings, {"kontan": WORKS})
    assert read_diagnoses(settings) == {}
