pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../controls"
import "../theme"

// One entry of a list: what it is, how it is, and what can be done about it.
Item {
    id: row

    required property string key
    required property string title
    required property string detail
    required property string more
    required property string chip
    required property string tone
    required property string act
    required property string actName
    required property bool isHeading
    readonly property bool narrow: width < Theme.text * 20
    // What would push the title away stands below it.
    readonly property bool stacked: narrow || condition.implicitWidth > width * 0.5

    signal acted

    Layout.fillWidth: true
    implicitHeight: isHeading ? head.implicitHeight + Theme.gap / 2 : card.implicitHeight

    Label {
        id: head
        visible: row.isHeading
        width: parent.width
        anchors.bottom: parent.bottom
        text: row.title
        color: Theme.soft
        font.bold: true
        Accessible.role: Accessible.Heading
    }
    Card {
        id: card
        visible: !row.isHeading
        width: parent.width
        padding: Theme.gap
        tone: row.tone === "plain" || row.tone === "good" ? "" : row.tone

        GridLayout {
            width: parent?.width ?? 0
            columns: row.narrow ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: 12

            ColumnLayout {
                Layout.fillWidth: true
                spacing: 6

                GridLayout {
                    Layout.fillWidth: true
                    columns: row.stacked ? 1 : 2
                    columnSpacing: Theme.gap
                    rowSpacing: 6

                    Label {
                        Layout.fillWidth: true
                        text: row.title
                        font.bold: true
                    }
                    Chip {
                        id: condition

                        visible: row.chip !== ""
                        // Fills to shrink: as wide as its words at most.
                        Layout.fillWidth: row.stacked
                        Layout.minimumWidth: row.stacked ? 0 : implicitWidth
                        Layout.maximumWidth: implicitWidth
                        text: row.chip
                        tone: row.tone
                    }
                }
                Label {
                    Layout.fillWidth: true
                    text: row.detail
                    visible: text !== ""
                }
                Label {
                    Layout.fillWidth: true
                    text: row.more
                    visible: text !== ""
                    color: Theme.soft
                    font.pixelSize: Theme.secondary
                }
            }
            QuietButton {
                visible: row.act !== ""
                Layout.fillWidth: row.narrow
                Layout.minimumWidth: Theme.text * 5
                Layout.alignment: Qt.AlignVCenter
                text: row.act
                name: row.actName
                bold: true
                tint: Theme.accentText
                onClicked: row.acted()
            }
        }
    }
}
