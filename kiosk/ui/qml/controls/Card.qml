pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A surface: a quiet border instead of a shadow.
Rectangle {
    id: card

    property int padding: Theme.pad
    property string tone: ""
    default property alias content: inside.data

    implicitHeight: inside.childrenRect.height + 2 * padding
    radius: Theme.radius
    color: tone ? Theme.softOf(tone) : Theme.card
    border.width: tone && Theme.border === 2 ? 0 : Theme.border
    border.color: tone ? Theme.textOf(tone) : Theme.line

    Item {
        id: inside
        x: card.padding
        y: card.padding
        width: card.width - 2 * card.padding
        height: card.height - 2 * card.padding
    }
}
