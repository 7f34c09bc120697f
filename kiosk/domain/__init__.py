"""The kiosk as a pure function: what it knows, what can happen, what it wants done."""
