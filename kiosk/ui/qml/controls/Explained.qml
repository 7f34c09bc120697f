pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One of the three things a trouble page says: what happened, the money, what to do.
Card {
    id: explained

    required property string picture
    required property string label
    required property string text
    property bool bold: false

    Layout.fillWidth: true

    Icon {
        id: icon
        name: explained.picture
        tint: explained.tone ? Theme.textOf(explained.tone) : Theme.soft
        side: Math.round(Theme.text * 1.6)
    }
    Column {
        anchors.left: icon.right
        anchors.leftMargin: Theme.gap
        anchors.right: parent?.right
        spacing: 6

        Label {
            width: parent.width
            text: explained.label
            color: explained.tone ? Theme.textOf(explained.tone) : Theme.soft
            font.pixelSize: Theme.secondary
        }
        Label {
            width: parent.width
            text: explained.text
            color: explained.tone ? Theme.textOf(explained.tone) : Theme.ink
            font.pixelSize: Theme.beside || Theme.text > 40 ? Theme.text + 2 : Theme.large
            font.bold: explained.bold
        }
    }
}
