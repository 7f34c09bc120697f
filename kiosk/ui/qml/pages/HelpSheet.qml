pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Sheet {
    id: sheet

    required property HelpViewModel viewModel

    title: look.words.of("help.title")

    Banner {
        Layout.fillWidth: true
        text: sheet.look.words.of("help.staff")
        picture: "person"
        tone: "info"
    }
    Card {
        Layout.fillWidth: true
        visible: sheet.viewModel.phone !== ""

        Icon {
            id: phone
            name: "phone"
            tint: Theme.accentText
            side: Math.round(Theme.text * 2)
        }
        Column {
            anchors.left: phone.right
            anchors.leftMargin: Theme.gap
            anchors.right: parent?.right
            spacing: 6

            Label {
                width: parent.width
                text: sheet.look.words.of("help.phone")
                color: Theme.soft
            }
            Label {
                width: parent.width
                text: sheet.viewModel.phone
                font.pixelSize: Theme.amount
                font.bold: true
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.text
                wrapMode: Text.NoWrap
            }
        }
    }
    InquiryCode {
        label: sheet.look.words.of("help.code")
        code: sheet.viewModel.inquiryCode
    }
    Banner {
        Layout.fillWidth: true
        visible: sheet.viewModel.mayPayElsewhere
        text: sheet.look.words.of("help.counter")
        picture: "coins"
        tone: "plain"
    }
}
