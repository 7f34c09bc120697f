import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property PayViewModel viewModel

    title: viewModel.title
    subtitle: viewModel.subtitle

    Card {
        Layout.fillWidth: true

        ColumnLayout {
            anchors.left: parent?.left
            anchors.right: parent?.right
            spacing: Theme.gap / 2

            Item {
                Layout.alignment: Qt.AlignHCenter
                visible: page.viewModel.stage === "preparing"
                implicitWidth: Theme.small ? 340 : 440
                implicitHeight: implicitWidth

                Rectangle {
                    anchors.fill: parent
                    anchors.margins: 24
                    radius: Theme.radius
                    color: Theme.accentSoft
                    border.width: 3
                    border.color: Theme.line
                }
                Busy {
                    anchors.centerIn: parent
                }
            }
            Item {
                Layout.alignment: Qt.AlignHCenter
                visible: page.viewModel.stage === "user_paying"
                implicitWidth: Theme.small ? 340 : 440
                implicitHeight: implicitWidth

                Icon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: -30
                    name: "mobile"
                    tint: Theme.accentText
                    side: Theme.small ? 180 : 240
                }
                Busy {
                    anchors.horizontalCenter: parent.horizontalCenter
                    anchors.bottom: parent.bottom
                    anchors.bottomMargin: 20
                }
            }
            Qr {
                Layout.alignment: Qt.AlignHCenter
                visible: page.viewModel.stage === "scan"
                picture: page.viewModel.qrSource
                name: page.say.of("pay.qr")
                side: Theme.small ? 340 : 440
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.amount
                font.pixelSize: Math.round(Theme.amount * 1.2)
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.NoWrap
            }
        }
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Card {
            Layout.fillWidth: true

            ColumnLayout {
                width: parent.width
                spacing: 14

                Fact {
                    label: page.say.of("pay.payee")
                    value: page.viewModel.payee
                }
                Fact {
                    label: page.say.of("pay.items")
                    value: page.viewModel.items
                }
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            visible: page.viewModel.timeLeft !== ""
            spacing: 10

            Rectangle {
                Layout.fillWidth: true
                implicitHeight: 18
                radius: 9
                color: Theme.line

                Rectangle {
                    width: parent.width * page.viewModel.fractionLeft
                    height: parent.height
                    radius: 9
                    color: Theme.accentText
                }
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.timeLeft
            }
        }
        Label {
            Layout.fillWidth: true
            text: page.viewModel.stage === "preparing" ? page.say.of("pay.no_money_yet") : page.viewModel.receipt
            color: Theme.jadeText
            font.bold: true
        }
        Banner {
            Layout.fillWidth: true
            text: page.viewModel.unstable
            picture: "link_down"
            tone: "remember"
        }
    }
    actions: QuietButton {
        Layout.fillWidth: true
        implicitHeight: Theme.primary
        text: page.say.of("pay.cancel")
        picture: "back"
        onClicked: page.viewModel.cancel()
    }
}
