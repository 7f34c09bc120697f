pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../controls"
import "../theme"

// The quiet actions of a page, two beside each other where there is room.
GridLayout {
    id: grid

    property var model: null

    signal acted(string key)

    readonly property bool crowded: rows.count > 3

    columns: crowded || width > Theme.text * 20 ? 2 : 1
    columnSpacing: Theme.gap
    rowSpacing: 16

    Repeater {
        id: rows
        model: grid.model
        delegate: QuietButton {
            required property string key
            required text
            required picture
            required enabled
            bare: grid.crowded && grid.width < Theme.text * 20
            textSize: grid.crowded ? Theme.chrome : Theme.text
            leftPadding: 12
            rightPadding: 12
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            onClicked: grid.acted(key)
        }
    }
}
