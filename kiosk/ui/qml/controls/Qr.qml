pragma ComponentBehavior: Bound
import QtQuick

// A QR code on white in every theme, a whole number of pixels to a module, 60-90 mm wide.
Rectangle {
    id: qr

    property string picture: ""
    property string name: ""
    property int side: 400
    readonly property int modulePx: code.implicitWidth > 0 ? Math.max(1, Math.floor(side / code.implicitWidth)) : 1

    implicitWidth: code.implicitWidth * modulePx
    implicitHeight: implicitWidth
    color: "#FFFFFF"
    Accessible.role: Accessible.Graphic
    Accessible.name: name

    Image {
        id: code
        anchors.centerIn: parent
        width: implicitWidth * qr.modulePx
        height: width
        smooth: false
        cache: false
        source: qr.picture
        Accessible.ignored: true
    }
}
