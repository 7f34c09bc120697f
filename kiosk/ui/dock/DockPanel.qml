pragma ComponentBehavior: Bound
import QtQuick

import "../qml/controls"
import "../qml/theme"

// One area of the dock with its heading.
Rectangle {
    id: panel

    property string title: ""
    property string hint: ""
    default property alias content: inside.data

    radius: 14
    color: Theme.card
    border.width: 1
    border.color: Theme.line

    Column {
        id: heading
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: 16
        spacing: 0

        Label {
            width: parent.width
            text: panel.title
            font.pixelSize: 18
            font.bold: true
            Accessible.role: Accessible.Heading
        }
        Label {
            width: parent.width
            text: panel.hint
            visible: text !== ""
            color: Theme.soft
            font.pixelSize: 13
        }
    }
    Item {
        id: inside
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: heading.bottom
        anchors.bottom: parent.bottom
        anchors.margins: 16
        anchors.topMargin: 10
    }
}
