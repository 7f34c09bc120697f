pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// Something to read or choose above a page, which is covered meanwhile.
Rectangle {
    id: sheet

    required property LookViewModel look
    property string title: ""
    property string closeText: look.words.of("chrome.close")
    property bool shown: false
    default property alias content: frame.content
    property alias actions: frame.actions
    property alias aside: frame.aside
    property string subtitle: ""

    signal closed

    function toTop(): void {
        frame.toTop();
    }

    anchors.fill: parent
    color: Theme.paper
    visible: shown
    opacity: shown ? 1 : 0
    Behavior on opacity {
        NumberAnimation {
            duration: Theme.calm
        }
    }

    Page {
        id: frame
        anchors.fill: parent
        look: sheet.look
        title: sheet.title
        subtitle: sheet.subtitle
        actions: PrimaryButton {
            Layout.fillWidth: true
            text: sheet.closeText
            onClicked: sheet.closed()
        }
    }
}
