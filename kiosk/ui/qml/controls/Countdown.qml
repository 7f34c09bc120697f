pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// Seconds left, large, in a ring that empties.
Item {
    id: countdown

    property int seconds: 0
    property int whole: 20 // what a full ring stands for
    property int side: Theme.small ? 220 : 300
    property color tint: Theme.accentText

    implicitWidth: side
    implicitHeight: side
    Accessible.role: Accessible.StaticText
    Accessible.name: String(seconds)

    Canvas {
        id: ring
        anchors.fill: parent
        onPaint: {
            const context = getContext("2d");
            const middle = width / 2;
            context.reset();
            context.lineWidth = 14;
            context.strokeStyle = Theme.veil;
            context.beginPath();
            context.arc(middle, middle, middle - 10, 0, 2 * Math.PI);
            context.stroke();
            context.strokeStyle = countdown.tint;
            context.beginPath();
            const part = Math.min(1, countdown.seconds / Math.max(1, countdown.whole));
            context.arc(middle, middle, middle - 10, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * part);
            context.stroke();
        }
        Connections {
            target: countdown
            function onSecondsChanged() {
                ring.requestPaint();
            }
            function onTintChanged() {
                ring.requestPaint();
            }
        }
    }
    Label {
        anchors.centerIn: parent
        text: countdown.seconds
        font.pixelSize: countdown.side * 0.42
        font.bold: true
        color: countdown.tint
        Accessible.ignored: true
    }
}
