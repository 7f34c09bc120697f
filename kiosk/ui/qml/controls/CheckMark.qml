pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

Rectangle {
    id: mark

    property bool on: false

    implicitWidth: Math.round(Theme.text * 1.55)
    implicitHeight: implicitWidth
    radius: width * 0.26
    color: on ? Theme.accent : Theme.card
    border.width: on ? 0 : 4
    border.color: Theme.outline

    Icon {
        anchors.centerIn: parent
        name: "check"
        visible: mark.on
        tint: Theme.overAccent
        side: Math.round(mark.width * 0.74)
    }
}
