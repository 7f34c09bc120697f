pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property DoneViewModel viewModel

    title: viewModel.title
    asideFirst: true
    emblem: receipts.count > 2 && !viewModel.isCalm ? "" : viewModel.isCalm ? "check" : "receipt"
    emblemTone: viewModel.isCalm ? "good" : "remember"

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
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.takeStrip || page.viewModel.retracted
        picture: "receipt"
        tone: "remember"
    }
    Repeater {
        id: receipts
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
    PageTurner {
        rows: page.viewModel.items
        say: page.say
        onTurned: page.toTop()
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.later
        picture: "receipt"
        tone: "info"
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

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

                Total {
                    label: page.say.of("done.paid")
                    labelTint: Theme.jadeText
                    amount: page.viewModel.paid
                    tint: Theme.jadeText
                    bold: true
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
    }
    actions: [
        Label {
            Layout.fillWidth: true
            text: page.viewModel.countdown
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
        },
        Banner {
            Layout.fillWidth: true
            text: page.viewModel.stillDue
            picture: "coins"
            tone: "remember"
            bold: true
        },
        QuietButton {
            Layout.fillWidth: true
            visible: text !== ""
            text: page.viewModel.payRest
            tint: Theme.accentText
            onClicked: page.viewModel.payTheRest()
        },
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("done.finish")
            onClicked: page.viewModel.finish()
        }
    ]
}
