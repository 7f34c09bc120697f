"""What a technician does to a kiosk, without its screen."""
