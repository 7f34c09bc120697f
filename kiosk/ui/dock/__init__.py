"""The second window of a demonstration: the resident, the phone and the mishaps."""
