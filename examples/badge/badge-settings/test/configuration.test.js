import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuration } from '../src/configuration.js';

const GIVEN = {
  APPLICATION_URL: 'https://badge.example.org/',
  CLOUD_IDENTIFIER: 'gcp-eu',
  CUSTOM_APPLICATION_ID: 'id',
  ENTRY_POINT_URI_PATH: 'badge',
};

test('an address ends without a slash', () => {
  assert.equal(configuration(GIVEN).applicationUrl, 'https://badge.example.org');
});

test('an entry point is part of an address', () => {
  assert.throws(() => configuration({ ...GIVEN, ENTRY_POINT_URI_PATH: 'a/b' }), /entryPointUriPath/);
});
