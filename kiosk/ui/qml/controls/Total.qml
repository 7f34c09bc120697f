pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import "../theme"

// What an amount is, and the amount: the largest number of its page.
GridLayout {
    id: total

    property string label: ""
    property string amount: ""
    property bool isVeiled: false
    property bool bold: false
    property int amountPx: Theme.amount
    property color tint: Theme.ink
    property color labelTint: Theme.soft
    readonly property bool narrow: width < words.implicitWidth + money.implicitWidth + columnSpacing

    Layout.fillWidth: true
    columns: narrow ? 1 : 2
    columnSpacing: Theme.gap
    rowSpacing: 0

    Label {
        id: words
        Layout.fillWidth: true
        text: total.label
        color: total.labelTint
        font.bold: total.bold
    }
    Label {
        id: money
        Layout.alignment: Qt.AlignRight
        visible: !total.isVeiled
        text: total.amount
        color: total.tint
        font.pixelSize: total.amountPx
        font.bold: true
        wrapMode: Text.NoWrap
    }
    Veil {
        Layout.alignment: Qt.AlignRight
        visible: total.isVeiled
        size: total.amountPx
        chars: 4
    }
}
