pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Templates as T
import "../theme"

// What every control of ours is: a button with a name, a role, a focus mark and a size
// that a shaky finger can hit.
T.AbstractButton {
    id: control

    property string name: text

    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    focusPolicy: Qt.StrongFocus
    leftPadding: Theme.gap
    rightPadding: Theme.gap
    topPadding: 8
    bottomPadding: 8

    Accessible.role: Accessible.Button
    Accessible.name: control.name
    Keys.onReturnPressed: control.click()
    Keys.onEnterPressed: control.click()

    FocusMark {
        on: control.visualFocus
        z: 2
    }
}
