pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property PrintingViewModel viewModel

    title: viewModel.title
    subtitle: page.say.of("printing.subtitle")
    panel: Theme.beside
    asideFirst: true

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.late || page.viewModel.paid
        picture: "check"
        tone: "good"
        bold: true
        textSize: Theme.large
    }
    Repeater {
        model: page.viewModel.items
        delegate: ItemCard {
            required property var model
            stateText: model.state
            stateTone: model.tone
        }
    }
    PageTurner {
        rows: page.viewModel.items
        say: page.say
        onTurned: page.toTop()
    }
    aside: Card {
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.small ? 300 : 460

        PaperSlot {
            anchors.fill: parent
            slotText: page.say.of("printing.slot_label")
            Accessible.name: page.say.of("printing.slot")
        }
    }
}
