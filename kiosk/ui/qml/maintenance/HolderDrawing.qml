pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A roll on a holder before a print head with a lever or a slot, from the side; of a printer
// that nobody described, the roll alone.
Item {
    id: drawing

    required property string mechanism
    required property string step
    readonly property bool isKnown: mechanism !== "any"
    readonly property bool isEmpty: step === "open_cover" && mechanism === "lever"
    readonly property bool isByHand: ["open_cover", "put_roll", "close_cover"].includes(step)
    readonly property bool hasStrip: ["printing", "look", "not_proven"].includes(step)
    readonly property bool isThrough: !["open_cover", "put_roll"].includes(step)
    readonly property real u: height / 500

    Item {
        anchors.horizontalCenter: parent.horizontalCenter
        width: 640 * drawing.u
        height: parent.height

        // the holder
        Rectangle {
            visible: drawing.isKnown
            x: 158 * drawing.u
            y: 240 * drawing.u
            width: 24 * drawing.u
            height: 250 * drawing.u
            radius: 8 * drawing.u
            color: Theme.card
            border.width: 5
            border.color: Theme.ink
        }
        // the roll; of the old one its core is left
        Rectangle {
            readonly property real size: (drawing.isEmpty ? 70 : 220) * drawing.u
            x: 170 * drawing.u - size / 2
            y: 240 * drawing.u - size / 2
            width: size
            height: size
            radius: size / 2
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
        // the paper from below the roll to the head
        Rectangle {
            visible: !drawing.isEmpty
            x: 170 * drawing.u
            y: 336 * drawing.u
            width: (drawing.isThrough || !drawing.isKnown ? 260 : 150) * drawing.u
            height: 14 * drawing.u
            color: Theme.accentText
        }
        // the lever
        Rectangle {
            visible: drawing.mechanism === "lever"
            x: 420 * drawing.u
            y: 204 * drawing.u
            width: 150 * drawing.u
            height: 36 * drawing.u
            radius: 14 * drawing.u
            color: Theme.accentSoft
            border.width: 5
            border.color: Theme.accentText
            transformOrigin: Item.Left
            rotation: drawing.step === "open_cover" || drawing.step === "put_roll" ? -55 : drawing.step === "close_cover" ? -20 : 0
        }
        // the head
        Rectangle {
            visible: drawing.isKnown
            x: 380 * drawing.u
            y: 238 * drawing.u
            width: 170 * drawing.u
            height: 190 * drawing.u
            radius: 22 * drawing.u
            color: Theme.card
            border.width: 5
            border.color: Theme.ink
        }
        Rectangle {
            visible: drawing.isKnown && drawing.hasStrip
            x: 548 * drawing.u
            y: 336 * drawing.u
            width: 90 * drawing.u
            height: 14 * drawing.u
            color: Theme.accentText
        }
        // the arrow that says which way
        Text {
            visible: drawing.isByHand
            x: (drawing.mechanism === "lever" && drawing.step !== "put_roll" ? 570 : 290) * drawing.u
            y: (drawing.mechanism === "lever" && drawing.step !== "put_roll" ? 90 : 350) * drawing.u
            text: drawing.mechanism === "lever" && drawing.step !== "put_roll" ? (drawing.step === "open_cover" ? "↑" : "↓") : "→"
            font.family: Theme.family
            font.pixelSize: 120 * drawing.u
            font.bold: true
            color: Theme.accentText
            Accessible.ignored: true
        }
    }
}
