pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property SwapViewModel viewModel

    title: page.say.of("swap.title")
    emblem: "card"

    Explained {
        picture: "card"
        label: page.say.of("attract.reader")
        text: page.say.of("swap.body")
    }
    Explained {
        picture: "shield"
        tone: "good"
        label: page.say.of("trouble.label_money")
        text: page.say.of("swap.money")
    }
    aside: Countdown {
        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.gap
        seconds: page.viewModel.seconds
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("swap.refuse")
            onClicked: page.viewModel.refuse()
        },
        QuietButton {
            Layout.fillWidth: true
            text: page.say.of("swap.accept")
            picture: "card"
            onClicked: page.viewModel.accept()
        }
    ]
}
