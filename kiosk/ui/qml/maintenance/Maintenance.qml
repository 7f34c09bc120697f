pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.ViewModels
import "../controls"
import "../theme"

// The staff's screen, above everything that residents see.
Rectangle {
    id: maintenance

    required property LookViewModel look
    required property MaintenanceViewModel viewModel
    readonly property Words say: look.words

    color: Theme.paper

    DeskHeader {
        id: header
        anchors.top: parent.top
        width: parent.width
        z: 1
        say: maintenance.say
        account: maintenance.viewModel.account
        onLeave: maintenance.viewModel.leave()
    }
    Item {
        anchors.top: header.bottom
        anchors.bottom: footer.top
        width: parent.width

        DeskPage {
            anchors.fill: parent
            look: maintenance.look
            viewModel: maintenance.viewModel
        }
    }
    Footer {
        id: footer
        anchors.bottom: parent.bottom
        width: parent.width
        z: 1
        withHelp: false
        look: maintenance.look
    }
}
