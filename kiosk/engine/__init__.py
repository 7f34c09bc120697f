"""The shell around `step`, still without Qt: inbox, journal, workers, devices."""
