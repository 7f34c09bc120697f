"""A small process of its own that stays when the kiosk dies: it shows the protective screen,
starts the kiosk again, and knows nothing of money."""
