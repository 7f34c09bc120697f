pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Sheet {
    id: sheet

    required property DetailsViewModel viewModel

    title: look.words.of("details.title")
    subtitle: viewModel.title
    shown: viewModel.isShown
    onClosed: viewModel.hide()

    Card {
        Layout.fillWidth: true

        ColumnLayout {
            width: parent.width
            spacing: 18

            Repeater {
                model: sheet.viewModel.lines
                delegate: RowLayout {
                    id: line
                    required property string name
                    required property string quantity
                    required property string amount
                    Layout.fillWidth: true
                    spacing: Theme.gap

                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 2

                        Label {
                            Layout.fillWidth: true
                            text: line.name
                        }
                        Label {
                            Layout.fillWidth: true
                            text: line.quantity
                            visible: text !== ""
                            color: Theme.soft
                            font.pixelSize: Theme.secondary
                        }
                    }
                    Label {
                        text: line.amount
                        wrapMode: Text.NoWrap
                    }
                }
            }
            Divider {}
            RowLayout {
                Layout.fillWidth: true

                Label {
                    Layout.fillWidth: true
                    text: sheet.look.words.of("details.total")
                    font.bold: true
                }
                Label {
                    text: sheet.viewModel.total
                    font.bold: true
                    font.pixelSize: Math.round(Theme.text * 1.5)
                    wrapMode: Text.NoWrap
                }
            }
        }
    }
    Card {
        Layout.fillWidth: true

        ColumnLayout {
            width: parent.width
            spacing: 14

            Repeater {
                model: sheet.viewModel.facts
                delegate: Fact {
                    required property var model
                    label: model.label
                    value: model.value
                }
            }
        }
    }
}
