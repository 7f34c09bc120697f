pragma ComponentBehavior: Bound
import QtQuick
import "../theme"

// Something is going on: three dots that breathe, still ones with reduced motion.
Row {
    id: busy

    property color tint: Theme.accentText
    property int dot: Math.round(Theme.text * 0.5)

    spacing: dot
    Accessible.ignored: true

    Repeater {
        model: 3
        delegate: Rectangle {
            id: point
            required property int index
            width: busy.dot
            height: busy.dot
            radius: height / 2
            color: busy.tint

            SequentialAnimation on opacity {
                running: !Theme.reducedMotion && busy.visible
                loops: Animation.Infinite
                PauseAnimation {
                    duration: point.index * 220
                }
                NumberAnimation {
                    from: 1
                    to: 0.25
                    duration: 500
                    easing.type: Easing.InOutSine
                }
                NumberAnimation {
                    from: 0.25
                    to: 1
                    duration: 500
                    easing.type: Easing.InOutSine
                }
                PauseAnimation {
                    duration: (2 - point.index) * 220 + 300
                }
            }
        }
    }
}
