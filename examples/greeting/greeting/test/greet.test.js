import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greet.js';

test('greets by name', () => {
  assert.equal(greet('Ada', { word: 'Hello', key: 'k' }).greeting, 'Hello, Ada!');
});

test('a name cannot carry markup', () => {
  assert.equal(greet('<b>', { word: 'Hello', key: 'k' }).greeting, 'Hello, &lt;b&gt;!');
});
