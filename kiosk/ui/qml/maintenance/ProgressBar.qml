pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// How far something has come, in percent.
Rectangle {
    id: bar

    required property int percent

    implicitHeight: 36
    radius: height / 2
    color: Theme.card
    border.width: Theme.border
    border.color: Theme.outline
    Accessible.role: Accessible.ProgressBar
    Accessible.name: bar.percent + " %"

    Rectangle {
        width: Math.max(parent.height, parent.width * bar.percent / 100)
        height: parent.height
        radius: parent.radius
        color: Theme.accent
    }
}
