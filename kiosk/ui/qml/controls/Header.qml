pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// Where am I, whose session is it, how do I leave.
Rectangle {
    id: header

    required property LookViewModel look
    required property HeaderViewModel viewModel
    readonly property Words say: look.words
    readonly property real room: width - 2 * Theme.margin - 68 - 4 * 18 - Math.max(product.implicitWidth, site.advanceWidth) - (leave.visible ? leave.implicitWidth : 0)
    readonly property bool roomy: visitor.implicitWidth <= room // else the name goes below

    implicitHeight: Math.max(Theme.small ? 96 : 128, leave.implicitHeight + 28)
    color: Theme.card

    TextMetrics {
        id: site
        text: header.viewModel.site
        font.family: Theme.family
        font.pixelSize: Math.round(Theme.chrome * 0.8)
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: Theme.border
        color: Theme.line
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.margin
        anchors.rightMargin: Theme.margin
        spacing: 18

        Rectangle {
            implicitWidth: Theme.small ? 56 : 68
            implicitHeight: implicitWidth
            radius: 14
            color: Theme.accent

            Label {
                anchors.centerIn: parent
                text: header.say.of("chrome.mark")
                color: Theme.overAccent
                font.bold: true
                font.pixelSize: Math.round(parent.implicitWidth * 0.56)
                Accessible.ignored: true
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                id: product
                Layout.fillWidth: true
                text: header.say.of("chrome.product")
                font.bold: true
                font.pixelSize: Math.round(Theme.chrome * 1.06)
                maximumLineCount: 1
                elide: Text.ElideRight
            }
            Label {
                Layout.fillWidth: true
                text: header.roomy ? header.viewModel.site : header.viewModel.visitor
                visible: text !== "" && !(header.roomy && Theme.small && Theme.text > 40)
                color: header.roomy ? Theme.soft : Theme.ink
                font.bold: !header.roomy
                font.pixelSize: Math.round(Theme.chrome * 0.8)
                maximumLineCount: 1
                elide: Text.ElideRight
            }
        }
        Label {
            id: visitor
            text: header.viewModel.visitor
            visible: text !== "" && header.roomy
            font.bold: true
            font.pixelSize: Theme.chrome
            wrapMode: Text.NoWrap
        }
        Label {
            text: header.viewModel.clock
            visible: header.viewModel.visitor === "" && !header.viewModel.canLeave
            font.pixelSize: Math.round(Theme.chrome * 1.15)
            wrapMode: Text.NoWrap
        }
        QuietButton {
            id: leave
            text: header.say.of("chrome.leave")
            textSize: Theme.chrome
            visible: header.viewModel.canLeave
            implicitHeight: Theme.small && !Theme.elder ? 84 : Theme.target
            leftPadding: 30
            rightPadding: 30
            onClicked: header.viewModel.leave()
        }
    }
}
