import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property CodeEntryViewModel viewModel

    title: viewModel.title
    subtitle: viewModel.subtitle

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.notice
        picture: "warning"
        tone: "remember"
        bold: true
    }
    RowLayout {
        Layout.fillWidth: true
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
        border.color: Theme.accentText

        Column {
            anchors.left: parent?.left
            anchors.right: parent?.right
            spacing: 10

            Label {
                width: parent.width
                text: page.viewModel.field || "—"
                font.pixelSize: Math.round(Theme.text * 1.45)
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
                font.pixelSize: Theme.secondary
                color: page.viewModel.canSubmit ? Theme.jadeText : Theme.soft
            }
        }
    }
    aside: Keypad {
        Layout.fillWidth: true
        say: page.say
        withLetters: page.viewModel.enterprise
        onPressed: key => page.viewModel.press(key)
        onBackspace: page.viewModel.backspace()
        onCleared: page.viewModel.clear()
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            text: page.say.of("code_entry.submit")
            enabled: page.viewModel.canSubmit
            onClicked: page.viewModel.submit()
        },
        QuietButton {
            Layout.fillWidth: true
            text: page.say.of("chrome.back")
            picture: "back"
            onClicked: page.viewModel.back()
        }
    ]
}
