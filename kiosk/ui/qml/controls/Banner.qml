pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// One sentence in the colour of what it means; gone when it has nothing to say.
Card {
    id: banner

    property string text: ""
    property string picture: "info"
    property bool bold: false
    property int textSize: Theme.text

    visible: text !== ""
    tone: "info"
    padding: Theme.gap + 4

    Icon {
        id: icon
        name: banner.picture
        side: Math.round(banner.textSize * 1.5)
        tint: Theme.textOf(banner.tone)
        anchors.verticalCenter: words.verticalCenter
    }
    Label {
        id: words
        anchors.left: icon.right
        anchors.leftMargin: 18
        anchors.right: parent?.right
        text: banner.text
        color: Theme.textOf(banner.tone)
        font.bold: banner.bold
        font.pixelSize: banner.textSize
    }
}
