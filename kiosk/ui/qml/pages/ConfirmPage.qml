pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property ConfirmViewModel viewModel

    title: viewModel.title

    Repeater {
        model: page.viewModel.changes
        delegate: Card {
            id: change
            required property string title
            required property string before
            required property string now
            Layout.fillWidth: true

            ColumnLayout {
                width: parent.width
                spacing: 14

                Label {
                    Layout.fillWidth: true
                    text: change.title
                    font.bold: true
                    font.pixelSize: Theme.large
                }
                Fact {
                    label: page.say.of("confirm.before")
                    value: change.before
                }
                Fact {
                    label: page.say.of("confirm.now")
                    value: change.now
                    valuePx: Math.round(Theme.text * 1.5)
                    bold: true
                }
            }
        }
    }
    Card {
        Layout.fillWidth: true
        visible: page.viewModel.item !== "" || page.viewModel.isVeiled

        ColumnLayout {
            width: parent.width
            spacing: Theme.gap

            Fact {
                label: page.say.of("confirm.payer")
                value: page.viewModel.payer
                valuePx: Theme.large
                bold: true
            }
            Fact {
                label: page.say.of("confirm.item")
                value: page.viewModel.item
                valuePx: Theme.large
                bold: true
            }
            Fact {
                label: page.say.of("confirm.agency")
                value: page.viewModel.agency
                valuePx: Theme.large
            }
            Veil {
                visible: page.viewModel.isVeiled
                chars: 11
            }
            Veil {
                visible: page.viewModel.isVeiled
                chars: 8
            }
        }
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.receiptLater
        picture: "printer"
        tone: "remember"
    }
    actions: [
        Total {
            label: page.say.of("confirm.total")
            amount: page.viewModel.total
            isVeiled: page.viewModel.isVeiled
        },
        PrimaryButton {
            Layout.fillWidth: true
            text: page.viewModel.agreeLabel
            onClicked: page.viewModel.agree()
        },
        QuietButton {
            Layout.fillWidth: true
            text: page.say.of("confirm.cancel")
            picture: "back"
            onClicked: page.viewModel.back()
        }
    ]
    VeilTouch {
        parent: page
        shown: page.viewModel.isVeiled
        text: page.say.of("bills.veiled")
    }
}
