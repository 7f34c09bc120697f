pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A picture of assets/icons in one colour.
Image {
    property string name: ""
    property color tint: Theme.ink
    property int side: Math.round(Theme.text * 1.3)

    width: side
    height: side
    sourceSize: Qt.size(side, side)
    source: name ? "image://icon/" + name + "/" + tint.toString().slice(-6) : ""
    Accessible.ignored: true
}
