pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

Rectangle {
    Layout.fillWidth: true
    implicitHeight: 2
    color: Theme.line
}
