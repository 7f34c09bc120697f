pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property TroubleViewModel viewModel

    title: viewModel.title
    asideFirst: true
    emblem: viewModel.inquiryCode ? "" : viewModel.isSevere ? "stop" : "info"
    emblemTone: viewModel.isSevere ? "stop" : "info"
    titleColor: viewModel.isSevere ? Theme.sealText : Theme.ink

    Explained {
        picture: "info"
        label: page.say.of("trouble.label_what")
        text: page.viewModel.what
    }
    Explained {
        picture: page.viewModel.isSevere ? "stop" : "shield"
        tone: page.viewModel.isSevere ? "stop" : "good"
        label: page.say.of("trouble.label_money")
        text: page.viewModel.money
        bold: true
    }
    Explained {
        picture: "clock"
        label: page.say.of("trouble.label_do")
        text: page.viewModel.todo
    }
    aside: ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.gap

        InquiryCode {
            label: page.say.of("trouble.inquiry_code")
            code: page.viewModel.inquiryCode
            picture: page.viewModel.inquiryQr
            pictureName: page.say.of("trouble.inquiry_qr")
            amount: page.viewModel.amount
            remark: page.viewModel.slip
        }
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            text: page.viewModel.primaryLabel
            onClicked: page.viewModel.act()
        },
        QuietButton {
            Layout.fillWidth: true
            visible: page.viewModel.offersCodes
            text: page.say.of("out_of_service.by_phone")
            picture: "mobile"
            onClicked: page.viewModel.wantCode()
        },
        QuietButton {
            Layout.fillWidth: true
            visible: page.viewModel.canAlsoGoBack
            text: page.say.of("trouble.back")
            picture: "back"
            onClicked: page.viewModel.back()
        }
    ]
}
