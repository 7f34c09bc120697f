pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A receipt in a list.
Card {
    id: receipt

    required property string title
    required property string agency
    required property string amount
    property string paid: ""
    property string picture: "receipt"
    property string copies: ""
    property string actionText: ""
    property string actionName: ""
    property bool canAct: true

    signal acted

    Layout.fillWidth: true

    GridLayout {
        width: parent.width
        columns: receipt.actionText !== "" && receipt.width > Theme.text * 22 ? 3 : 2
        columnSpacing: Theme.gap
        rowSpacing: 14

        Icon {
            Layout.alignment: Qt.AlignTop
            name: receipt.picture
            tint: Theme.jadeText
            side: Math.round(Theme.text * 1.5)
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 4

            Label {
                Layout.fillWidth: true
                text: receipt.title
                font.bold: true
            }
            Label {
                Layout.fillWidth: true
                text: receipt.agency
                color: Theme.soft
                font.pixelSize: Theme.secondary
            }
            Label {
                Layout.fillWidth: true
                text: receipt.paid + (receipt.copies ? "   " + receipt.copies : "")
                visible: text !== ""
                color: Theme.soft
                font.pixelSize: Theme.secondary
            }
            Label {
                Layout.fillWidth: true
                text: receipt.amount
                font.bold: true
                font.pixelSize: Theme.large
            }
        }
        QuietButton {
            Layout.columnSpan: parent.columns === 3 ? 1 : 2
            Layout.fillWidth: parent.columns !== 3
            visible: receipt.actionText !== ""
            enabled: receipt.canAct
            text: receipt.actionText
            name: receipt.actionName
            tint: Theme.accentText
            onClicked: receipt.acted()
        }
    }
}
