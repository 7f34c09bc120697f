pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

// No network: which fee, then how much.
Page {
    id: page

    required property FeeViewModel viewModel

    title: viewModel.title
    subtitle: viewModel.subtitle

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.drill
        picture: "info"
        tone: "stop"
        bold: true
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.notice
        picture: "warning"
        tone: "remember"
    }
    GridLayout {
        Layout.fillWidth: true
        visible: !page.viewModel.hasFee
        columns: Theme.elder || Theme.small ? 1 : 2
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap

        Repeater {
            model: page.viewModel.fees
            delegate: Choice {
                id: fee
                required property string itemCode
                required property string title
                required property string amounts
                text: title
                hint: amounts
                implicitHeight: Math.max(Theme.primary + 20, implicitContentHeight + 2 * Theme.gap)
                onClicked: page.viewModel.choose(fee.itemCode)
            }
        }
    }
    GridLayout {
        Layout.fillWidth: true
        visible: page.viewModel.hasFee
        columns: 2
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap

        Repeater {
            model: page.viewModel.amounts
            delegate: AmountChoice {
                id: choice
                required property int amountFen
                required property string amount
                required property bool isChosen
                text: amount
                on: isChosen
                onClicked: page.viewModel.chooseAmount(choice.amountFen)
            }
        }
    }
    Banner {
        Layout.fillWidth: true
        text: page.say.of("fee.paid_already")
        picture: "stop"
        tone: "stop"
        bold: true
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Card {
            Layout.fillWidth: true
            visible: page.viewModel.agency !== ""

            Fact {
                width: parent.width
                label: page.say.of("pay.payee")
                value: page.viewModel.agency
                bold: true
            }
        }
        Banner {
            Layout.fillWidth: true
            text: page.viewModel.hasFee ? page.say.of("fee.not_there") : page.say.of("fee.how")
            picture: page.viewModel.hasFee ? "info" : "mobile"
        }
    }
    actions: [
        Total {
            visible: page.viewModel.hasFee
            label: page.say.of("pay.amount")
            amount: page.viewModel.total
        },
        PrimaryButton {
            Layout.fillWidth: true
            visible: page.viewModel.hasFee
            enabled: page.viewModel.canTake
            text: page.say.of("fee.take")
            onClicked: page.viewModel.take()
        },
        QuietButton {
            Layout.fillWidth: true
            text: page.viewModel.hasFee ? page.say.of("fee.other") : page.say.of("fee.leave")
            picture: "back"
            onClicked: page.viewModel.back()
        }
    ]
}
