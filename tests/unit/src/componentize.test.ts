// SPDX-License-Identifier: MIT
// What componentize makes: the guest's own bytes, imports of one name told apart, the settings, and the rest of the
// template as it is.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PREVIEW1_NAMES, signatureOf } from '../../../host/index.ts';
import { splice } from '../../../src/componentize/template.ts';
import { componentize } from '../../../src/index.ts';
import { command, coreModules, FOUR, preview1, taken } from '../../support/components.ts';
import { custom, leb, MODULE, section } from '../../support/wasm.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const P1 = 'wasi_snapshot_preview1';
const SIZE_OF_SETTINGS = 65_536;

const guestOf = (component: Uint8Array) => coreModules(component)[0] as Uint8Array;
const importsOf = (bytes: Uint8Array) =>
  WebAssembly.Module.imports(new WebAssembly.Module(bytes as unknown as BufferSource)).map(
    ({ module, name }) => `${module}.${name}`,
  );

/** What the adapter finds at 16 of its memory. */
function settingsOf(component: Uint8Array): string {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const settings = coreModules(component)[1] as Uint8Array;
  new WebAssembly.Instance(new WebAssembly.Module(settings as unknown as BufferSource), {
    state: { memory },
  });
  expect(memory.buffer.byteLength).toBe(SIZE_OF_SETTINGS);
  const length = new DataView(memory.buffer).getUint32(16, true);
  return Buffer.from(memory.buffer, 20, length).toString();
}

describe('the guest', () => {
  const examples = readdirSync(`${root}build/examples`).filter(
    (name) => name.endsWith('.wasm') && !name.endsWith('.reactor.wasm'),
  );
  test.each(examples)('%s is in it byte for byte', (name) => {
    const bytes = readFileSync(`${root}build/examples/${name}`);
    expect(bytes.equals(guestOf(componentize(bytes)))).toBe(true);
  });

  test('may import each function of preview 1, by its type in the witx', async () => {
    const fields = [...PREVIEW1_NAMES.keys()].map((name) => {
      const { parameters = [], results = [] } = signatureOf(name) ?? {};
      const type = `(param ${parameters.join(' ')}) (result ${results.join(' ')})`;
      return preview1(name, type.replace('(result )', ''));
    });
    const bytes = await command(...fields);
    expect(importsOf(guestOf(componentize(bytes)))).toHaveLength(46);
  });

  test('imports a name again from #1, #2 and so on, as components forbid it twice', async () => {
    const seek = '(param i32 i64 i32 i32) (result i32)';
    const bytes = await command(
      preview1('fd_write', FOUR),
      preview1('fd_seek', seek),
      preview1('fd_write', FOUR),
      preview1('fd_read', FOUR),
      preview1('fd_seek', seek),
      preview1('fd_write', FOUR),
    );
    expect(importsOf(guestOf(componentize(bytes)))).toEqual([
      ...[`${P1}.fd_write`, `${P1}.fd_seek`, `${P1}#1.fd_write`],
      ...[`${P1}.fd_read`, `${P1}#1.fd_seek`, `${P1}#2.fd_write`],
    ]);
  });

  test('comes out again as it went in, but for an import section that names one thing twice', async () => {
    const names = ['fd_write', 'fd_read', 'poll_oneoff'];
    const imported = fc.array(fc.constantFrom(...names), { maxLength: 20 }).filter((all) => {
      return names.every((name) => all.filter((each) => each === name).length <= 8);
    });
    const extra = fc.tuple(fc.string({ unit: 'binary', maxLength: 200 }), fc.uint8Array());
    await fc.assert(
      fc.asyncProperty(imported, extra, fc.boolean(), async (all, [title, content], isLast) => {
        const plain = await command(...all.map((name) => preview1(name, FOUR)));
        const more = Uint8Array.from(custom(title, [...content]));
        const bytes = isLast
          ? Buffer.concat([plain, more])
          : Buffer.concat([plain.subarray(0, 8), more, plain.subarray(8)]);
        const out = guestOf(componentize(bytes));
        const [before, after] = [taken(bytes), taken(out)];
        if (new Set(all).size === all.length) {
          expect(Buffer.compare(out, bytes)).toBe(0);
        }
        expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
        for (const [index, part] of before.entries()) {
          if (part.id !== 2) expect(after[index]).toEqual(part);
        }
        const names = importsOf(out);
        expect(new Set(names).size).toBe(names.length);
        expect(names.map((name) => name.replace(/#\d/, ''))).toEqual(importsOf(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test('may stand in the midst of a larger buffer, and stays as it is there', async () => {
    const bytes = await command(preview1('fd_write', FOUR), preview1('fd_write', FOUR));
    const larger = Buffer.concat([Buffer.alloc(3, 1), bytes, Buffer.alloc(5, 2)]);
    const before = Buffer.from(larger);
    const out = componentize(larger.subarray(3, 3 + bytes.length));
    expect(out).toEqual(componentize(bytes));
    expect(larger.equals(before)).toBe(true);
  });
});

describe('the template', () => {
  const EMPTY = [...MODULE];
  const component = (...parts: readonly (readonly number[])[]) =>
    Uint8Array.from([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, ...parts.flat()]);

  test('keeps all but its first two core modules, those of components within it too', () => {
    // A component in the template, which has core modules of its own.
    const inner = section(4, [...component(section(1, EMPTY), section(1, EMPTY))]);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => custom(name, [1, 1, 1])) as [
      number[],
      number[],
      number[],
    ];
    const template = component(
      a,
      inner,
      section(1, EMPTY),
      b,
      section(1, EMPTY),
      c,
      section(1, EMPTY),
    );
    const [guest, settings] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)];
    const spliced = splice(template, [guest.subarray(0, 1), guest.subarray(1)], settings);
    expect(spliced).toEqual(
      component(a, inner, section(1, [1, 2, 3]), b, section(1, [4, 5]), c, section(1, EMPTY)),
    );
  });

  test('takes a guest whose length needs more bytes than the place has', () => {
    const guest = new Uint8Array(3_000_000).fill(7);
    const spliced = splice(
      component(section(1, EMPTY), section(1, EMPTY)),
      [guest],
      Uint8Array.of(),
    );
    expect(guestOf(spliced).length).toBe(guest.length);
    expect(spliced.length).toBe(8 + 1 + leb(guest.length).length + guest.length + 2);
  });

  test('without two places is an error of the package', () => {
    expect(() => splice(component(section(1, EMPTY)), [], Uint8Array.of())).toThrow(/no place/);
  });

  test('is that of WASI 0.2 where nothing else is said, and all of it but the two places is there', async () => {
    const bytes = await command();
    const out = componentize(bytes);
    expect(out).toEqual(componentize(bytes, { wasi: '0.2' }));
    expect([...out.subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0]);
    const template = readFileSync(`${root}dist/component/wasi-0.2.wasm`);
    const [before, after] = [taken(template), taken(out)];
    const places = before.flatMap(({ id }, index) => (id === 1 ? [index] : [])).slice(0, 2);
    expect(after.filter((_, index) => !places.includes(index))).toEqual(
      before.filter((_, index) => !places.includes(index)),
    );
  });
});

describe('the settings', () => {
  test.each([
    [{}, ''],
    [{ listen: [], connect: [] }, ''],
    [{ listen: ['127.0.0.1:6666'] }, 'LISTEN=127.0.0.1:6666\0'],
    [
      { listen: ['web=:8080', 'admin=[::1]:0', 'localhost:9000'] },
      'LISTEN=web=:8080,admin=[::1]:0,localhost:9000\0',
    ],
    [{ connect: ['db=10.0.0.5:5432'] }, 'CONNECT=db=10.0.0.5:5432\0'],
    [
      { listen: [':1'], connect: ['example.org:80', '[::1]:2'] },
      'LISTEN=:1\0CONNECT=example.org:80,[::1]:2\0',
    ],
  ] as const)('%j', async (options, text) => {
    expect(settingsOf(componentize(await command(), options))).toBe(text);
  });

  test('have room for 8,000 bytes and no more', async () => {
    const guest = await command();
    // LISTEN=, the addresses with commas between them, NUL.
    const one = `${'n'.repeat(100)}=127.0.0.1:10000`;
    const many = Array(68).fill(one);
    const filled = 7 + many.join(',').length + 1;
    const last = (length: number) => `${'m'.repeat(length - 1 - '=:1'.length)}=:1`;
    const fits = { listen: [...many, last(8000 - filled)] };
    expect(settingsOf(componentize(guest, fits))).toHaveLength(8000);
    const over = { listen: [...many, last(8001 - filled)] };
    expect(() => componentize(guest, over)).toThrow(
      expect.objectContaining({
        code: 'ERR_COMPONENTIZE',
        message: expect.stringMatching(/take 8001 bytes.* room for 8000; .*LISTEN and CONNECT/),
      }),
    );
  });

  test('are data at 16 of the memory that the adapter has', async () => {
    const [, settings] = coreModules(componentize(await command(), { listen: [':1'] }));
    const data = '\\0a\\00\\00\\00LISTEN=:1\\00';
    const text = `(module (import "state" "memory" (memory 1)) (data (i32.const 16) "${data}"))`;
    expect(settings).toEqual(await parse(text));
  });
});
