pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

// Where am I, who is logged in, how do I leave: in the same place as the residents' header.
Rectangle {
    id: header

    required property Words say
    required property string account

    signal leave

    implicitHeight: Math.max(Theme.small ? 96 : 128, out.implicitHeight + 28)
    color: Theme.ink

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.margin
        anchors.rightMargin: Theme.margin
        spacing: 18

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                text: header.say.of("desk.title")
                color: Theme.paper
                font.bold: true
                font.pixelSize: Math.round(Theme.chrome * 1.06)
            }
            Label {
                Layout.fillWidth: true
                text: header.account
                visible: text !== ""
                color: Theme.paper
                font.pixelSize: Math.round(Theme.chrome * 0.8)
            }
        }
        QuietButton {
            id: out
            text: header.say.of(header.account ? "desk.log_out" : "desk.close")
            textSize: Theme.chrome
            implicitHeight: Theme.small && !Theme.elder ? 84 : Theme.target
            leftPadding: 30
            rightPadding: 30
            onClicked: header.leave()
        }
    }
}
