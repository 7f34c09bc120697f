pragma ComponentBehavior: Bound
import QtQuick

import QtQuick.Layouts
import QtQuick.Window
import Kiosk.ViewModels
import "../qml/controls"
import "../qml/theme"

// Play the resident, the phone and mishaps beside the kiosk's own window.
Window {
    id: dock

    required property DockViewModel viewModel
    readonly property Words say: viewModel.words

    width: 960
    height: 1000
    minimumWidth: 860
    minimumHeight: 760
    title: say.of("dock.title")
    color: Theme.paper

    Rectangle {
        id: head
        width: parent.width
        height: 72
        color: Theme.card

        Column {
            x: 24
            anchors.verticalCenter: parent.verticalCenter

            Label {
                text: dock.say.of("dock.title")
                font.pixelSize: 22
                font.bold: true
            }
            Label {
                text: dock.say.of("dock.subtitle")
                font.pixelSize: 14
                color: Theme.soft
            }
        }
        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: 1
            color: Theme.line
        }
    }
    ColumnLayout {
        anchors.top: head.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.margins: 20
        spacing: 16

        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 16

            ColumnLayout {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredWidth: 300
                spacing: 16

                DockPanel {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    title: dock.say.of("dock.people")
                    hint: dock.say.of("dock.people_hint")

                    ListView {
                        anchors.fill: parent
                        clip: true
                        spacing: 10
                        boundsBehavior: Flickable.StopAtBounds
                        model: dock.viewModel.people
                        delegate: PersonCard {
                            required property int key
                            width: ListView.view?.width ?? 0
                            onReaderText: dock.say.of("dock.on_reader")
                            onClicked: dock.viewModel.touchPerson(key)
                        }
                    }
                }
                DockPanel {
                    Layout.fillWidth: true
                    Layout.preferredHeight: 176
                    title: dock.say.of("dock.scanner")
                    hint: dock.say.of("dock.scan_hint")

                    Rectangle {
                        id: box
                        width: parent.width
                        height: 40
                        radius: 10
                        color: Theme.paper
                        border.width: field.activeFocus ? 2 : 1
                        border.color: field.activeFocus ? Theme.accentText : Theme.outline

                        TextInput {
                            id: field
                            anchors.fill: parent
                            anchors.margins: 10
                            clip: true
                            text: dock.viewModel.sampleCode
                            color: Theme.ink
                            font.family: Theme.family
                            font.pixelSize: 15
                            maximumLength: 512
                            activeFocusOnTab: true
                            Accessible.role: Accessible.EditableText
                            Accessible.name: dock.say.of("dock.scanner") + " " + dock.say.of("dock.scan_hint")
                            onAccepted: dock.viewModel.scan(text)
                        }
                    }
                    DockButton {
                        anchors.top: box.bottom
                        anchors.topMargin: 8
                        width: parent.width
                        text: dock.say.of("dock.scan")
                        onClicked: dock.viewModel.scan(field.text)
                    }
                }
            }
            PhoneView {
                Layout.fillHeight: true
                Layout.preferredWidth: 280
                Layout.maximumHeight: 640
                Layout.alignment: Qt.AlignTop
                viewModel: dock.viewModel
                Accessible.role: Accessible.Pane
                Accessible.name: dock.say.of("dock.phone")
            }
            DockPanel {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredWidth: 300
                title: dock.say.of("dock.printer")

                StripView {
                    anchors.fill: parent
                    viewModel: dock.viewModel
                }
            }
        }
        DockPanel {
            Layout.fillWidth: true
            Layout.preferredHeight: 160
            title: dock.say.of("dock.faults")

            GridLayout {
                anchors.fill: parent
                columns: 4
                columnSpacing: 10
                rowSpacing: 8

                Repeater {
                    model: dock.viewModel.faults
                    delegate: DockButton {
                        required isOn
                        required property string key
                        required property string label
                        Layout.fillWidth: true
                        Layout.preferredWidth: 1
                        text: label
                        onClicked: dock.viewModel.switchFault(key, !isOn)
                    }
                }
            }
        }
    }
}
