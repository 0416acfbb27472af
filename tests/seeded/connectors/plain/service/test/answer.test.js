const assert = require('node:assert');
const { test } = require('node:test');
const { answer } = require('../answer');

test('its path is answered', () => {
  assert.equal(answer('/service').status, 200);
});

test('no other path is', () => {
  assert.equal(answer('/other').status, 404);
});
