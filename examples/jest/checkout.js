'use strict';

/** The total of a basket in cents, a discount in percent taken off. */
function total(items, discount = 0) {
  const sum = items.reduce((cents, item) => cents + item.cents * item.count, 0);
  return Math.round(sum * (1 - discount / 100));
}

/** "1234" cents as "12.34 €". */
function shown(cents) {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')} €`;
}

/** Whether a card number passes the Luhn check. */
function isCardNumber(number) {
  const digits = number.replace(/ /g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((all, digit, index) => {
    const doubled = Number(digit) * (index % 2 ? 2 : 1);
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

module.exports = { total, shown, isCardNumber };
