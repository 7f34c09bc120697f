pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../theme"

// Digits, and for company codes a page of letters (those that occur in them).
Item {
    id: pad

    required property Words say
    property bool withLetters: false
    property bool lettersShown: false
    property var letters: ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "R", "T", "U", "W", "X", "Y"]

    readonly property int keyHeight: Theme.elder ? Theme.target : Theme.small ? 104 : Theme.landscape ? 100 : 140

    readonly property bool isFull: letters.length > 21
    readonly property int letterColumns: Theme.small ? 5 : isFull && Theme.landscape ? 6 : isFull ? 7 : 6
    readonly property int letterRows: Math.ceil((letters.length + 3) / letterColumns)

    implicitHeight: Math.max(4 * keyHeight + 3 * 16, lettersShown ? letterRows * 82 + (letterRows - 1) * 12 : 0)

    signal pressed(string key)
    signal backspace
    signal cleared

    onWithLettersChanged: lettersShown = false

    GridLayout {
        anchors.fill: parent
        visible: !pad.lettersShown
        columns: 3
        columnSpacing: 16
        rowSpacing: 16

        Repeater {
            model: 9
            delegate: Key {
                required property int index
                text: String(index + 1)
                onClicked: pad.pressed(text)
            }
        }
        Key {
            text: pad.withLetters ? pad.say.of("code_entry.letters") : pad.say.of("code_entry.clear")
            quiet: true
            onClicked: pad.withLetters ? pad.lettersShown = true : pad.cleared()
        }
        Key {
            text: "0"
            onClicked: pad.pressed(text)
        }
        Key {
            name: pad.say.of("code_entry.delete")
            picture: "delete"
            quiet: true
            onClicked: pad.backspace()
        }
    }
    GridLayout {
        anchors.fill: parent
        visible: pad.lettersShown
        columns: pad.letterColumns
        columnSpacing: 12
        rowSpacing: pad.isFull ? 12 : 16

        Repeater {
            model: pad.letters
            delegate: Key {
                required property string modelData
                text: modelData
                onClicked: pad.pressed(text)
            }
        }
        Key {
            text: pad.say.of("code_entry.digits")
            quiet: true
            Layout.columnSpan: 2
            onClicked: pad.lettersShown = false
        }
        Key {
            name: pad.say.of("code_entry.delete")
            picture: "delete"
            quiet: true
            onClicked: pad.backspace()
        }
    }
}
