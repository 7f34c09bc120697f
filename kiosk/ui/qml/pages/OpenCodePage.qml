pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

// An open code: the phone pays over its own network, and the kiosk cannot see it.
Page {
    id: page

    required property OpenCodeViewModel viewModel

    readonly property bool qrFirst: Theme.landscape && !Theme.beside
    readonly property int qrSide: Theme.small ? 300 : Theme.landscape ? 340 : Theme.text > 40 ? 360 : 400

    title: page.say.of("open_code.title")
    titlePx: qrFirst ? Math.round(Theme.text * 1.25) : Theme.title
    subtitle: qrFirst ? "" : page.say.of("open_code.subtitle")

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.drill
        picture: "info"
        tone: "stop"
        bold: true
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.settled
        picture: "check"
        tone: "good"
        bold: true
    }
    Card {
        Layout.fillWidth: true
        padding: Theme.gap

        ColumnLayout {
            anchors.left: parent?.left
            anchors.right: parent?.right
            spacing: Theme.gap / 3

            Qr {
                Layout.alignment: Qt.AlignHCenter
                picture: page.viewModel.qrSource
                name: page.say.of("pay.qr")
                side: page.qrSide
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.amount
                font.pixelSize: Theme.amount
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.NoWrap
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.code
                color: Theme.soft
                horizontalAlignment: Text.AlignHCenter
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: 26
                wrapMode: Text.NoWrap
                Accessible.name: page.say.of("open_code.number") + " " + text
            }
        }
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Card {
            Layout.fillWidth: true
            padding: Theme.gap

            ColumnLayout {
                width: parent.width
                spacing: 12

                Numbered {
                    number: 1
                    text: page.say.of("open_code.step_scan")
                }
                Numbered {
                    number: 2
                    text: page.say.of("open_code.step_unseen")
                }
                Numbered {
                    number: 3
                    text: page.say.of("open_code.step_receipt")
                }
            }
        }
        Banner {
            Layout.fillWidth: true
            text: page.say.of("open_code.once")
            picture: "stop"
            tone: "stop"
            bold: true
        }
        Card {
            Layout.fillWidth: true
            padding: Theme.gap

            ColumnLayout {
                width: parent.width
                spacing: 8

                Fact {
                    label: page.say.of("pay.items")
                    value: page.viewModel.item
                    bold: true
                }
                Fact {
                    label: page.say.of("pay.payee")
                    value: page.viewModel.agency
                }
                Fact {
                    label: page.say.of("open_code.valid_until")
                    value: page.viewModel.validUntil
                }
                Fact {
                    label: page.say.of("open_code.slip")
                    value: page.viewModel.slip
                }
            }
        }
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("open_code.finish")
            onClicked: page.viewModel.finish()
        },
        GridLayout {
            Layout.fillWidth: true
            columns: Theme.landscape || Theme.elder ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            QuietButton {
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                text: page.say.of("open_code.another")
                picture: "coins"
                onClicked: page.viewModel.another()
            }
            QuietButton {
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                text: page.say.of("open_code.withdraw")
                picture: "close"
                onClicked: page.viewModel.withdraw()
            }
        }
    ]
}
