pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One of the settings that everybody may need: a picture, a word, and how far it is turned.
Touch {
    id: control

    required property string picture
    property int steps: 0
    property int step: 0
    property bool bold: false

    Layout.fillWidth: true
    Layout.preferredWidth: 1
    leftPadding: 6
    rightPadding: 6
    background: Rectangle {
        radius: Theme.radius
        color: control.down || control.bold ? Theme.accentSoft : Theme.card
        border.width: Theme.border
        border.color: control.bold ? Theme.accentText : Theme.line
    }
    contentItem: ColumnLayout {
        spacing: 4

        Item {
            Layout.fillHeight: true
        }
        RowLayout {
            Layout.alignment: Qt.AlignHCenter
            spacing: 10

            Icon {
                name: control.picture
                tint: control.bold ? Theme.accentText : Theme.ink
                side: Math.round(Theme.chrome * 1.1)
                visible: !Theme.elder || Theme.landscape
            }
            Label {
                text: control.text
                wrapMode: Text.NoWrap
                font.pixelSize: Math.round(Theme.chrome * 0.92)
                font.bold: control.bold
                color: control.bold ? Theme.accentText : Theme.ink
                Accessible.ignored: true
            }
        }
        Row {
            Layout.alignment: Qt.AlignHCenter
            visible: control.steps > 0
            spacing: 10

            Repeater {
                model: control.steps
                delegate: Rectangle {
                    required property int index
                    width: 22
                    height: 6
                    radius: 3
                    color: index === control.step ? Theme.accentText : Theme.card
                    border.width: index === control.step ? 0 : 2
                    border.color: Theme.outline
                }
            }
        }
        Item {
            Layout.fillHeight: true
        }
    }
}
