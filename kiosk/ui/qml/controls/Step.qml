pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One thing that is asked for, and whether the answer came.
RowLayout {
    id: step

    required property string label
    required property string answer
    required property bool done

    spacing: Theme.gap

    Rectangle {
        implicitWidth: Math.round(Theme.text * 2.2)
        implicitHeight: implicitWidth
        radius: height / 2
        color: step.done ? Theme.jadeSoft : Theme.accentSoft

        Icon {
            anchors.centerIn: parent
            visible: step.done
            name: "check"
            tint: Theme.jadeText
            side: Math.round(Theme.text * 1.4)
        }
        Busy {
            anchors.centerIn: parent
            visible: !step.done
            dot: Math.round(Theme.text * 0.22)
        }
    }
    Label {
        text: step.label
        font.pixelSize: Theme.large
        Layout.fillWidth: true
        font.bold: true
    }
    Label {
        text: step.answer
        color: step.done ? Theme.jadeText : Theme.soft
        horizontalAlignment: Text.AlignRight
        Layout.maximumWidth: step.width * 0.5
    }
}
