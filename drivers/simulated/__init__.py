"""The parts of the simulated world."""
