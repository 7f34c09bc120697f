pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// The ring around the control that has the keyboard.
Rectangle {
    required property bool on
    property int around: 6

    visible: on
    anchors.fill: parent
    anchors.margins: -around
    radius: Theme.radius + around
    color: "transparent"
    border.color: Theme.focus
    border.width: 5
}
