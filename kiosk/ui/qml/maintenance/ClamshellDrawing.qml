pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A printer with a lid over its roll, from the side, at this step of a paper change.
Item {
    id: drawing

    required property string name
    readonly property bool isOpen: name === "open_cover" || name === "put_roll"
    readonly property bool hasRoll: name !== "open_cover"
    readonly property bool hasStrip: ["printing", "look", "not_proven"].includes(name)
    readonly property real u: height / 500


    Item {
        anchors.horizontalCenter: parent.horizontalCenter
        width: 640 * drawing.u
        height: parent.height
        visible: drawing.name !== ""

        // the cover, turned up at its hinge on the right
        Rectangle {
            id: cover
            x: 150 * drawing.u
            y: 250 * drawing.u
            width: 340 * drawing.u
            height: 44 * drawing.u
            radius: 14 * drawing.u
            color: Theme.accentSoft
            border.width: 5
            border.color: Theme.accentText
            transformOrigin: Item.Right
            rotation: drawing.name === "roll" ? 0 : drawing.isOpen ? 50 : drawing.name === "close_cover" ? 18 : 0
        }
        // the body
        Rectangle {
            x: 130 * drawing.u
            y: 300 * drawing.u
            width: 380 * drawing.u
            height: 190 * drawing.u
            radius: 22 * drawing.u
            color: Theme.card
            border.width: 5
            border.color: Theme.ink
        }
        // the roll and its core
        Rectangle {
            visible: drawing.hasRoll
            x: 250 * drawing.u
            y: (drawing.name === "put_roll" ? 216 : 324) * drawing.u
            width: 140 * drawing.u
            height: width
            radius: width / 2
            color: Theme.paper
            border.width: 5
            border.color: Theme.accentText

            Rectangle {
                anchors.centerIn: parent
                width: 44 * drawing.u
                height: width
                radius: width / 2
                color: Theme.card
                border.width: 5
                border.color: Theme.accentText
            }
        }
        // the paper's end: from below the roll out to the left
        Rectangle {
            visible: drawing.hasRoll && drawing.name !== "put_roll"
            x: (drawing.hasStrip ? 20 : 80) * drawing.u
            y: 288 * drawing.u
            width: (drawing.hasStrip ? 140 : 80) * drawing.u
            height: 14 * drawing.u
            color: Theme.accentText
        }
        Rectangle {
            visible: drawing.name === "put_roll"
            x: 120 * drawing.u
            y: 342 * drawing.u
            width: 200 * drawing.u
            height: 12 * drawing.u
            color: Theme.accentText
        }
        // the arrow that says which way
        Text {
            visible: ["open_cover", "put_roll", "close_cover"].includes(drawing.name)
            x: 540 * drawing.u
            y: 140 * drawing.u
            text: drawing.name === "open_cover" ? "↑" : "↓"
            font.family: Theme.family
            font.pixelSize: 120 * drawing.u
            font.bold: true
            color: Theme.accentText
            Accessible.ignored: true
        }
    }
}
