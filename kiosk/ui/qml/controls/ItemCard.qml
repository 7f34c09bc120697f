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

    readonly property bool narrow: width < Theme.text * 24

    signal acted

    Layout.fillWidth: true

    ColumnLayout {
        width: parent.width
        spacing: 12

        GridLayout {
            Layout.fillWidth: true
            columns: item.narrow ? 2 : 3
            columnSpacing: Theme.gap
            rowSpacing: 10

            Label {
                Layout.fillWidth: true
                Layout.columnSpan: item.narrow ? 2 : 1
                text: item.title
                font.bold: true
            }
            Label {
                text: item.amount
                wrapMode: Text.NoWrap
            }
            Chip {
                Layout.alignment: Qt.AlignRight | Qt.AlignVCenter
                text: item.stateText
                tone: item.stateTone
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
