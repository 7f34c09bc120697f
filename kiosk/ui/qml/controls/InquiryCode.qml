pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// The short code a resident can read to an operator, large enough to photograph; as a QR
// code too, the same as on the slip, for a phone that keeps it.
Card {
    id: inquiry

    required property string label
    required property string code
    property string picture: ""
    readonly property bool stacked: Theme.landscape && Theme.beside
    property string pictureName: ""
    property string amount: ""
    property string remark: ""

    Layout.fillWidth: true
    visible: code !== ""

    GridLayout {
        anchors.left: parent?.left
        anchors.right: parent?.right
        columns: inquiry.stacked ? 1 : 2
        rowSpacing: 8
        columnSpacing: Theme.gap

        Label {
            Layout.fillWidth: true
            text: inquiry.amount === "" ? inquiry.label : `${inquiry.label} · ${inquiry.amount}`
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
        }
        Qr {
            Layout.alignment: Qt.AlignHCenter
            Layout.row: inquiry.stacked ? 2 : 0
            Layout.column: inquiry.stacked ? 0 : 1
            Layout.rowSpan: inquiry.stacked ? 1 : 2
            visible: inquiry.picture !== ""
            side: 174
            picture: inquiry.picture
            name: inquiry.pictureName
        }
        Label {
            Layout.fillWidth: true
            Layout.row: 1
            Layout.column: 0
            text: inquiry.code
            font.pixelSize: Math.round(Theme.amount * 1.15)
            font.bold: true
            font.letterSpacing: 4
            horizontalAlignment: Text.AlignHCenter
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.text
            wrapMode: Text.NoWrap
        }
        Label {
            Layout.fillWidth: true
            Layout.row: inquiry.stacked ? 3 : 2
            Layout.column: 0
            Layout.columnSpan: inquiry.stacked ? 1 : 2
            visible: text !== ""
            text: inquiry.remark
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
        }
    }
}
