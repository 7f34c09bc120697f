pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// A column that scrolls: by finger, and by two large buttons that appear when it is too long.
Item {
    id: scroll

    required property string upText
    required property string downText
    property int spacing: Theme.gap
    default property alias content: column.data
    readonly property bool isLong: column.height > height + 1

    Flickable {
        id: flick
        anchors.fill: parent
        anchors.bottomMargin: scroll.isLong ? buttons.height + Theme.gap : 0
        contentWidth: width
        contentHeight: column.height
        boundsBehavior: Flickable.StopAtBounds
        interactive: scroll.isLong
        clip: scroll.isLong

        ColumnLayout {
            id: column
            width: flick.width
            spacing: scroll.spacing
        }
    }
    Rectangle {
        anchors.right: parent.right
        anchors.rightMargin: -Theme.margin / 2
        visible: scroll.isLong
        width: 8
        radius: 4
        color: Theme.outline
        y: flick.height * flick.visibleArea.yPosition
        height: flick.height * flick.visibleArea.heightRatio
    }
    RowLayout {
        id: buttons
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        visible: scroll.isLong
        spacing: Theme.gap

        QuietButton {
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            text: scroll.upText
            picture: "up"
            enabled: !flick.atYBeginning
            onClicked: scroll.move(-1)
        }
        QuietButton {
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            text: scroll.downText
            picture: "down"
            enabled: !flick.atYEnd
            onClicked: scroll.move(1)
        }
    }
    NumberAnimation {
        id: glide
        target: flick
        property: "contentY"
        duration: Theme.calm
        easing.type: Easing.OutCubic
    }

    function toTop(): void {
        glide.stop();
        flick.contentY = 0;
    }

    function move(direction: int): void {
        const last = Math.max(0, flick.contentHeight - flick.height);
        glide.to = Math.min(last, Math.max(0, flick.contentY + direction * flick.height * 0.8));
        glide.restart();
    }
}
