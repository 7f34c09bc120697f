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

    readonly property bool qrFirst: Theme.elder || (Theme.landscape && !Theme.beside)
    readonly property bool wide: !Theme.elder
    readonly property int qrSide: Theme.landscape && !Theme.elder ? 290 : Theme.landscape ? 340 : Theme.elder ? 360 : 420

    title: page.say.of("open_code.title")
    titlePx: qrFirst ? Math.round(Theme.text * 1.25) : Math.round(Theme.title * 0.85)
    subtitle: qrFirst || Theme.landscape ? "" : page.say.of("open_code.subtitle")

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

        GridLayout {
            anchors.left: parent?.left
            anchors.right: parent?.right
            columns: page.wide ? 2 : 1
            columnSpacing: Theme.pad
            rowSpacing: Theme.gap / 3

            Qr {
                Layout.alignment: page.wide ? Qt.AlignTop : Qt.AlignHCenter
                picture: page.viewModel.qrSource
                name: page.say.of("pay.qr")
                side: page.qrSide
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.landscape ? 0 : Theme.gap / 2

                Label {
                    Layout.fillWidth: true
                    text: page.viewModel.amount
                    font.pixelSize: Theme.amount
                    font.bold: true
                    horizontalAlignment: page.wide ? Text.AlignLeft : Text.AlignHCenter
                    wrapMode: Text.NoWrap
                }
                Label {
                    Layout.fillWidth: true
                    text: page.viewModel.item
                    font.bold: true
                    horizontalAlignment: page.wide ? Text.AlignLeft : Text.AlignHCenter
                }
                Label {
                    Layout.fillWidth: true
                    text: page.viewModel.agency
                    visible: text !== ""
                    horizontalAlignment: page.wide ? Text.AlignLeft : Text.AlignHCenter
                }
                Label {
                    Layout.fillWidth: true
                    text: page.viewModel.validUntil
                    color: Theme.soft
                    horizontalAlignment: page.wide ? Text.AlignLeft : Text.AlignHCenter
                }
                Label {
                    Layout.fillWidth: true
                    // On the smallest screens the number alone has room.
                    text: Theme.small ? page.viewModel.code : page.say.of("open_code.number") + " " + page.viewModel.code
                    color: Theme.soft
                    horizontalAlignment: page.wide ? Text.AlignLeft : Text.AlignHCenter
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: 26
                    wrapMode: Text.NoWrap
                    Accessible.name: page.say.of("open_code.number") + " " + page.viewModel.code
                }
            }
        }
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.drill ? "" : page.say.of("open_code.once")
        picture: "stop"
        tone: "stop"
        bold: true
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.slip
        picture: "printer"
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Card {
            Layout.fillWidth: true
            padding: Theme.gap

            ColumnLayout {
                width: parent.width
                spacing: 16

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
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("open_code.finish")
            onClicked: page.viewModel.finish()
        },
        GridLayout {
            Layout.fillWidth: true
            columns: Theme.small || (Theme.landscape && Theme.elder) ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            QuietButton {
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                text: page.say.of("open_code.another")
                picture: Theme.elder ? "" : "coins"
                onClicked: page.viewModel.another()
            }
            QuietButton {
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                text: page.say.of("open_code.withdraw")
                picture: Theme.elder ? "" : "close"
                onClicked: page.viewModel.withdraw()
            }
        }
    ]
}
