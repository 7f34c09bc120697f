"""Guards against a broken Qt binding, which short test runs do not notice."""

import sys

from PySide6.QtCore import QObject, Signal


class Emitter(QObject):
    happened = Signal()


def test_emitting_a_signal_keeps_the_references_to_true():
    # PySide6 6.12.0 loses one each time and aborts Python 3.11 after some 570 emits.
    emitter = Emitter()
    references = sys.getrefcount(True)
    for _ in range(100):
        emitter.happened.emit()
    assert references - sys.getrefcount(True) < 10
