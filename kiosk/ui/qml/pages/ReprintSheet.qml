pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.ViewModels
import "../controls"

Sheet {
    id: sheet

    required property BillsViewModel viewModel

    title: look.words.of("reprint.title")
    subtitle: look.words.of("reprint.subtitle")
    closeText: look.words.of("chrome.back")

    Repeater {
        model: sheet.viewModel.printed
        delegate: ReceiptCard {
            required property string receiptNo
            required property string paidOn
            required property string reprintName
            paid: paidOn
            picture: "copy"
            actionText: sheet.look.words.of("reprint.one")
            actionName: reprintName
            onActed: sheet.viewModel.reprint(receiptNo)
        }
    }
    PageTurner {
        rows: sheet.viewModel.printed
        say: sheet.look.words
        onTurned: sheet.toTop()
    }
}
