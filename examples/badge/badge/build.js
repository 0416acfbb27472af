// A bundler would go here. What is served is the folder public.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

mkdirSync('public', { recursive: true });
const source = readFileSync('src/badge.js', 'utf8');
writeFileSync('public/badge.js', `// built ${'.'.repeat(800)}\n${source}`);
console.log('built public/');
