pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// The one primary action of a page.
Touch {
    id: control

    property color ground: Theme.accent
    property color overGround: Theme.overAccent

    implicitHeight: Math.max(Theme.primary, implicitContentHeight + 32)
    background: Rectangle {
        radius: height / 2
        color: !control.enabled ? Theme.disabled : control.down ? Qt.darker(control.ground, 1.25) : control.ground
        border.width: control.enabled ? 0 : Theme.border
        border.color: Theme.outline
        scale: control.down ? 0.985 : 1
        Behavior on scale {
            NumberAnimation {
                duration: Theme.quick
                easing.type: Easing.OutCubic
            }
        }
    }
    contentItem: Label {
        text: control.text
        color: control.enabled ? control.overGround : Theme.overDisabled
        font.pixelSize: Theme.large + 4
        font.bold: true
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        Accessible.ignored: true
    }
}
