// SPDX-License-Identifier: MIT
// The lines that tell how to run a component.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote, type Runnable, runLines } from '../../../src/cli/run-lines.ts';
import { parseSettings } from '../../../src/componentize/settings.ts';

test('a shell takes any word as it was', () => {
  const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 });
  const texts = words.filter((all) => all.every((word) => !word.includes('\0')));
  fc.assert(
    fc.property(texts, (all) => {
      const line = `printf '%s\\0' ${all.map(quote).join(' ')}`;
      const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(all);
    }),
    { numRuns: 50, examples: [[["it's", '$HOME', '-n', '~', '*', 'a b', '"', '\\', '\n', '!']]] },
  );
});

describe('flags', () => {
  const lines = (given: Partial<Runnable>, listen: string[] = [], connect: string[] = []) =>
    runLines({
      ...{ file: 'a.wasm', wasi: '0.2', accepts: true },
      ...given,
      settings: parseSettings(listen, connect),
    }).filter((line) => line.startsWith('  '));

  test('a guest without sockets needs none', () => {
    expect(lines({ accepts: false })).toEqual([
      '  wasmtime run a.wasm',
      '  wasmtime run -S cli-exit-with-code a.wasm',
      '  npx @bytecodealliance/jco run a.wasm',
    ]);
  });

  test('one that only connects needs the network, and nowhere to listen', () => {
    expect(lines({ accepts: false }, [], ['db=[::1]:1'])[0]).toBe(
      '  wasmtime run -S inherit-network a.wasm',
    );
  });

  test.each([
    [['localhost:1'], [], true],
    [[':1', '127.0.0.1:1', '[::1]:1'], ['10.0.0.1:1'], false],
    [[], ['db=db.internal:5432'], true],
  ])('listen %j, connect %j: names of hosts %j', (listen, connect, names) => {
    expect(lines({}, listen, connect)[0]?.includes('-S allow-ip-name-lookup')).toBe(names);
  });

  test('for 0.3 there is one line', () => {
    expect(lines({ wasi: '0.3' })).toEqual([
      '  wasmtime run -S inherit-network --env LISTEN=127.0.0.1:6666 a.wasm',
    ]);
  });

  test('a file that would be an option is shown as a path', () => {
    expect(lines({ file: '-x.wasm', accepts: false })[0]).toBe('  wasmtime run ./-x.wasm');
  });
});
