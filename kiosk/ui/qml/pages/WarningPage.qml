pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

// Are you still here? Covers the page; any touch on it goes on.
Page {
    id: page

    required property WarningViewModel viewModel

    title: page.say.of("warning.title")
    emblem: "clock"
    emblemTone: "remember"
    subtitle: page.say.of("warning.body")

    aside: Countdown {
        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.margin
        seconds: page.viewModel.seconds
        tint: Theme.amberText
    }
    actions: PrimaryButton {
        Layout.fillWidth: true
        text: page.say.of("warning.stay")
        onClicked: page.viewModel.stay()
    }
}
