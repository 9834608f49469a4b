"""The charts of notebook 13 have to be read: no two runs begin alike."""

import pytest

from tutorials import patients


def test_no_chart_can_be_found_by_comparing_it_with_the_sound_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained: list[patients.Settings] = [patients.Settings()]  # the sound one

    def log_of(settings: patients.Settings) -> patients.Log:
        trained.append(settings)
        return patients.Log()

    monkeypatch.setattr(patients, "log_of", log_of)
    for letter in patients.FAULTS:
        patients.log(letter)
    assert len({settings.seed for settings in trained}) == 1 + len(patients.FAULTS)
