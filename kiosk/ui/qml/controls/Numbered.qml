pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One thing to do, with its number and a sentence.
RowLayout {
    id: numbered

    required property int number
    required property string text

    Layout.fillWidth: true
    spacing: 18

    Rectangle {
        Layout.alignment: Qt.AlignTop
        implicitWidth: Math.round(Theme.text * 1.5)
        implicitHeight: implicitWidth
        radius: width / 2
        color: Theme.accentSoft
        border.width: Theme.border === 2 ? 0 : Theme.border
        border.color: Theme.accentText

        Label {
            anchors.centerIn: parent
            text: numbered.number
            font.bold: true
            color: Theme.accentText
            Accessible.ignored: true
        }
    }
    Label {
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignVCenter
        text: numbered.text
    }
}
