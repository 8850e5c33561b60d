// SPDX-License-Identifier: MIT
// The errnos are written down in three languages; this ties their numbers together.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERRNOS, Errno, errnoName } from '../../../host/wasi/errno.ts';

const root = new URL('../../../', import.meta.url);
const source = (path: string) => readFileSync(new URL(path, root), 'utf8');
const numbers: Readonly<Record<string, number>> = Errno;

test('77 errnos in the order of the witx, from SUCCESS to NOTCAPABLE', () => {
  expect(ERRNOS).toHaveLength(77);
  expect(Errno).toMatchObject({ SUCCESS: 0, '2BIG': 1, AGAIN: 6, INVAL: 28, PIPE: 64, XDEV: 75 });
  expect(Errno.NOTCAPABLE).toBe(76);
  for (const [name, meaning] of ERRNOS) {
    expect(name).toMatch(/^[A-Z2]+$/);
    expect(meaning).toMatch(/^[a-z']/);
  }
});

test('names by number, and what has none', () => {
  expect(errnoName(6)).toBe('AGAIN');
  expect(errnoName(77)).toBe('errno 77');
});

test('the native layer has the same numbers', () => {
  const text = source('host/native/errno_map.h');
  const constants = [...text.matchAll(/\bWASI_(\w+) = (\d+)/g)];
  const mapped = [...text.matchAll(/\bX\(E(\w+), (\d+)\)/g)];
  expect(constants.length).toBeGreaterThan(5);
  expect(mapped.length).toBeGreaterThan(60);
  for (const [, name = '', number] of [...constants, ...mapped]) {
    expect(numbers[name], name).toBe(Number(number));
  }
});

test('the SDK has the same numbers and names', () => {
  const text = source('assembly/wasi/errno.ts');
  const pairs = [...text.matchAll(/^ {2}(\w+) = (\d+),$/gm)];
  expect(pairs.length).toBeGreaterThan(5);
  for (const [, name = '', number] of pairs) expect(numbers[name], name).toBe(Number(number));
  const names = [...text.slice(text.indexOf('NAMES')).matchAll(/'([A-Z2 ]+)'/g)];
  expect(
    names
      .map(([, part]) => part)
      .join('')
      .trim()
      .split(' '),
  ).toEqual(ERRNOS.map(([name]) => name));
});
