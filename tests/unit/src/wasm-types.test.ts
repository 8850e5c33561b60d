// SPDX-License-Identifier: MIT
// The types of a module, as src/wasm reads them, those of proposals among them that this Node may not know.

import { expect, test } from 'vitest';
import { readGuest } from '../../../src/componentize/guest.ts';
import { showType } from '../../../src/wasm/types.ts';
import { module } from '../../support/components.ts';

/** The types of a module's functions, in short. */
async function types(...fields: readonly string[]): Promise<string[]> {
  const guest = readGuest('it', await module(...fields));
  const all: string[] = [];
  for (let index = 0; ; index++) {
    const type = guest.typeOf(index);
    if (type === undefined) return all;
    all.push(showType(type));
  }
}

test('functions take and answer numbers, vectors and references', async () => {
  expect(
    await types(
      '(func)',
      '(func (param i32 i64 f32 f64 v128) (result i32))',
      '(func (param funcref externref) (result i32 i64))',
    ),
  ).toEqual(['() -> ()', '(i32, i64, f32, f64, v128) -> i32', '(ref, ref) -> (i32, i64)']);
});

test('imported functions come first, whatever stands between them', async () => {
  expect(
    await types(
      '(import "a" "f" (func (param i32)))',
      '(import "a" "t" (table 1 funcref))',
      '(import "a" "m" (memory 1 2))',
      '(import "a" "g" (global (mut i64)))',
      '(import "a" "e" (tag (param i32)))',
      '(import "a" "f" (func (param i64)))',
      '(func (param f32))',
    ),
  ).toEqual(['(i32) -> ()', '(i64) -> ()', '(f32) -> ()']);
});

test('structures, arrays, groups and subtypes are passed over, and keep their indices', async () => {
  expect(
    await types(
      '(type $a (array (mut i8)))',
      '(rec (type $s (sub (struct (field i32) (field (mut i16)) (field (ref null $a)))))',
      '  (type $f (func (param (ref $s) i32) (result (ref null $a)))))',
      '(type (sub final $s (struct (field i32) (field (mut i16)) (field (ref null $a)) (field f64))))',
      '(type $g (sub (func (param f64))))',
      '(type $e (struct))',
      '(func (type $g)) (func (type $f)) (func (param i64))',
    ),
  ).toEqual(['(f64) -> ()', '(ref, i32) -> ref', '(i64) -> ()']);
});

test('limits of memories: shared, of 64 bits, with pages of another size', async () => {
  const memories = '(memory 1) (memory 2 3 shared) (memory i64 4) (memory 5 6 (pagesize 1))';
  expect(readGuest('it', await module(memories)).memories).toEqual([
    { least: 1, most: undefined, shared: false, wide: false },
    { least: 2, most: 3, shared: true, wide: false },
    { least: 4, most: undefined, shared: false, wide: true },
    { least: 5, most: 6, shared: false, wide: false },
  ]);
});
