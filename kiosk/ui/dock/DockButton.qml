pragma ComponentBehavior: Bound
import QtQuick

import QtQuick.Templates as T
import "../qml/controls"
import "../qml/theme"

// A button for a mouse.
T.AbstractButton {
    id: button

    property string name: text
    property bool loud: false
    property bool isOn: false

    implicitHeight: 40
    implicitWidth: implicitContentWidth + 36
    Accessible.name: name
    background: Rectangle {
        radius: 10
        color: !button.enabled ? Theme.disabled : button.loud ? (button.down ? Qt.darker(Theme.accent, 1.2) : Theme.accent) : button.isOn ? Theme.sealSoft : button.down || button.hovered ? Theme.accentSoft : Theme.card
        border.width: button.loud ? 0 : button.isOn ? 2 : 1
        border.color: button.isOn ? Theme.sealText : button.visualFocus ? Theme.focus : Theme.outline
    }
    contentItem: Label {
        text: button.text
        color: button.loud ? Theme.overAccent : button.isOn ? Theme.sealText : Theme.ink
        font.pixelSize: 15
        font.bold: button.loud || button.isOn
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        Accessible.ignored: true
    }
}
