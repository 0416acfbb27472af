import { createHmac } from 'node:crypto';
import escapeHtml from 'escape-html';

/** A greeting for `name`, safe to show on a page, with its signature. */
export function greet(name, { word, key }) {
  const greeting = `${word}, ${escapeHtml(name)}!`;
  return { greeting, signature: createHmac('sha256', key).update(greeting).digest('hex') };
}
