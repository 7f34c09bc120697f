"""What is wrong with the picture: clipped or overlapping text, small or hidden targets."""

from PySide6.QtCore import QPointF, QRectF

MIN_TARGET_PX = 80
ELDER_TARGET_PX = 120
SLACK_PX = 2.0
TEXT_CLASS = "QQuickText"


def complaints(window, robot, target_px=MIN_TARGET_PX):
    """Every fault of the page as a sentence; empty when the page is well laid out."""
    texts = list(_texts(window.contentItem(), QRectF(0, 0, window.width(), window.height())))
    controls = [seen for seen in robot.everything() if seen.is_control]
    return [
        *_clipped(texts, window),
        *_overlapping(texts),
        *_small(controls, target_px),
        *_twins(controls),
        *_covered(texts, controls),
        *_overflowing(controls),
    ]


def _texts(item, clip):
    """(item, its words, visible rectangle) of every text that can be seen."""
    if not item.isVisible() or item.opacity() == 0:
        return
    if item.clip():
        clip = clip.intersected(_rect(item))
    if item.inherits(TEXT_CLASS) and item.property("text").strip():
        seen = _rect(item).intersected(clip)
        if seen.height() > SLACK_PX:
            yield item, item.property("text"), seen
    for child in item.childItems():
        yield from _texts(child, clip)


def _rect(item):
    corner = item.mapToScene(QPointF(0, 0))
    return QRectF(corner.x(), corner.y(), item.width(), item.height())


def _clipped(texts, window):
    for item, words, _ in texts:
        rect = _rect(item)
        if item.property("truncated"):
            yield f"{words!r} is cut off with dots"
        if item.property("contentWidth") > item.width() + SLACK_PX:
            yield f"{words!r} is {item.property('contentWidth'):.0f} wide, has {item.width():.0f}"
        if item.property("contentHeight") > item.height() + SLACK_PX:
            yield f"{words!r} is higher than its place"
        if rect.left() < -SLACK_PX or rect.right() > window.width() + SLACK_PX:
            yield f"{words!r} leaves the window sideways"
        if _is_fixed(item) and not -SLACK_PX <= rect.top() <= rect.bottom() <= window.height():
            yield f"{words!r} leaves the window"


def _is_fixed(item):
    """Not inside anything that scrolls."""
    parent = item.parentItem()
    while parent is not None:
        if parent.inherits("QQuickFlickable"):
            return False
        parent = parent.parentItem()
    return True


def _is_on_overlay(item):
    """On the box above a veiled page, which covers what is below it on purpose."""
    parent = item.parentItem()
    while parent is not None and parent.objectName() != "overlay":
        parent = parent.parentItem()
    return parent is not None


def _overlapping(texts):
    for number, (one, words, rect) in enumerate(texts):
        for other, other_words, other_rect in texts[number + 1 :]:
            both = rect.intersected(other_rect)
            if _is_on_overlay(one) != _is_on_overlay(other):
                continue
            if both.width() > SLACK_PX and both.height() > _line_gap(one, other):
                yield f"{words!r} and {other_words!r} overlap"


def _line_gap(one, other):
    """Lines may come as close as the font's own empty space."""
    return 0.2 * min(one.property("font").pixelSize(), other.property("font").pixelSize())


def _small(controls, target_px):
    for seen in controls:
        size = min(seen.rect.width(), seen.rect.height())
        if size < target_px:
            yield f"{seen.name!r} is a target of only {size} px"


def _overflowing(controls):
    for seen in controls:
        ground, content = seen.item.property("background"), seen.item.property("contentItem")
        if ground is None or content is None:
            continue
        for item, words, _ in _texts(content, _rect(content)):
            if (
                not _rect(ground)
                .adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX)
                .contains(_rect(item))
            ):
                yield f"{words!r} is larger than its control"


def _twins(controls):
    names = [seen.name for seen in controls]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two controls are called {name!r}"


def _covered(texts, controls):
    for item, words, rect in texts:
        for seen in controls:
            if seen.item.isAncestorOf(item) or not _is_fixed(seen.item) or _is_on_overlay(item):
                continue
            both = rect.intersected(QRectF(seen.rect))
            if both.width() > SLACK_PX and both.height() > SLACK_PX:
                yield f"{words!r} lies under the control {seen.name!r}"
