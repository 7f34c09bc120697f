pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

Touch {
    id: key

    property string picture: ""
    property bool quiet: false

    Layout.fillWidth: true
    Layout.fillHeight: true
    Layout.preferredWidth: 1
    Layout.preferredHeight: 1
    implicitHeight: 80
    leftPadding: 4
    rightPadding: 4
    background: Rectangle {
        radius: Theme.radius
        color: key.down ? Theme.accentSoft : key.quiet ? Theme.paper : Theme.card
        border.width: Theme.border
        border.color: Theme.outline
    }
    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: key.picture
            visible: key.picture !== ""
            side: Math.round(Theme.chrome * 1.3)
        }
        Label {
            anchors.centerIn: parent
            visible: key.picture === ""
            text: key.text
            wrapMode: Text.NoWrap
            font.bold: !key.quiet
            font.pixelSize: key.quiet ? Theme.chrome : Math.round(Theme.chrome * 1.35)
            Accessible.ignored: true
        }
    }
}
