const { total, shown, isCardNumber } = require('./checkout');

describe('Checkout', () => {
  test('TC_UI_001 adds up the basket', () => {
    expect(total([{ cents: 250, count: 2 }, { cents: 99, count: 1 }])).toBe(599);
  });

  test('[TC_UI_002] takes the discount off', () => {
    expect(total([{ cents: 1000, count: 1 }], 15)).toBe(850);
  });

  test('an empty basket costs nothing', () => {
    expect(total([])).toBe(0);
  });

  describe('amounts', () => {
    test('TC_UI_003 shows two digits of cents', () => {
      expect(shown(1205)).toBe('12.05 €');
    });

    test('shows a refund with its sign', () => {
      expect(shown(-50)).toBe('-0.50 €');
    });

    test.skip('shows amounts in the format of the customer', () => {});
  });

  describe('card form', () => {
    test.each([['4242 4242 4242 4242', true], ['4242 4242 4242 4241', false], ['', false]])(
      'TC_UI_004 checks the number "%s"',
      (number, expected) => {
        expect(isCardNumber(number)).toBe(expected);
      },
    );

    test.todo('remembers the card when asked to');
  });
});
