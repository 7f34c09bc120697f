"""An embedded payment platform: real HTTP, a cashier page, synthetic people, faults on demand."""
