"""Receipt printers, and the paper printer that stands in for one."""
