pragma ComponentBehavior: Bound
import QtQuick

import Kiosk.ViewModels
import "../qml/controls"
import "../qml/theme"

// The resident's phone with the cashier page.
Rectangle {
    id: phone

    required property DockViewModel viewModel
    readonly property Words say: viewModel.words
    readonly property bool isOpen: viewModel.stage === "opened"

    radius: 34
    color: "#15181F"

    Rectangle {
        anchors.fill: parent
        anchors.margins: 10
        radius: 26
        color: Theme.paper

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            y: 10
            width: 70
            height: 6
            radius: 3
            color: "#15181F"
        }
        Column {
            anchors.fill: parent
            anchors.margins: 18
            anchors.topMargin: 36
            spacing: 10
            visible: phone.isOpen

            Label {
                width: parent.width
                text: phone.say.of("dock.phone_amount")
                color: Theme.soft
                font.pixelSize: 14
                horizontalAlignment: Text.AlignHCenter
            }
            Label {
                width: parent.width
                text: phone.viewModel.amount
                font.pixelSize: 36
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: 18
                wrapMode: Text.NoWrap
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
            }
            Rectangle {
                width: parent.width
                height: 1
                color: Theme.line
            }
            Column {
                width: parent.width

                Label {
                    width: parent.width
                    text: phone.say.of("dock.phone_payee")
                    color: Theme.soft
                    font.pixelSize: 13
                }
                Label {
                    width: parent.width
                    text: phone.viewModel.payee
                    font.pixelSize: 15
                }
            }
            Column {
                width: parent.width

                Label {
                    width: parent.width
                    text: phone.say.of("dock.phone_item")
                    color: Theme.soft
                    font.pixelSize: 13
                }
                Label {
                    width: parent.width
                    text: phone.viewModel.items
                    font.pixelSize: 15
                }
            }
        }
        Column {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            anchors.margins: 18
            spacing: 8
            visible: phone.isOpen

            Repeater {
                model: phone.viewModel.wallets
                delegate: DockButton {
                    required property string key
                    required property string label
                    required property int index
                    width: parent?.width ?? 0
                    text: label
                    loud: index === 0
                    onClicked: phone.viewModel.pay(key)
                }
            }
            DockButton {
                width: parent.width
                text: phone.say.of("dock.phone_decline")
                onClicked: phone.viewModel.decline()
            }
            DockButton {
                width: parent.width
                text: phone.say.of("dock.phone_late")
                onClicked: phone.viewModel.payLate()
            }
        }
        Column {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.margins: 22
            spacing: 20
            visible: !phone.isOpen

            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                name: phone.viewModel.stage === "paid" ? "check" : phone.viewModel.stage === "closed" || phone.viewModel.stage === "declined" ? "close" : "scan"
                tint: phone.viewModel.stage === "paid" ? Theme.jadeText : Theme.accentText
                side: 72
            }
            Label {
                width: parent.width
                visible: phone.viewModel.stage === "paid"
                text: phone.viewModel.amount
                font.pixelSize: 28
                font.bold: true
                color: Theme.jadeText
                horizontalAlignment: Text.AlignHCenter
            }
            Label {
                width: parent.width
                text: phone.viewModel.message
                font.pixelSize: 16
                horizontalAlignment: Text.AlignHCenter
            }
            DockButton {
                width: parent.width
                visible: phone.viewModel.stage === "ready"
                text: phone.say.of("dock.phone_open")
                loud: true
                implicitHeight: 48
                onClicked: phone.viewModel.openPhone()
            }
        }
    }
}
