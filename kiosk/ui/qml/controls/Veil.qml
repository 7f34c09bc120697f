pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A block where a name or an amount is hidden from bystanders.
Rectangle {
    property int chars: 6
    property int size: Theme.text

    implicitWidth: chars * size
    implicitHeight: Math.round(size * 0.9)
    radius: 8
    color: Theme.veil
    Accessible.ignored: true
}
