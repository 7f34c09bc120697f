pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// The picture of the start page: a card that is laid on the reader.
Item {
    id: picture

    required property string readerText
    property real unit: Math.min(width / 640, height / 540)

    Accessible.role: Accessible.Graphic

    Item {
        id: stage
        width: 640 * picture.unit
        height: 540 * picture.unit
        anchors.centerIn: parent

        readonly property real u: picture.unit

        // the reader
        Rectangle {
            id: reader
            x: 60 * stage.u
            y: 320 * stage.u
            width: 520 * stage.u
            height: 190 * stage.u
            radius: 28 * stage.u
            color: Theme.accentSoft
            border.width: 5
            border.color: Theme.accentText

            Rectangle {
                anchors.horizontalCenter: parent.horizontalCenter
                y: 22 * stage.u
                width: 340 * stage.u
                height: 6
                radius: 3
                color: Theme.accentText
                opacity: 0.35
            }
            Label {
                anchors.horizontalCenter: parent.horizontalCenter
                anchors.bottom: parent.bottom
                anchors.bottomMargin: 26 * stage.u
                text: picture.readerText
                color: Theme.accentText
                font.bold: true
                font.pixelSize: Math.min(Theme.large, 60 * stage.u)
                Accessible.ignored: true
            }
        }
        // the card
        Rectangle {
            id: card
            property real rest: 28 * stage.u
            x: 140 * stage.u
            y: rest
            width: 360 * stage.u
            height: 228 * stage.u
            radius: 22 * stage.u
            color: Theme.card
            border.width: 5
            border.color: Theme.ink

            Column {
                x: 30 * stage.u
                y: 40 * stage.u
                spacing: 20 * stage.u

                Repeater {
                    model: [130, 170, 150, 110]
                    delegate: Rectangle {
                        required property int modelData
                        width: modelData * stage.u
                        height: 14 * stage.u
                        radius: height / 2
                        color: Theme.line
                    }
                }
            }
            Rectangle {
                x: 30 * stage.u
                y: 184 * stage.u
                width: 270 * stage.u
                height: 16 * stage.u
                radius: height / 2
                color: Theme.outline
            }
            Rectangle {
                x: 236 * stage.u
                y: 34 * stage.u
                width: 90 * stage.u
                height: 118 * stage.u
                radius: 10 * stage.u
                color: Theme.accentSoft
                border.width: 2
                border.color: Theme.line

                Icon {
                    anchors.centerIn: parent
                    name: "person"
                    side: Math.round(66 * stage.u)
                    tint: Theme.accentText
                }
            }
            SequentialAnimation on y {
                running: !Theme.reducedMotion && picture.visible
                loops: Animation.Infinite
                PauseAnimation {
                    duration: 900
                }
                NumberAnimation {
                    to: 150 * stage.u
                    duration: 1100
                    easing.type: Easing.InOutCubic
                }
                PauseAnimation {
                    duration: 1500
                }
                NumberAnimation {
                    to: card.rest
                    duration: 1100
                    easing.type: Easing.InOutCubic
                }
            }
        }
        Icon {
            x: 295 * stage.u
            y: 262 * stage.u
            name: "down"
            side: Math.round(50 * stage.u)
            tint: Theme.accentText
            visible: Theme.reducedMotion
        }
    }
}
