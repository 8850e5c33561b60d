// SPDX-License-Identifier: MIT
// `compare-instances.js MODULE BACKEND COUNT`: starts and closes so many instances, one after the other, and
// prints how many descriptors were open before and after them.

import { readdirSync, readFileSync } from 'node:fs';
import { Reactor } from '../index.ts';

const [file = '', backend = 'auto', count = '1'] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(file));

async function instance(): Promise<void> {
  const reactor = await Reactor.start({ module, backend, mode: 'inline', listen: ['127.0.0.1:0'] });
  await reactor.close();
}

const open = () => readdirSync('/proc/self/fd').length;
for (let i = 0; i < 10; i++) await instance(); // what is opened once and kept
const before = open();
for (let i = 0; i < Number(count); i++) await instance();
console.log(JSON.stringify({ before, after: open() }));
