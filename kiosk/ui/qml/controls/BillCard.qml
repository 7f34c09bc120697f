pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// One bill: the whole card is its checkbox; the details are a button of their own.
Touch {
    id: bill

    required property string title
    required property string translated
    required property string agency
    required property string amount
    required property string lateFee
    required property string due
    required property bool isOverdue
    required property bool isChosen
    required property bool isVeiled
    required property string detailsText
    required property string detailsName
    readonly property bool narrow: width < Theme.text * 20

    signal detailsWanted

    Layout.fillWidth: true
    leftPadding: Theme.gap + 4
    rightPadding: Theme.gap + 4
    topPadding: Theme.gap - 4
    bottomPadding: Theme.gap - 4
    Accessible.role: Accessible.CheckBox
    checkable: true
    checked: isChosen
    background: Rectangle {
        radius: Theme.radius
        color: bill.down ? Theme.accentSoft : Theme.card
        border.width: bill.isChosen ? Theme.border + 2 : Theme.border
        border.color: bill.isChosen ? Theme.accentText : Theme.outline
    }
    contentItem: RowLayout {
        spacing: Theme.gap

        CheckMark {
            Layout.alignment: Qt.AlignTop
            on: bill.isChosen
        }
        GridLayout {
            Layout.fillWidth: true
            columns: bill.narrow ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: 6

            Item {
                Layout.fillWidth: true
                implicitHeight: title.height

                Label {
                    id: title
                    width: parent.width
                    text: bill.isVeiled ? " " : bill.title
                    font.bold: true
                    font.pixelSize: Theme.large
                    Accessible.ignored: true
                }
                Veil {
                    anchors.verticalCenter: parent.verticalCenter
                    visible: bill.isVeiled
                    size: Theme.large
                }
            }
            Item {
                Layout.alignment: Qt.AlignRight
                implicitHeight: money.height
                implicitWidth: bill.isVeiled ? hidden.width : money.implicitWidth

                Label {
                    id: money
                    text: bill.isVeiled ? " " : bill.amount
                    font.bold: true
                    font.pixelSize: Math.round(Theme.text * 1.35)
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
                Veil {
                    id: hidden
                    anchors.verticalCenter: parent.verticalCenter
                    width: implicitWidth
                    visible: bill.isVeiled
                    chars: 4
                    size: Math.round(Theme.text * 1.2)
                }
            }
            ColumnLayout {
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignVCenter
                spacing: 4

                Veil {
                    visible: bill.isVeiled
                    chars: 9
                    size: Theme.secondary
                }
                Label {
                    Layout.fillWidth: true
                    visible: text !== ""
                    text: bill.translated
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    visible: !bill.isVeiled
                    text: bill.agency
                    color: Theme.soft
                    font.pixelSize: Theme.secondary
                    Accessible.ignored: true
                }
                Flow {
                    Layout.fillWidth: true
                    visible: bill.due !== "" || bill.lateFee !== ""
                    spacing: 4

                    Label {
                        width: Math.min(implicitWidth, parent.width)
                        visible: text !== ""
                        text: bill.due
                        color: bill.isOverdue ? Theme.amberText : Theme.soft
                        font.pixelSize: Theme.secondary
                        rightPadding: 18
                        Accessible.ignored: true
                    }
                    Label {
                        width: Math.min(implicitWidth, parent.width)
                        visible: text !== ""
                        text: bill.lateFee
                        color: Theme.amberText
                        font.pixelSize: Theme.secondary
                        Accessible.ignored: true
                    }
                }
            }
            Item {
                visible: bill.isVeiled
                implicitHeight: Theme.elder ? Theme.target : 84
            }
            QuietButton {
                Layout.alignment: Qt.AlignRight | Qt.AlignBottom
                text: bill.detailsText
                name: bill.detailsName
                visible: !bill.isVeiled
                textSize: Theme.secondary
                tint: Theme.accentText
                implicitHeight: Theme.elder ? Theme.target : 84
                leftPadding: 26
                rightPadding: 26
                onClicked: bill.detailsWanted()
            }
        }
    }
}
