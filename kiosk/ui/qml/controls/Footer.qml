pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// Text size, contrast, language and a human: on every page, in the same place.
Rectangle {
    id: footer

    required property LookViewModel look
    readonly property Words say: look.words

    property bool withHelp: true

    signal helpWanted

    implicitHeight: row.implicitHeight + 2 * (Theme.small ? 14 : 20)
    color: Theme.card

    Rectangle {
        width: parent.width
        height: Theme.border
        color: Theme.line
    }
    RowLayout {
        id: row
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.landscape ? Theme.margin : Theme.margin * 0.7
        anchors.rightMargin: anchors.leftMargin
        spacing: 18

        FooterButton {
            text: footer.say.of("chrome.text_size")
            picture: "text_size"
            steps: 4
            step: footer.look.sizeStep
            onClicked: footer.look.nextTextSize()
        }
        FooterButton {
            text: footer.say.of("chrome.contrast")
            picture: "contrast"
            steps: 4
            step: footer.look.contrastStep
            onClicked: footer.look.nextContrast()
        }
        FooterButton {
            text: footer.say.of("chrome.other_language")
            picture: "globe"
            onClicked: footer.look.switchLanguage()
        }
        FooterButton {
            visible: footer.withHelp
            text: footer.say.of("chrome.help")
            picture: "help"
            bold: true
            onClicked: footer.helpWanted()
        }
    }
}
