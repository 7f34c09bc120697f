pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property CheckingViewModel viewModel

    title: page.say.of("checking.title")
    subtitle: viewModel.cause
    panel: false
    emblem: "clock"
    emblemTone: "remember"

    Card {
        Layout.fillWidth: true

        ColumnLayout {
            width: parent.width
            spacing: Theme.gap

            Busy {
                Layout.alignment: Qt.AlignHCenter
                Layout.topMargin: Theme.gap
            }
            Label {
                Layout.fillWidth: true
                text: page.say.of("checking.patience")
                color: Theme.soft
                horizontalAlignment: Text.AlignHCenter
            }
            Divider {}
            Total {
                label: page.say.of("checking.amount")
                amount: page.viewModel.amount
            }
        }
    }
    Explained {
        tone: "stop"
        picture: "stop"
        label: page.say.of("checking.no_double_why")
        text: page.say.of("checking.no_double")
        bold: true
    }
}
