pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A receipt on its way to paper, with its state in words and, in doubt, a copy to ask for.
Card {
    id: item

    required property string title
    required property string amount
    required property string stateText
    required property string stateTone
    property string actionText: ""
    property string actionName: ""
    property bool canAct: false

    signal acted

    Layout.fillWidth: true

    ColumnLayout {
        width: parent.width
        spacing: 12

        Label {
            Layout.fillWidth: true
            text: item.title
            font.bold: true
        }
        Flow {
            Layout.fillWidth: true
            spacing: Theme.gap

            Chip {
                text: item.stateText
                tone: item.stateTone
            }
            Label {
                text: item.amount
                height: Math.max(implicitHeight, Theme.secondary + 22)
                verticalAlignment: Text.AlignVCenter
                wrapMode: Text.NoWrap
            }
        }
        QuietButton {
            Layout.fillWidth: true
            visible: item.canAct
            text: item.actionText
            name: item.actionName
            picture: "copy"
            tint: Theme.accentText
            onClicked: item.acted()
        }
    }
}
