pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// Every text of the screen: one family, tabular figures, wraps, plain text only.
Text {
    color: Theme.ink
    font.family: Theme.family
    font.pixelSize: Theme.text
    font.features: ({ "tnum": 1 })
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: text === ""
}
