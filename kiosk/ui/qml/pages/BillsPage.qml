pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property BillsViewModel viewModel
    required property DetailsViewModel details
    property bool reprinting: false

    title: viewModel.title
    subtitle: viewModel.subtitle
    covered: details.isShown || reprinting

    Banner {
        Layout.fillWidth: true
        text: page.viewModel.notice
        tone: "remember"
        picture: "warning"
    }
    Repeater {
        model: page.viewModel.bills
        delegate: BillCard {
            required property string billNo
            required property string chooseName
            name: chooseName
            detailsText: page.say.of("bills.details")
            onClicked: page.viewModel.toggle(billNo)
            onDetailsWanted: page.details.show(billNo)
        }
    }
    PageTurner {
        rows: page.viewModel.bills
        say: page.say
        onTurned: page.toTop()
    }
    Repeater {
        model: page.viewModel.hasBills ? null : page.viewModel.waiting
        delegate: ReceiptCard {
            required property string paidOn
            paid: paidOn
            picture: "receipt"
        }
    }
    PageTurner {
        rows: page.viewModel.waiting
        say: page.say
        visible: rows.isPaged && !page.viewModel.hasBills
        onTurned: page.toTop()
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        Card {
            Layout.fillWidth: true
            tone: "good"
            visible: page.viewModel.hasBills && page.viewModel.canCollect

            GridLayout {
                width: parent.width
                columns: Theme.landscape || Theme.elder ? 1 : 2
                columnSpacing: Theme.gap
                rowSpacing: 16

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 4

                    Label {
                        Layout.fillWidth: true
                        text: page.viewModel.receiptsTitle
                        color: Theme.jadeText
                        font.bold: true
                    }
                    Label {
                        Layout.fillWidth: true
                        text: page.viewModel.receiptsNote
                        visible: text !== ""
                        font.pixelSize: Theme.secondary
                    }
                }
                PrimaryButton {
                    text: page.say.of("bills.collect")
                    ground: Theme.jadeButton
                    overGround: Theme.overJade
                    implicitHeight: Theme.target
                    leftPadding: 52
                    rightPadding: 52
                    Layout.fillWidth: Theme.landscape || Theme.elder
                    onClicked: page.viewModel.collect()
                }
            }
        }
        QuietButton {
            Layout.fillWidth: true
            text: page.say.of("bills.reprint_some")
            picture: "copy"
            implicitHeight: Math.max(Theme.elder ? Theme.target : 88, implicitContentHeight + 24)
            visible: page.viewModel.canReprint
            onClicked: page.reprinting = true
        }
    }
    actions: [
        Total {
            visible: page.viewModel.hasBills
            label: page.viewModel.totalLabel
            amount: page.viewModel.total
            isVeiled: page.viewModel.isVeiled
        },
        PrimaryButton {
            Layout.fillWidth: true
            visible: page.viewModel.hasBills
            text: page.viewModel.payLabel
            enabled: page.viewModel.canPay
            onClicked: page.viewModel.pay()
        },
        Label {
            Layout.fillWidth: true
            visible: text !== ""
            text: page.viewModel.countdown
            color: Theme.jadeText
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
        },
        PrimaryButton {
            Layout.fillWidth: true
            visible: !page.viewModel.hasBills && page.viewModel.canCollect
            text: page.viewModel.collectLabel
            ground: Theme.jadeButton
            overGround: Theme.overJade
            onClicked: page.viewModel.collect()
        },
        PrimaryButton {
            Layout.fillWidth: true
            visible: !page.viewModel.hasBills && !page.viewModel.canCollect
            text: page.say.of("bills.finish")
            onClicked: page.viewModel.finish()
        }
    ]

    VeilTouch {
        parent: page
        shown: page.viewModel.isVeiled
        text: page.say.of("bills.veiled")
    }
    DetailsSheet {
        parent: page
        look: page.look
        viewModel: page.details
    }
    ReprintSheet {
        parent: page
        look: page.look
        viewModel: page.viewModel
        shown: page.reprinting
        onClosed: page.reprinting = false
    }
}
