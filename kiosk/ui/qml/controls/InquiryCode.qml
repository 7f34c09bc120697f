pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// The short code a resident can read to an operator, large enough to photograph.
Card {
    id: inquiry

    required property string label
    required property string code

    Layout.fillWidth: true
    visible: code !== ""

    Column {
        anchors.left: parent?.left
        anchors.right: parent?.right
        spacing: 8

        Label {
            width: parent.width
            text: inquiry.label
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
        }
        Label {
            width: parent.width
            text: inquiry.code
            font.pixelSize: Math.round(Theme.amount * 1.15)
            font.bold: true
            font.letterSpacing: 4
            horizontalAlignment: Text.AlignHCenter
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.text
            wrapMode: Text.NoWrap
        }
    }
}
