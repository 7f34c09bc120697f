pragma Singleton
import QtQuick

// Colours, sizes and times of the screen. Main.qml sets the first four properties.
QtObject {
    id: theme

    property string contrast: "default"
    property int text: 32
    property bool reducedMotion: false
    property size screen: Qt.size(1080, 1920)

    readonly property bool landscape: screen.width > screen.height
    readonly property bool small: Math.min(screen.width, screen.height) < 1060 && landscape
    // Landscape has room beside the content only while the text is small.
    readonly property bool beside: landscape && text < 38
    // An emblem above the title only where it pushes nothing off the page.
    readonly property bool emblems: !landscape && !elder
    readonly property int scheme: Math.max(0, ["default", "high", "dark", "yellow"].indexOf(contrast))

    // Text on paper, card or its own soft ground: >= 7:1, in "high" >= 15:1 (tests/ui).
    readonly property color paper: pick("#F5F3EE", "#FFFFFF", "#0F141D", "#000000")
    readonly property color card: pick("#FFFFFF", "#FFFFFF", "#1A2230", "#000000")
    readonly property color line: pick("#DDD8CC", "#000000", "#3A465C", "#FFE500")
    readonly property color outline: pick("#837D71", "#000000", "#8C99B0", "#FFE500")
    readonly property color ink: pick("#15233B", "#000000", "#F3F5F9", "#FFE500")
    readonly property color soft: pick("#414B5D", "#000000", "#C3CBD9", "#FFE500")
    readonly property color accent: pick("#0A4A94", "#00205B", "#8FC1FF", "#FFE500")
    readonly property color overAccent: pick("#FFFFFF", "#FFFFFF", "#0B1B33", "#000000")
    readonly property color accentText: pick("#0A4488", "#00205B", "#A9CFFF", "#FFE500")
    readonly property color accentSoft: pick("#E6EEF8", "#FFFFFF", "#1C3557", "#000000")
    readonly property color jade: pick("#0B6B50", "#002B1C", "#8FE0C0", "#FFE500")
    readonly property color jadeText: pick("#07543E", "#002B1C", "#8FE0C0", "#FFE500")
    readonly property color jadeSoft: pick("#E3F2EC", "#FFFFFF", "#12392E", "#000000")
    readonly property color jadeButton: pick("#075E46", "#002B1C", "#8FE0C0", "#FFE500")
    readonly property color overJade: pick("#FFFFFF", "#FFFFFF", "#08251B", "#000000")
    readonly property color amberText: pick("#6A4500", "#332000", "#FFD27A", "#FFE500")
    readonly property color amberSoft: pick("#FBF1DC", "#FFFFFF", "#3D2F10", "#000000")
    readonly property color sealText: pick("#8F1D17", "#4F0502", "#FFB4AC", "#FFE500")
    readonly property color sealSoft: pick("#FBEAE8", "#FFFFFF", "#4A1A18", "#000000")
    readonly property color disabled: pick("#E4E0D8", "#FFFFFF", "#2A3446", "#000000")
    readonly property color overDisabled: pick("#4A5160", "#000000", "#D5DBE6", "#FFE500")
    readonly property color focus: pick("#C75B00", "#C75B00", "#FFB45C", "#FFFFFF")
    readonly property color veil: pick("#C9C4B8", "#9A9A9A", "#4A5670", "#6B6000")
    readonly property int border: scheme === 0 || scheme === 2 ? 2 : 4

    // Type, in px. Titles and amounts grow more slowly than the body text.
    readonly property int secondary: text - 2
    readonly property int large: Math.round(text * 1.2)
    readonly property int title: Math.round((small ? 26 : 48) + text * 0.72)
    readonly property int amount: Math.round((small ? 22 : 44) + text * 1.0)
    readonly property int chrome: Math.min(text, small ? 36 : 42)
    readonly property string family: "Noto Sans SC"

    // Targets: >= 80 px, >= 120 px at the two largest text sizes.
    readonly property bool elder: text >= 45
    readonly property int target: elder ? 120 : small ? text + 56 : 104
    readonly property int primary: !small ? 132 + (text - 32) : elder ? 124 : text + 68
    readonly property int margin: small ? 36 : 60
    readonly property int gap: small ? 18 : 24
    readonly property int pad: small ? 22 : 32
    readonly property int radius: small ? 18 : 24

    readonly property int quick: reducedMotion ? 0 : 160
    readonly property int calm: reducedMotion ? 0 : 240

    function pick(usual: color, high: color, dark: color, yellow: color): color {
        return [usual, high, dark, yellow][scheme];
    }

    function textOf(tone: string): color {
        switch (tone) {
        case "good":
            return jadeText;
        case "remember":
            return amberText;
        case "stop":
            return sealText;
        case "busy":
        case "info":
            return accentText;
        default:
            return ink;
        }
    }

    function softOf(tone: string): color {
        switch (tone) {
        case "good":
            return jadeSoft;
        case "remember":
            return amberSoft;
        case "stop":
            return sealSoft;
        case "busy":
        case "info":
            return accentSoft;
        default:
            return card;
        }
    }
}
