pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A second way out: outlined, never louder than the primary action.
Touch {
    id: control

    property string picture: ""
    property int textSize: Theme.text
    property color tint: Theme.ink
    property bool bold: false
    property bool round: true
    property bool bare: false // no room for the picture
    readonly property bool pictured: picture !== "" && !bare

    background: Rectangle {
        radius: control.round ? height / 2 : Theme.radius
        color: control.down ? Theme.accentSoft : Theme.card
        border.width: Theme.border
        border.color: control.enabled ? Theme.outline : Theme.line
    }
    contentItem: RowLayout {
        spacing: 14

        Item {
            Layout.fillWidth: true
        }
        Icon {
            name: control.picture
            visible: control.pictured
            tint: control.enabled ? control.tint : Theme.overDisabled
            side: Math.round(control.textSize * 1.2)
        }
        Label {
            text: control.text
            visible: control.text !== ""
            font.pixelSize: control.textSize
            font.bold: control.bold
            color: control.enabled ? control.tint : Theme.overDisabled
            horizontalAlignment: Text.AlignHCenter
            Layout.maximumWidth: control.availableWidth - (control.pictured ? control.textSize * 1.2 + 3 * parent.spacing : 0)
            Accessible.ignored: true
        }
        Item {
            Layout.fillWidth: true
        }
    }
}
