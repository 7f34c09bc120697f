pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Window
import Kiosk.ViewModels
import "controls"
import "maintenance"
import "pages"
import "theme"

// The window: header, one page, footer. Which page is a pure function of the snapshot.
Window {
    id: root

    required property LookViewModel look
    required property ScreenViewModel current
    required property TouchViewModel touch
    required property HeaderViewModel head
    required property AttractViewModel attract
    required property OutOfServiceViewModel outOfService
    required property CodeEntryViewModel codeEntry
    required property SearchingViewModel searching
    required property BillsViewModel bills
    required property DetailsViewModel details
    required property ConfirmViewModel confirm
    required property PayViewModel pay
    required property CheckingViewModel checking
    required property PrintingViewModel printing
    required property DoneViewModel done
    required property TroubleViewModel trouble
    required property SwapViewModel swap
    required property FeeViewModel fee
    required property OpenCodeViewModel openCode
    required property WarningViewModel warning
    required property HelpViewModel help
    required property MaintenanceViewModel maintenance
    property size design: Qt.size(1080, 1920)
    property bool helping: false

    color: Theme.paper

    Binding {
        target: Theme
        property: "contrast"
        value: root.look.contrast
    }
    Binding {
        target: Theme
        property: "text"
        value: root.look.textPx
    }
    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.look.reducedMotion
    }
    Binding {
        target: Theme
        property: "screen"
        value: root.design
    }

    Item {
        id: stage
        width: root.design.width
        height: root.design.height
        transformOrigin: Item.TopLeft
        scale: Math.min(root.width / width, root.height / height)
        x: (root.width - width * scale) / 2
        y: (root.height - height * scale) / 2

        Header {
            id: header
            anchors.top: parent.top
            width: parent.width
            z: 1
            visible: !root.maintenance.isOpen
            look: root.look
            viewModel: root.head
        }
        Item {
            visible: !root.maintenance.isOpen
            anchors.top: header.bottom
            anchors.bottom: footer.top
            width: parent.width

            Loader {
                id: pageLoader
                anchors.fill: parent
                visible: !root.helping && !root.warning.isShown
                sourceComponent: root.pageOf(root.current.name)
            }
            Loader {
                id: warningLoader
                anchors.fill: parent
                active: root.warning.isShown
                sourceComponent: Component {
                    WarningPage {
                        look: root.look
                        viewModel: root.warning
                    }
                }
            }
            HelpSheet {
                look: root.look
                viewModel: root.help
                shown: root.helping && !root.warning.isShown
                onClosed: root.helping = false
            }
            NumberAnimation {
                id: appear
                target: pageLoader
                property: "opacity"
                from: 0
                to: 1
                duration: Theme.calm
                easing.type: Easing.OutCubic
            }
        }
        Footer {
            id: footer
            anchors.bottom: parent.bottom
            width: parent.width
            z: 1
            visible: !root.maintenance.isOpen
            look: root.look
            onHelpWanted: root.helping = !root.helping
        }
        Loader {
            anchors.fill: parent
            z: 2
            active: root.maintenance.isOpen
            sourceComponent: Component {
                Maintenance {
                    look: root.look
                    viewModel: root.maintenance
                }
            }
        }
        // Sees every press and takes none.
        Item {
            id: glass
            anchors.fill: parent
            z: 100

            PointHandler {
                id: finger
                onActiveChanged: if (active) {
                    root.touch.touched();
                    root.maintenance.touchedAt(finger.point.position.x, finger.point.position.y, glass.width, glass.height);
                }
            }
        }
    }
    // The key switch behind the door types it.
    Shortcut {
        sequence: "F12"
        onActivated: root.maintenance.keyTurned()
    }
    Connections {
        target: root.current
        function onChanged() {
            root.helping = false;
            root.details.hide();
            if (!root.look.reducedMotion)
                appear.restart();
        }
    }

    function pageOf(name: string): Component {
        switch (name) {
        case "attract":
            return attractPage;
        case "code_entry":
            return codeEntryPage;
        case "searching":
            return searchingPage;
        case "bills":
            return billsPage;
        case "confirm":
            return confirmPage;
        case "pay":
            return payPage;
        case "checking":
            return checkingPage;
        case "printing":
            return printingPage;
        case "done":
            return donePage;
        case "trouble":
            return troublePage;
        case "swap":
            return swapPage;
        case "fee":
            return feePage;
        case "open_code":
            return openCodePage;
        default:
            return outOfServicePage;
        }
    }

    Component {
        id: attractPage
        AttractPage {
            look: root.look
            viewModel: root.attract
        }
    }
    Component {
        id: outOfServicePage
        OutOfServicePage {
            look: root.look
            viewModel: root.outOfService
            phone: root.help.phone
        }
    }
    Component {
        id: codeEntryPage
        CodeEntryPage {
            look: root.look
            viewModel: root.codeEntry
        }
    }
    Component {
        id: searchingPage
        SearchingPage {
            look: root.look
            viewModel: root.searching
        }
    }
    Component {
        id: billsPage
        BillsPage {
            look: root.look
            viewModel: root.bills
            details: root.details
        }
    }
    Component {
        id: confirmPage
        ConfirmPage {
            look: root.look
            viewModel: root.confirm
        }
    }
    Component {
        id: payPage
        PayPage {
            look: root.look
            viewModel: root.pay
        }
    }
    Component {
        id: checkingPage
        CheckingPage {
            look: root.look
            viewModel: root.checking
        }
    }
    Component {
        id: printingPage
        PrintingPage {
            look: root.look
            viewModel: root.printing
        }
    }
    Component {
        id: donePage
        DonePage {
            look: root.look
            viewModel: root.done
        }
    }
    Component {
        id: troublePage
        TroublePage {
            look: root.look
            viewModel: root.trouble
        }
    }
    Component {
        id: feePage
        FeePage {
            look: root.look
            viewModel: root.fee
        }
    }
    Component {
        id: openCodePage
        OpenCodePage {
            look: root.look
            viewModel: root.openCode
        }
    }
    Component {
        id: swapPage
        SwapPage {
            look: root.look
            viewModel: root.swap
        }
    }
}
