"""What to do about a device, by the stable code of its trouble."""

from __future__ import annotations

from collections.abc import Mapping

OTHERWISE = "check power, cable and the section of the site file"

ADVICE: Mapping[str, str] = {
    # printers
    "paper_out": "put in a new roll",
    "paper_near_end": "bring a new roll",
    "cover_open": "close the cover until it clicks",
    "cutter_error": "switch it off, free the knife, switch it on",
    "paper_jam": "open the cover, pull out the jammed paper, close it",
    "head_error": "let the print head cool down; measure its power supply if it comes again",
    "paper_at_mouth": "take the strip out of the mouth",
    "retracted": "empty the bin of strips that nobody took",
    "offline": "look at its lamps; switch it off and on",
    "silent": "it prints but does not answer: check the cable's return wire, baud and profile",
    "no_printer": "plug in the USB printer, or name its serial number in the site file",
    "several_printers": "name the right one by its serial number in the site file",
    # links
    "no_connection": "check power, cable, and the port or address in the site file",
    "no_answer": "check power, cable and baud: the port opens, but nobody answers",
    "link_lost": "check power and cable",
    "babbling": "it sends without being asked: check the baud and what is plugged into this port",
    "strange_answer": "check the baud and what is plugged into this port",
    # card readers
    "wrong_sam": "another card module than the site file names: find out who exchanged it",
    "sam_self_test": "the card module fails its self-test: exchange the reader",
    "sam_not_authorised": "the card module is not authorised: exchange the reader",
    "no_pcsc": "install and start pcscd",
    "no_reader": "plug in the card reader, or correct its name in the site file",
    # installation
    "missing_library": "install the library that is named",
    "no_keyboard": "nothing to do: it works while the kiosk runs",
    "unplugged": "plug it in",
}


def advice_for(reasons: str) -> str:
    """The advice for codes joined by commas, each sentence once."""
    known = [ADVICE.get(code, OTHERWISE) for code in reasons.split(",")]
    return "; ".join(dict.fromkeys(known))
