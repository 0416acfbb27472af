// The page for one Deployment: its configuration and its own address go in.
import { readFileSync, writeFileSync } from 'node:fs';
import { configuration } from './src/configuration.js';

const values = configuration(process.env);
const page = readFileSync('public/index.html.template', 'utf8')
  .replaceAll('__ORIGIN__', values.applicationUrl)
  .replaceAll('__CONFIGURATION__', JSON.stringify(values).replaceAll('<', '\\u003c'));
writeFileSync('public/index.html', page);
console.log('compiled public/index.html');
