pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk.ViewModels
import "../controls"
import "../theme"

Page {
    id: page

    required property OutOfServiceViewModel viewModel
    required property string phone

    title: viewModel.title
    panel: viewModel.offersCodes
    emblem: viewModel.kind === "no_link" ? "link_down" : viewModel.kind === "starting" ? "clock" : "info"
    emblemTone: viewModel.inquiryCode ? "stop" : "info"

    Busy {
        Layout.topMargin: 10
        Layout.bottomMargin: 10
        visible: page.viewModel.kind === "starting"
    }
    // On a wide screen all of it is in sight: nobody scrolls a kiosk that is closed.
    GridLayout {
        Layout.fillWidth: true
        columns: Theme.landscape && !page.panel ? 2 : 1
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap
        uniformCellWidths: true

        Explained {
            Layout.fillHeight: true
            picture: page.viewModel.kind === "no_link" ? "link_down" : "info"
            label: page.say.of("trouble.label_what")
            text: page.viewModel.what
        }
        Explained {
            Layout.fillHeight: true
            picture: page.viewModel.inquiryCode ? "stop" : "shield"
            tone: page.viewModel.inquiryCode ? "stop" : "good"
            label: page.say.of("out_of_service.label_money")
            text: page.viewModel.money
            bold: true
        }
        InquiryCode {
            label: page.say.of("trouble.inquiry_code")
            code: page.viewModel.inquiryCode
        }
        Explained {
            Layout.fillHeight: true
            picture: "clock"
            label: page.say.of("out_of_service.label_do")
            text: page.viewModel.todo
        }
        Explained {
            Layout.fillHeight: true
            picture: "phone"
            label: page.say.of("out_of_service.phone")
            text: page.phone
            visible: page.phone !== ""
            bold: true
        }
    }
    actions: [
        PrimaryButton {
            Layout.fillWidth: true
            visible: page.viewModel.offersCodes
            text: page.say.of("out_of_service.by_phone")
            onClicked: page.viewModel.wantCode()
        }
    ]
}
