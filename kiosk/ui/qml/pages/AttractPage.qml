pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property AttractViewModel viewModel

    readonly property int banners: (viewModel.notice ? 1 : 0) + (viewModel.noPaper ? 1 : 0) + (viewModel.news ? (Theme.landscape ? 3 : 2) : 0)
    readonly property int pictureHeight: {
        if (Theme.landscape)
            return !Theme.beside ? 280 : (Theme.small ? 400 : 540) - 120 * banners;
        return (Theme.text > 45 ? 440 : Theme.text > 40 ? 540 : 700) - 120 * banners;
    }

    title: viewModel.title
    subtitle: viewModel.subtitle
    panel: Theme.beside

    transform: Translate {
        x: page.viewModel.driftRightPx
        y: page.viewModel.driftDownPx
    }

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.notice
        picture: "warning"
        tone: "remember"
        bold: true
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.noPaper
        picture: "printer"
        tone: "remember"
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.news
        picture: "info"
    }
    Card {
        Layout.fillWidth: true
        Layout.preferredHeight: page.pictureHeight
        visible: page.viewModel.readsCards

        CardOnReader {
            anchors.fill: parent
            readerText: page.say.of("attract.reader")
            Accessible.name: page.say.of("attract.picture")
        }
    }
    Banner {
        Layout.fillWidth: true
        text: page.say.of("attract.take_back")
        visible: page.viewModel.readsCards && !page.viewModel.isDrill && !page.viewModel.news && !Theme.elder && !Theme.landscape
        picture: "card"
        tone: "remember"
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Label {
            Layout.fillWidth: true
            text: page.say.of("attract.without_card")
            visible: page.viewModel.readsCards
            color: Theme.soft
        }
        GridLayout {
            Layout.fillWidth: true
            columns: Theme.beside || (!Theme.landscape && Theme.elder) ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            Choice {
                picture: "scan"
                text: page.say.of("attract.code")
                hint: page.say.of("attract.code_hint")
                onClicked: page.viewModel.enterCode()
            }
            Choice {
                picture: "building"
                text: page.say.of("attract.enterprise")
                hint: page.say.of("attract.enterprise_hint")
                onClicked: page.viewModel.enterEnterprise()
            }
        }
        Choice {
            visible: page.viewModel.isDrill
            picture: "link_down"
            text: page.say.of("attract.drill")
            hint: page.say.of("attract.drill_hint")
            onClicked: page.viewModel.practise()
        }
        Card {
            Layout.fillWidth: true
            visible: !(page.viewModel.isDrill && Theme.landscape)
            tone: "info"
            padding: Theme.gap

            Icon {
                id: shield
                name: "shield"
                tint: Theme.accentText
                side: Math.round(Theme.text * 1.7)
            }
            Column {
                anchors.left: shield.right
                anchors.leftMargin: 18
                anchors.right: parent?.right
                spacing: 4

                Label {
                    width: parent.width
                    text: page.say.of("attract.privacy_title")
                    color: Theme.accentText
                    font.bold: true
                }
                Label {
                    width: parent.width
                    text: page.say.of("attract.privacy")
                    font.pixelSize: Theme.secondary
                }
            }
        }
    }
}
