pragma ComponentBehavior: Bound
import QtQuick

import QtQuick.Templates as T
import "../qml/controls"
import "../qml/theme"

// An identity card that can be laid on the reader.
T.AbstractButton {
    id: card

    required property string name
    required property string note
    required property bool isOnReader
    required property string actionName
    required property string onReaderText

    implicitHeight: Math.max(76, words.height + 24)
    Accessible.name: actionName
    background: Rectangle {
        radius: 12
        color: card.isOnReader ? Theme.amberSoft : card.down || card.hovered ? Theme.accentSoft : Theme.paper
        border.width: card.isOnReader ? 2 : 1
        border.color: card.isOnReader ? Theme.amberText : Theme.line
    }
    contentItem: Item {
        Rectangle {
            id: photo
            x: 12
            anchors.verticalCenter: parent.verticalCenter
            width: 42
            height: 50
            radius: 6
            color: Theme.accentSoft

            Icon {
                anchors.centerIn: parent
                name: "person"
                tint: Theme.accentText
                side: 30
            }
        }
        Column {
            id: words
            anchors.left: photo.right
            anchors.leftMargin: 12
            anchors.right: parent.right
            anchors.rightMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            spacing: 0

            Label {
                width: parent.width
                text: card.name + (card.isOnReader ? " · " + card.onReaderText : "")
                font.pixelSize: 16
                font.bold: true
                color: card.isOnReader ? Theme.amberText : Theme.ink
                Accessible.ignored: true
            }
            Label {
                width: parent.width
                text: card.note
                font.pixelSize: 13
                color: Theme.soft
                Accessible.ignored: true
            }
        }
    }
}
