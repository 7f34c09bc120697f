"""What turns a kiosk into a demonstration: the sandbox's process, a phone, the tour."""
