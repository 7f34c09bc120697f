pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// Above a veiled page: the touch that lifts the veil does nothing else.
MouseArea {
    id: veil
    objectName: "overlay"

    required property string text
    required property bool shown

    anchors.fill: parent
    visible: shown
    z: 5

    Rectangle {
        anchors.fill: parent
        color: Theme.paper
        opacity: 0.55
    }
    Rectangle {
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.margin, hint.implicitWidth + 2 * Theme.pad + 80)
        height: hint.height + 2 * Theme.pad
        radius: Theme.radius
        color: Theme.card
        border.width: Theme.border + 1
        border.color: Theme.accentText

        Icon {
            id: eye
            anchors.left: parent.left
            anchors.leftMargin: Theme.pad
            anchors.verticalCenter: parent.verticalCenter
            name: "eye_off"
            tint: Theme.accentText
        }
        Label {
            id: hint
            anchors.left: eye.right
            anchors.leftMargin: 18
            anchors.right: parent.right
            anchors.rightMargin: Theme.pad
            anchors.verticalCenter: parent.verticalCenter
            text: veil.text
            color: Theme.accentText
            font.bold: true
        }
    }
}
