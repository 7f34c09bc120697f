"""One module per page: snapshot → frozen page → thin QObject that QML binds to.

A page dataclass holds finished words, so the views decide nothing. Base classes here have
no signals of their own: PySide 6.11 crashes when QML loads a type whose notify signal is
inherited from a class with two or more.
"""
