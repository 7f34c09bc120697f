pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// A state in two or three words.
Rectangle {
    id: chip

    property string text: ""
    property string tone: "info"

    implicitWidth: words.implicitWidth + 36
    implicitHeight: words.height + 14
    radius: Math.min(height, Theme.text + 14) / 2
    color: Theme.softOf(tone)
    border.width: Theme.border === 2 && tone !== "plain" ? 0 : 2
    border.color: tone === "plain" ? Theme.line : Theme.textOf(tone)

    Label {
        id: words
        anchors.centerIn: parent
        width: Math.min(implicitWidth, chip.width - 36)
        text: chip.text
        color: Theme.textOf(chip.tone)
        font.pixelSize: Theme.secondary
        font.bold: true
    }
}
