pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// Below a list that is shown by the page: which part this is, and the way to the others.
ColumnLayout {
    id: turner

    required property PagedRows rows
    required property Words say

    signal turned

    Layout.fillWidth: true
    visible: rows.isPaged
    spacing: 12

    Label {
        Layout.fillWidth: true
        text: turner.rows.note
        color: Theme.soft
        horizontalAlignment: Text.AlignHCenter
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        QuietButton {
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            text: turner.say.of("chrome.earlier")
            enabled: turner.rows.hasEarlier
            onClicked: {
                turner.rows.earlier();
                turner.turned();
            }
        }
        QuietButton {
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            text: turner.say.of("chrome.later")
            enabled: turner.rows.hasLater
            onClicked: {
                turner.rows.later();
                turner.turned();
            }
        }
    }
}
