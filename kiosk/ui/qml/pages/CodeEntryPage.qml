pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property CodeEntryViewModel viewModel

    // With large text the sentence goes, so that field and keypad stay on one screen.
    readonly property bool tight: Theme.elder

    title: viewModel.title
    titlePx: tight ? Math.round(Theme.text * 1.25) : Theme.title
    subtitle: tight ? "" : viewModel.subtitle

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.notice
        picture: "warning"
        tone: "remember"
        bold: true
        textSize: Theme.chrome
    }
    RowLayout {
        Layout.fillWidth: true
        visible: !(page.tight && page.viewModel.notice !== "")
        spacing: 16

        Tab {
            text: page.say.of("code_entry.use_code")
            on: !page.viewModel.enterprise
            onClicked: page.viewModel.choose(false)
        }
        Tab {
            text: page.say.of("code_entry.use_enterprise")
            on: page.viewModel.enterprise
            onClicked: page.viewModel.choose(true)
        }
    }
    Card {
        Layout.fillWidth: true
        padding: Theme.gap
        border.color: Theme.accentText

        Column {
            anchors.left: parent?.left
            anchors.right: parent?.right
            spacing: page.tight ? 0 : 8

            Label {
                width: parent.width
                text: page.viewModel.field || "—"
                font.pixelSize: Math.round(Theme.chrome * 1.5)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: 28
                font.bold: true
                wrapMode: Text.NoWrap
                color: page.viewModel.field ? Theme.ink : Theme.soft
                Accessible.name: page.say.of("code_entry.field") + " " + page.viewModel.field
            }
            Label {
                width: parent.width
                text: page.viewModel.progress
                font.pixelSize: Math.min(Theme.secondary, Theme.chrome)
                color: page.viewModel.canSubmit ? Theme.jadeText : Theme.soft
            }
        }
    }
    actions: [
        Keypad {
            Layout.fillWidth: true
            say: page.say
            withLetters: page.viewModel.enterprise
            onPressed: key => page.viewModel.press(key)
            onBackspace: page.viewModel.backspace()
            onCleared: page.viewModel.clear()
        },
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("code_entry.submit")
            enabled: page.viewModel.canSubmit
            onClicked: page.viewModel.submit()
        }
    ]
}
