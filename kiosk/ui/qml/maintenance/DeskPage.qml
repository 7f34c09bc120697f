pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

// Draws every maintenance page from its value: see viewmodels/maintenance_page.py.
Page {
    id: page

    required property MaintenanceViewModel viewModel
    readonly property bool typing: viewModel.keypad !== ""
    readonly property bool tight: Theme.elder && typing
    readonly property string place: viewModel.place
    readonly property string message: viewModel.message

    // Another page, and the answer to an act, are read from the top.
    onPlaceChanged: toTop()
    onMessageChanged: {
        if (message !== "")
            toTop();
    }

    title: viewModel.title
    titlePx: tight || Theme.landscape ? Math.round(Theme.text * 1.25) : Math.round(Theme.title * 0.8)
    subtitle: viewModel.subtitle

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.message
        tone: page.viewModel.messageTone
        picture: page.viewModel.messageTone === "good" ? "check" : "warning"
        bold: true
        textSize: page.typing ? Theme.chrome : Theme.text
    }
    Banner {
        Layout.fillWidth: true
        text: page.viewModel.banner
        tone: page.viewModel.bannerTone
        picture: page.viewModel.bannerPicture
        bold: true
        textSize: page.typing ? Theme.chrome : Theme.text
    }
    Busy {
        Layout.topMargin: 10
        visible: page.viewModel.isBusy
    }
    PaperDrawing {
        Layout.fillWidth: true
        visible: page.viewModel.drawing !== ""
        name: page.viewModel.drawing
    }
    ProgressBar {
        Layout.fillWidth: true
        visible: page.viewModel.progress >= 0
        percent: page.viewModel.progress
    }
    Card {
        Layout.fillWidth: true
        visible: page.typing
        padding: Theme.gap
        border.color: Theme.accentText

        Column {
            anchors.left: parent?.left
            anchors.right: parent?.right

            Label {
                width: parent.width
                text: page.viewModel.fieldLabel
                visible: text !== ""
                color: Theme.soft
                font.pixelSize: Math.min(Theme.secondary, Theme.chrome)
            }
            Label {
                width: parent.width
                text: page.viewModel.field || "—"
                font.pixelSize: Math.round(Theme.chrome * 1.5)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: 24
                font.bold: true
                wrapMode: Text.NoWrap
                color: page.viewModel.field ? Theme.ink : Theme.soft
            }
        }
    }
    Repeater {
        model: page.viewModel.rows
        delegate: DeskRow {
            id: line
            onActed: page.viewModel.act(line.key)
        }
    }
    // A layout that loses its last item keeps its height: this one is always there.
    Item {
        Layout.fillWidth: true
        Layout.topMargin: -Theme.gap
        implicitHeight: 1
    }
    // With a keypad below, the quiet actions move up to the content.
    ActionGrid {
        Layout.fillWidth: true
        visible: page.typing
        model: page.typing ? page.viewModel.actions : null
        onActed: key => page.viewModel.act(key)
    }
    actions: [
        Keypad {
            Layout.fillWidth: true
            visible: page.typing
            say: page.say
            withLetters: page.viewModel.keypad === "letters"
            letters: ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"]
            onPressed: key => page.viewModel.pressKey(key)
            onBackspace: page.viewModel.backspace()
            onCleared: page.viewModel.clear()
        },
        ActionGrid {
            Layout.fillWidth: true
            visible: !page.typing
            model: page.typing ? null : page.viewModel.actions
            onActed: key => page.viewModel.act(key)
        },
        PrimaryButton {
            Layout.fillWidth: true
            visible: page.viewModel.primaryText !== ""
            text: page.viewModel.primaryText
            enabled: page.viewModel.canPrimary
            onClicked: page.viewModel.actPrimary()
        }
    ]
}
