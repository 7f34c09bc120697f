pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// The frame of every page: title, content that scrolls when it must, and the actions, always
// in the same place: low on a portrait screen, low on the right of a landscape one.
Item {
    id: page

    required property LookViewModel look
    readonly property Words say: look.words

    property string title: ""
    property string subtitle: ""
    property int titlePx: Theme.title
    property color titleColor: Theme.ink
    property string emblem: "" // a picture above the title of a page with few words
    property string emblemTone: "info"
    property bool asideFirst: false // portrait: above the content instead of below it
    property bool covered: false // by a sheet: nothing below it can be seen, touched or read out
    default property alias content: body.data
    property alias aside: side.data
    property alias actions: action.data
    property alias panel: panelBox.visible

    function toTop(): void {
        scroll.toTop();
    }

    Item {
        id: frame
        anchors.fill: parent
        visible: !page.covered

        Scroll {
            id: scroll
            anchors.left: parent.left
            anchors.top: parent.top
            anchors.leftMargin: Theme.margin
            anchors.topMargin: Theme.landscape ? Theme.margin * 0.6 : Theme.margin * 0.75
            anchors.bottom: Theme.landscape || !panelBox.visible ? parent.bottom : panelBox.top
            anchors.bottomMargin: Theme.gap
            width: (Theme.landscape && panelBox.visible ? panelBox.x : parent.width - Theme.margin) - Theme.margin - (Theme.landscape && panelBox.visible ? Theme.margin * 0.7 : 0)
            upText: page.say.of("chrome.page_up")
            downText: page.say.of("chrome.page_down")

            ColumnLayout {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.landscape ? 0 : Theme.gap / 2
                spacing: 10

                Rectangle {
                    visible: page.emblem !== "" && Theme.emblems
                    Layout.topMargin: Theme.margin / 2
                    Layout.bottomMargin: Theme.gap
                    implicitWidth: 148
                    implicitHeight: 148
                    radius: 74
                    color: Theme.softOf(page.emblemTone)
                    border.width: Theme.border === 2 ? 0 : Theme.border
                    border.color: Theme.textOf(page.emblemTone)

                    Icon {
                        anchors.centerIn: parent
                        name: page.emblem
                        tint: Theme.textOf(page.emblemTone)
                        side: 80
                    }
                }
                Label {
                    Layout.fillWidth: true
                    text: page.title
                    color: page.titleColor
                    font.pixelSize: page.titlePx
                    font.bold: true
                    lineHeight: 0.9
                    Accessible.role: Accessible.Heading
                }
                Label {
                    Layout.fillWidth: true
                    text: page.subtitle
                    visible: text !== ""
                    color: Theme.soft
                }
            }
            Item {
                id: above
                Layout.fillWidth: true
                Layout.preferredHeight: side.height
                visible: side.parent === above
            }
            ColumnLayout {
                id: body
                Layout.fillWidth: true
                spacing: Theme.gap
            }
            Item {
                id: below
                Layout.fillWidth: true
                Layout.preferredHeight: side.height
                visible: side.parent === below && side.children.length > 0
            }
        }
        Rectangle {
            id: panelBox
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            width: Theme.landscape ? Math.round(parent.width * 0.4) : parent.width
            height: Theme.landscape ? parent.height : action.height + 2 * Theme.pad
            color: Theme.card

            Rectangle {
                width: Theme.landscape ? Theme.border : parent.width
                height: Theme.landscape ? parent.height : Theme.border
                color: Theme.line
            }
            Item {
                id: beside
                anchors.left: parent.left
                anchors.right: parent.right
                anchors.top: parent.top
                anchors.bottom: action.top
                anchors.margins: Theme.margin * 0.7
            }
            ColumnLayout {
                id: action
                anchors.left: parent.left
                anchors.right: parent.right
                anchors.bottom: parent.bottom
                anchors.leftMargin: Theme.landscape ? Theme.margin * 0.7 : Theme.margin
                anchors.rightMargin: Theme.landscape ? Theme.margin * 0.7 : Theme.margin
                anchors.bottomMargin: Theme.pad
                spacing: Theme.gap
            }
        }
        ColumnLayout {
            id: side
            parent: Theme.beside ? beside : page.asideFirst ? above : below
            width: parent?.width ?? 0
            spacing: Theme.gap
        }
    }
}
