pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// The picture of the printing page: a receipt that comes out of the slot.
Item {
    id: picture

    required property string slotText
    property bool moving: true
    property real unit: Math.min(width / 900, height / 420)

    Accessible.role: Accessible.Graphic

    Item {
        id: stage
        readonly property real u: picture.unit
        width: 900 * u
        height: 420 * u
        anchors.centerIn: parent

        Rectangle {
            x: 170 * stage.u
            y: 20 * stage.u
            width: 560 * stage.u
            height: 120 * stage.u
            radius: 26 * stage.u
            color: Theme.accentSoft
            border.width: 5
            border.color: Theme.accentText

            Label {
                anchors.horizontalCenter: parent.horizontalCenter
                y: 14 * stage.u
                text: picture.slotText
                color: Theme.accentText
                font.bold: true
                font.pixelSize: Math.min(Theme.text, 44 * stage.u)
                Accessible.ignored: true
            }
            Rectangle {
                anchors.horizontalCenter: parent.horizontalCenter
                y: 84 * stage.u
                width: 400 * stage.u
                height: 16 * stage.u
                radius: height / 2
                color: Theme.ink
            }
        }
        Item {
            x: 290 * stage.u
            y: 112 * stage.u
            width: 320 * stage.u
            height: 300 * stage.u
            clip: true

            Rectangle {
                id: paper
                width: parent.width
                height: 290 * stage.u
                y: 0
                color: Theme.card
                border.width: 4
                border.color: Theme.ink

                Column {
                    x: 36 * stage.u
                    y: 40 * stage.u
                    spacing: 22 * stage.u

                    Repeater {
                        model: [248, 190, 220, 160, 230]
                        delegate: Rectangle {
                            required property int modelData
                            required property int index
                            width: modelData * stage.u
                            height: 14 * stage.u
                            radius: height / 2
                            color: index === 0 ? Theme.outline : Theme.line
                        }
                    }
                }
                SequentialAnimation on y {
                    running: picture.moving && !Theme.reducedMotion
                    loops: Animation.Infinite
                    NumberAnimation {
                        from: -paper.height
                        to: 0
                        duration: 2200
                        easing.type: Easing.Linear
                    }
                    PauseAnimation {
                        duration: 1200
                    }
                }
            }
        }
    }
}
