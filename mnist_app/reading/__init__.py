"""From pictures to answers: classifier, calibration, prediction, explanation, scoring."""
