pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One amount of several; the chosen one is marked, not only coloured.
Touch {
    id: control

    property bool on: false

    Layout.fillWidth: true
    Layout.preferredWidth: 1
    implicitHeight: Math.max(Theme.primary, implicitContentHeight + 32)
    Accessible.role: Accessible.RadioButton
    checkable: true
    checked: on
    background: Rectangle {
        radius: Theme.radius
        color: control.on ? Theme.accentSoft : control.down ? Theme.accentSoft : Theme.card
        border.width: control.on ? Theme.border + 2 : Theme.border
        border.color: control.on ? Theme.accentText : Theme.outline
    }
    contentItem: RowLayout {
        spacing: 16

        CheckMark {
            on: control.on
        }
        Label {
            Layout.fillWidth: true
            text: control.text
            font.pixelSize: Math.round(Theme.text * 1.35)
            font.bold: true
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.text
            Accessible.ignored: true
        }
    }
}
