"""The keywords of the suites: a tiny payments product behind them."""


class payments:
    """One account; Robot Framework makes a new one for every test."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def open_account_with(self, amount):
        """Start with this balance and no payments."""
        self.balance = amount
        self.paid = {}

    def pay(self, reference, amount):
        """Pay once per reference."""
        if reference in self.paid:
            return
        if amount > self.balance:
            raise AssertionError("refused: insufficient funds")
        self.balance -= amount
        self.paid[reference] = amount

    def refund(self, reference):
        """Ask for a payment back; the bank books it over night."""
        self.pending = self.paid.pop(reference)

    def balance_should_be(self, amount):
        """Compare the balance."""
        if self.balance != amount:
            raise AssertionError(f"the balance is {self.balance}, not {amount}")

    def refund_should_have_arrived(self, reference):
        """Fail while the bank has not booked the refund."""
        raise AssertionError(f"the refund of {reference} ({self.pending}) is still pending")
