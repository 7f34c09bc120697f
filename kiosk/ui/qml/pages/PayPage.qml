pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property PayViewModel viewModel

    // Where height is scarce the QR code comes first, and its whole picture stays in sight.
    readonly property bool qrFirst: Theme.landscape && !Theme.beside
    readonly property bool squeezed: qrFirst ? Theme.small : viewModel.unstable !== "" && (Theme.beside || Theme.text > 44)
    readonly property int qrSide: squeezed ? 324 : Theme.landscape ? 370 : 440

    component TimeLeft: ColumnLayout {
        id: left

        required property PayViewModel viewModel

        Layout.fillWidth: true
        spacing: 10

        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 18
            radius: 9
            color: Theme.veil

            Rectangle {
                width: parent.width * left.viewModel.fractionLeft
                height: parent.height
                radius: 9
                color: Theme.accentText
            }
        }
        Label {
            Layout.fillWidth: true
            text: left.viewModel.timeLeft
        }
    }
    component Receipt: Label {
        required property PayViewModel viewModel

        Layout.fillWidth: true
        text: viewModel.stage === "preparing" ? page.say.of("pay.no_money_yet") : viewModel.receipt
        color: Theme.jadeText
        font.bold: true
    }

    title: viewModel.title
    titlePx: qrFirst ? Math.round(Theme.text * 1.25) : Theme.title
    subtitle: qrFirst || squeezed ? "" : viewModel.subtitle

    Banner {
        Layout.fillWidth: true
        text: page.qrFirst ? "" : page.viewModel.unstable
        picture: "link_down"
        tone: "remember"
    }
    Card {
        Layout.fillWidth: true

        ColumnLayout {
            anchors.left: parent?.left
            anchors.right: parent?.right
            spacing: Theme.gap / 2

            Item {
                Layout.alignment: Qt.AlignHCenter
                visible: page.viewModel.stage === "preparing"
                implicitWidth: page.qrSide
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
                implicitWidth: page.qrSide
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
                side: page.qrSide
            }
            Label {
                Layout.fillWidth: true
                visible: !Theme.landscape
                text: page.viewModel.amount
                font.pixelSize: Math.round(Theme.amount * 1.2)
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.NoWrap
            }
        }
    }
    Label {
        Layout.fillWidth: true
        visible: page.qrFirst
        text: page.viewModel.subtitle
    }
    Receipt {
        visible: Theme.beside
        viewModel: page.viewModel
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
                    bold: true
                    value: page.viewModel.payee
                }
                Fact {
                    label: page.say.of("pay.items")
                    value: page.viewModel.items
                }
            }
        }
        TimeLeft {
            visible: Theme.landscape && viewModel.timeLeft !== ""
            viewModel: page.viewModel
        }
        Receipt {
            visible: !Theme.beside
            viewModel: page.viewModel
        }
    }
    actions: [
        Banner {
            Layout.fillWidth: true
            text: page.qrFirst ? page.viewModel.unstable : ""
            textSize: Theme.chrome
            picture: "link_down"
            tone: "remember"
        },
        Total {
            visible: Theme.landscape
            label: page.say.of("pay.amount")
            amount: page.viewModel.amount
        },
        // On a portrait screen always in sight; on a wide one the panel has other things to hold.
        TimeLeft {
            visible: !Theme.landscape && viewModel.timeLeft !== ""
            viewModel: page.viewModel
        },
        QuietButton {
            Layout.fillWidth: true
            implicitHeight: Math.max(Theme.primary, implicitContentHeight + 24)
            text: page.say.of("pay.cancel")
            picture: "back"
            onClicked: page.viewModel.cancel()
        }
    ]
}
