"""A tiny payments product, just big enough to have something to test."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


class PaymentRefused(Exception):
    """The payment was not made; the words say why."""


@dataclass
class Account:
    """An account in one currency that remembers its payments."""

    balance: Decimal
    currency: str = "EUR"
    payments: dict = field(default_factory=dict)

    def pay(self, reference, amount, currency="EUR"):
        """Pay once per reference; a repeated reference answers with the first payment."""
        if reference in self.payments:
            return self.payments[reference]
        if currency != self.currency:
            raise PaymentRefused(f"the account is kept in {self.currency}")
        if amount <= 0:
            raise PaymentRefused("the amount must be above zero")
        if amount > self.balance:
            raise PaymentRefused("insufficient funds")
        self.balance -= amount
        self.payments[reference] = amount
        return amount

    def refund(self, reference):
        """Give a payment back."""
        self.balance += self.payments.pop(reference)


def fee(amount, percent="1.4", fixed="0.25"):
    """Return the fee of a card payment, rounded to cents."""
    return (amount * Decimal(percent) / 100 + Decimal(fixed)).quantize(CENT, ROUND_HALF_UP)
