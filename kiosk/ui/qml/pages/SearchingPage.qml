pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property SearchingViewModel viewModel

    title: viewModel.title
    subtitle: viewModel.subtitle
    panel: false
    emblem: "search"

    Card {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap

        ColumnLayout {
            width: parent.width
            spacing: Theme.pad

            Step {
                label: page.say.of("searching.bills")
                answer: page.viewModel.bills
                done: page.viewModel.hasBills
            }
            Divider {}
            Step {
                label: page.say.of("searching.receipts")
                answer: page.viewModel.receipts
                done: page.viewModel.hasReceipts
            }
        }
    }
}
