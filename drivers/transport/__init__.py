"""Links to devices: bytes out, bytes in, each with a deadline."""
