pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One of two ways; the chosen one is filled.
Touch {
    id: tab

    property bool on: false

    Layout.fillWidth: true
    Layout.preferredWidth: 1
    Accessible.role: Accessible.RadioButton
    checkable: true
    checked: on
    background: Rectangle {
        radius: Theme.radius
        color: tab.on ? Theme.accent : Theme.card
        border.width: tab.on ? 0 : Theme.border
        border.color: Theme.outline
    }
    contentItem: Label {
        text: tab.text
        font.bold: tab.on
        color: tab.on ? Theme.overAccent : Theme.ink
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        Accessible.ignored: true
    }
}
