pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A label and what it says, side by side; one below the other when the text is large.
GridLayout {
    id: fact

    property string label: ""
    property string value: ""
    property bool bold: false
    property int valuePx: Theme.text
    property int labelWidth: Math.round(Theme.text * 4.6)
    readonly property bool narrow: width < Theme.text * 17

    Layout.fillWidth: true
    columns: narrow ? 1 : 2
    columnSpacing: Theme.gap
    rowSpacing: 0
    visible: value !== ""

    Label {
        text: fact.label
        color: Theme.soft
        font.pixelSize: Theme.secondary
        Layout.preferredWidth: fact.narrow ? -1 : fact.labelWidth
        Layout.alignment: Qt.AlignVCenter
    }
    Label {
        text: fact.value
        verticalAlignment: Text.AlignVCenter
        font.bold: fact.bold
        font.pixelSize: fact.valuePx
        Layout.fillWidth: true
    }
}
