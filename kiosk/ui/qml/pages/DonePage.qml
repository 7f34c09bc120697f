import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property DoneViewModel viewModel

    title: viewModel.title

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.takeCard
        picture: "card"
        tone: "remember"
        bold: true
        textSize: Theme.large
    }
    Card {
        Layout.fillWidth: true
        tone: "good"
        visible: page.viewModel.paid !== ""

        ColumnLayout {
            width: parent.width
            spacing: 8

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap

                Icon {
                    name: "check"
                    tint: Theme.jadeText
                    side: Math.round(Theme.text * 1.6)
                }
                Label {
                    Layout.fillWidth: true
                    text: page.say.of("done.paid")
                    color: Theme.jadeText
                    font.bold: true
                }
                Label {
                    text: page.viewModel.paid
                    color: Theme.jadeText
                    font.pixelSize: Theme.amount
                    font.bold: true
                    wrapMode: Text.NoWrap
                }
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.late
                visible: text !== ""
                color: Theme.jadeText
            }
            Label {
                Layout.fillWidth: true
                text: page.viewModel.inquiryCode
                visible: text !== ""
                color: Theme.jadeText
                font.pixelSize: Theme.secondary
            }
        }
    }
    Label {
        Layout.fillWidth: true
        text: page.viewModel.nothing
        visible: text !== ""
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.doubt
        picture: "warning"
        tone: "remember"
    }
    Repeater {
        model: page.viewModel.items
        delegate: ItemCard {
            required property var model
            stateText: model.state
            stateTone: model.tone
            actionText: page.say.of("done.reprint")
            actionName: model.reprintName
            canAct: model.canReprint
            onActed: page.viewModel.reprint(model.receiptNo)
        }
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.later
        picture: "receipt"
        tone: "info"
    }
    actions: [
        Label {
            Layout.fillWidth: true
            text: page.viewModel.countdown
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
        },
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("done.finish")
            onClicked: page.viewModel.finish()
        }
    ]
}
