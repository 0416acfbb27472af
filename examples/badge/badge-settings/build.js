// The bundle, named by its content, and the page that loads it, still without configuration.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

rmSync('public', { recursive: true, force: true });
mkdirSync('public');
const bundle = readFileSync('src/main.js');
const digest = createHash('sha256').update(bundle).digest('hex').slice(0, 20);
writeFileSync(`public/main.${digest}.js`, bundle);
const page = readFileSync('src/index.html', 'utf8').replaceAll('__BUNDLE__', `main.${digest}.js`);
writeFileSync('public/index.html.template', page);
console.log('built public/');
