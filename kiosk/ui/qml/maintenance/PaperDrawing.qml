pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// How the printer should look at this step of a paper change; `name` is "mechanism-step".
Item {
    id: drawing

    required property string name
    readonly property string mechanism: name.split("-")[0]
    readonly property string step: name.split("-")[1] ?? ""

    implicitHeight: Theme.landscape ? Math.round(Theme.screen.height * (Theme.elder ? 0.17 : 0.28)) : 500
    Accessible.ignored: true

    ClamshellDrawing {
        anchors.fill: parent
        visible: drawing.mechanism === "clamshell"
        name: drawing.step
    }
    HolderDrawing {
        anchors.fill: parent
        visible: drawing.mechanism !== "clamshell" && drawing.mechanism !== ""
        mechanism: drawing.mechanism
        step: drawing.step
    }
}
