const assert = require('node:assert');
const { test } = require('node:test');

test('two and two are four', () => {
  assert.equal(2 + 2, 4);
});
