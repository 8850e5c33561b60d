// SPDX-License-Identifier: MIT
// What `pollux inspect` reads off a module, byte by byte: memories of all kinds, sections that lie, strings.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Inspection, inspectModule } from '../../../src/inspect/inspect.ts';
import { chooseMode } from '../../../src/reactor/modes/choose.ts';
import type { Mode, ReactorConfig } from '../../../src/reactor/options.ts';
import {
  custom,
  exported,
  FUNC,
  GLOBAL,
  imported,
  leb,
  MEMORY,
  MODULE,
  section,
  TABLE,
  text,
  vector,
} from '../../support/wasm.ts';

const folder = mkdtempSync(join(tmpdir(), 'pollux-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const P1 = 'wasi_snapshot_preview1';

/** Type 0: no parameters, no results. */
const TYPES = section(1, vector([[0x60, 0, 0]]));
const COMMAND = [
  ...TYPES,
  ...section(3, vector([[0]])),
  ...section(5, vector([[0, 1]])),
  ...section(7, vector([exported('memory', MEMORY, 0), exported('_start', FUNC, 0)])),
  ...section(10, vector([[2, 0, 0x0b]])),
];

let count = 0;
function inspect(...parts: readonly (readonly number[])[]): Inspection {
  const path = join(folder, `${count++}.wasm`);
  writeFileSync(path, Uint8Array.from([...MODULE, ...parts.flat()]));
  return inspectModule(path);
}

const exporting = (...names: readonly [string, number][]) =>
  section(7, vector(names.map(([name, kind]) => exported(name, kind, 0))));

describe('the memory', () => {
  test('its own, with a maximum, under another name: then preview 1 does not find it', () => {
    const { memory, obstacles } = inspect(
      section(5, vector([[1, 2, ...leb(300)]])),
      exporting(['mem', MEMORY]),
    );
    expect(memory).toEqual({
      ...{ least: 2, most: 300, shared: false, wide: false },
      ...{ imported: false, exported: 'mem' },
    });
    expect(obstacles).toContain("it exports no memory named 'memory'");
  });

  test('imported behind imports of all other kinds', () => {
    const { memory, unknownImports } = inspect(
      TYPES,
      section(
        2,
        vector([
          imported('env', 'f', FUNC, [0]),
          imported('env', 'table', TABLE, [0x70, 1, 1, ...leb(1000)]),
          imported('env', 'global', GLOBAL, [0x7f, 1]),
          imported('env', 'memory', MEMORY, [3, 17, ...leb(1024)]),
        ]),
      ),
    );
    expect(memory).toEqual({
      ...{ least: 17, most: 1024, shared: true, wide: false },
      ...{ imported: true, exported: undefined },
    });
    expect(unknownImports).toEqual(['env.f', 'env.table', 'env.global', 'env.memory']);
  });

  test('a shared one keeps it from running, and so does none', () => {
    const shared = inspect(section(5, vector([[3, 1, 1]])), exporting(['memory', MEMORY]));
    expect(shared.obstacles).toContain('its memory is shared, which preview 1 has no rules for');
    expect(inspect().memory).toBeUndefined();
  });
});

describe('who made it', () => {
  const producers = [
    ...[2, ...text('language'), 1, ...text('Rust'), ...text('')],
    ...[...text('processed-by'), 1, ...text('rustc'), ...text('1.95.0 (abc)')],
  ];

  test('the producers section says it', () => {
    const { producers: said } = inspect(COMMAND, custom('producers', producers));
    expect(said).toEqual(['Rust', 'rustc 1.95.0 (abc)']);
  });

  test('the name section has its name, and tells whether functions have theirs', () => {
    const called = section(0, text('tool'));
    expect(inspect(COMMAND, custom('name', called))).toMatchObject({
      name: 'tool',
      functionNames: false,
    });
    const functions = section(1, vector([[0, ...text('main')]]));
    expect(inspect(COMMAND, custom('name', functions)).functionNames).toBe(true);
    expect(inspect(COMMAND).name).toBeUndefined();
  });

  // The engine does not look into custom sections, so anything may be in them.
  test('a section that says it has 2^40 entries is passed over, at once', () => {
    const endless = [...leb(2 ** 40), ...text('language')];
    expect(inspect(COMMAND, custom('producers', endless)).producers).toEqual([]);
    expect(inspect(COMMAND, custom('name', [0, 1, ...leb(2 ** 40)])).name).toBeUndefined();
    expect(inspect(COMMAND, custom('producers', Array(40).fill(0xff))).producers).toEqual([]);
  });

  test('a section cut off anywhere is passed over, and the next one read', () => {
    for (let length = 0; length < producers.length; length++) {
      const cut = inspect(
        COMMAND,
        custom('producers', producers.slice(0, length)),
        custom('producers', producers),
      );
      expect(cut).toMatchObject({ kind: 'command', producers: ['Rust', 'rustc 1.95.0 (abc)'] });
    }
  });
});

describe('the kind', () => {
  const exports = (...names: string[]) =>
    inspect(
      TYPES,
      section(3, vector([[0]])),
      section(5, vector([[0, 1]])),
      exporting(['memory', MEMORY], ...names.map((name) => [name, FUNC] as [string, number])),
      section(10, vector([[2, 0, 0x0b]])),
    );

  test.each([
    [['_start'], 'command', ['blocking', 'worker', 'jspi']],
    [['_initialize', 'turn'], 'reactor', ['worker', 'inline']],
    [
      ['_start', '_initialize', 'turn'],
      'command and reactor',
      ['blocking', 'worker', 'jspi', 'inline'],
    ],
    [['_initialize'], 'reactor', []],
    [['turn'], 'neither', []],
  ])('of one that exports %j: %s', (names, kind, modes) => {
    expect(exports(...names)).toMatchObject({ kind, modes });
  });

  const kinds = [['_start'], ['_initialize', 'turn'], ['_start', '_initialize', 'turn']];
  test.each(kinds)('the modes are those in which it starts: %s %s %s', (...names) => {
    const { path, modes } = exports(...names);
    const module = new WebAssembly.Module(readFileSync(path));
    const starts = (mode: Mode) => {
      try {
        chooseMode({ mode, workers: 1, backend: 'epoll' } as ReactorConfig, module);
        return true;
      } catch (error) {
        // What this runtime lacks says nothing of the module.
        return (error as Error).message.includes('this runtime has no');
      }
    };
    const all: Mode[] = ['blocking', 'worker', 'jspi', 'inline'];
    expect(all.filter(starts)).toEqual(modes);
  });

  test('a command can become a component, a reactor can not', () => {
    expect(exports('_start').componentizes).toBe(true);
    expect(exports('_initialize', 'turn').componentizes).toBe(false);
  });

  test('a reactor without turn is told why it can not run', () => {
    expect(exports('_initialize').obstacles).toEqual([
      'it exports _initialize but no turn, so nothing would run it once it is initialised',
    ]);
  });

  test('a component is one, and is told what to build instead', () => {
    const path = join(folder, 'component.wasm');
    writeFileSync(path, Uint8Array.from([0, 97, 115, 109, 13, 0, 1, 0]));
    const { kind, modes, componentizes, obstacles } = inspectModule(path);
    expect({ kind, modes, componentizes }).toEqual({
      ...{ kind: 'component', modes: [], componentizes: false },
    });
    expect(obstacles[0]).toMatch(/^it is a component; .*wasm32-wasip1/);
  });

  test('imports of preview 0 are told as such', () => {
    const { obstacles } = inspect(
      TYPES,
      section(2, vector([imported('wasi_unstable', 'fd_write', FUNC, [0])])),
    );
    expect(obstacles[0]).toMatch(/wasi_unstable\.fd_write.*preview 0/);
  });
});

describe('what it would use', () => {
  const use = (calls: readonly string[], data: Buffer) =>
    inspect(
      TYPES,
      section(2, vector(calls.map((name) => imported(P1, name, FUNC, [0])))),
      section(5, vector([[0, 1]])),
      section(11, vector([[0, 0x41, 0, 0x0b, ...leb(data.length), ...data]])),
    ).features;
  const OUTBOUND = 'connects by /dev/tcp (--connect)';
  const FILES = 'opens files (--dir), or connections by /dev/tcp';

  test.each([
    ['C', Buffer.from('\0/dev/tcp/db\0')],
    ['AssemblyScript, the whole path', Buffer.from('/dev/tcp/db', 'utf16le')],
    ["AssemblyScript, the SDK's", Buffer.from('\0tcp/', 'utf16le')],
  ])('connections, by a string of %s', (_language, data) => {
    expect(use(['path_open'], data)).toEqual([OUTBOUND]);
  });

  test('a path in a message that has tcp/ in it is none', () => {
    expect(use(['path_open'], Buffer.from('src/net/tcp/stream.rs'))).toEqual([FILES]);
    expect(use(['path_open'], Buffer.from('~lib/tcp/x', 'utf16le'))).toEqual([FILES]);
  });

  test('files, where it asks for more of them than a device', () => {
    expect(use(['path_open', 'fd_seek'], Buffer.from('/dev/tcp/'))).toEqual([OUTBOUND, FILES]);
  });

  test('a string alone is not enough: it must be able to open it', () => {
    expect(use(['random_get'], Buffer.from('/dev/tcp/ /dev/poll'))).toEqual(['random numbers']);
  });

  test('sockets, readiness, clocks, arguments and environment, by the imports', () => {
    const calls = ['sock_accept', 'poll_oneoff', 'clock_time_get', 'args_get', 'environ_get'];
    expect(use(calls, Buffer.alloc(0))).toEqual([
      ...['accepts connections', 'waits for many descriptors'],
      ...['clocks', 'arguments', 'environment'],
    ]);
  });
});
