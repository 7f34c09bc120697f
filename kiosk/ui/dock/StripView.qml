pragma ComponentBehavior: Bound
import QtQuick

import Kiosk.ViewModels
import "../qml/controls"
import "../qml/theme"

// The printer's slot: the newest strip comes out, older ones hang below it.
Item {
    id: view

    required property DockViewModel viewModel

    Rectangle {
        id: slot
        anchors.horizontalCenter: parent.horizontalCenter
        width: parent.width
        height: 26
        radius: 8
        color: Theme.accentSoft
        z: 1

        Rectangle {
            anchors.centerIn: parent
            width: parent.width - 24
            height: 6
            radius: 3
            color: Theme.ink
        }
    }
    Label {
        anchors.centerIn: parent
        width: parent.width - 20
        visible: !view.viewModel.hasStrips
        text: view.viewModel.words.of("dock.printer_empty")
        color: Theme.soft
        font.pixelSize: 14
        horizontalAlignment: Text.AlignHCenter
    }
    ListView {
        id: list
        anchors.top: slot.bottom
        anchors.topMargin: -10
        anchors.bottom: parent.bottom
        anchors.horizontalCenter: parent.horizontalCenter
        width: parent.width - 24
        clip: true
        spacing: 16
        boundsBehavior: Flickable.StopAtBounds
        model: view.viewModel.strips
        delegate: Item {
            id: strip
            required property string source
            required property string name
            required property int index
            width: list.width
            height: paper.height
            clip: true

            Rectangle {
                id: paper
                width: parent.width
                height: picture.height + 2
                color: "#FFFFFF"
                border.width: 1
                border.color: Theme.line
                Accessible.role: Accessible.Graphic
                Accessible.name: strip.name

                Image {
                    id: picture
                    x: 1
                    y: 1
                    width: parent.width - 2
                    height: implicitWidth > 0 ? width * implicitHeight / implicitWidth : 0
                    source: strip.source
                    smooth: true
                    mipmap: true
                }
                NumberAnimation on y {
                    from: strip.index === 0 ? -paper.height : 0
                    to: 0
                    duration: strip.index === 0 && !Theme.reducedMotion ? 1400 : 0
                    easing.type: Easing.OutCubic
                }
            }
        }
    }
}
