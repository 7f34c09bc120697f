pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A way to begin: a picture, what it is, and what one needs for it.
Touch {
    id: control

    required property string picture
    property string hint: ""

    Layout.fillWidth: true
    Layout.fillHeight: true
    Layout.preferredWidth: 1
    leftPadding: Theme.gap
    rightPadding: Theme.gap
    topPadding: Theme.gap
    bottomPadding: Theme.gap
    Accessible.description: hint
    background: Rectangle {
        radius: Theme.radius
        color: control.down ? Theme.accentSoft : Theme.card
        border.width: Theme.border
        border.color: Theme.outline
    }
    contentItem: RowLayout {
        spacing: 20

        Rectangle {
            Layout.alignment: Qt.AlignTop
            implicitWidth: Math.round(Theme.text * 2)
            implicitHeight: implicitWidth
            radius: 16
            color: Theme.accentSoft

            Icon {
                anchors.centerIn: parent
                name: control.picture
                tint: Theme.accentText
                side: Math.round(Theme.text * 1.4)
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.alignment: Qt.AlignVCenter
            spacing: 2

            Label {
                Layout.fillWidth: true
                text: control.text
                font.bold: true
                font.pixelSize: Theme.text + 2
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                text: control.hint
                color: Theme.soft
                font.pixelSize: Theme.secondary
                Accessible.ignored: true
            }
        }
    }
}
