// SPDX-License-Identifier: MIT
// The suite about itself: nothing in it is without its other half, and its runner tells what goes wrong.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { adapters } from './runner/adapters.mjs';
import { type Behaviour, GROUPS, guests, load, spec } from './runner/behaviours.mjs';
import { build, moduleOf } from './runner/build.mjs';
import { reasons, surprise } from './runner/known-failures.mjs';
import { run } from './runner/run.mjs';
import { parse } from './runner/script.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Throws where a guest has no JSON beside it, or a JSON no guest, or names a line that spec.json lacks.
const behaviours = load();
const ids = new Set(behaviours.map(({ id }) => id));

test('every guest is a behaviour, and every group has some', () => {
  const sources = GROUPS.flatMap((group) =>
    readdirSync(join(guests, group)).filter((name) => name.endsWith('.ts')),
  );
  expect(behaviours.length).toBe(sources.length);
  expect(behaviours.length).toBeGreaterThanOrEqual(295);
});

test('no two behaviours are told in the same words', () => {
  const sentences = behaviours.map(({ group, behaviour }) => `${group}: ${behaviour}`);
  expect(new Set(sentences).size).toBe(behaviours.length);
});

test('each guest begins with the sentence of its JSON', () => {
  for (const { source, behaviour, id } of behaviours) {
    const [, sentence] = readFileSync(source, 'utf8').split('\n');
    expect(sentence, id).toBe(`// ${behaviour}`);
  }
});

test('every line of spec.json has a place and words, and some behaviour rests on it', () => {
  const used = new Set(behaviours.flatMap(({ spec }) => spec));
  for (const [key, line] of Object.entries<Record<string, unknown>>(spec.lines)) {
    expect(line.document, key).toBeTruthy();
    expect(line.text, key).toBeTruthy();
    expect(line.url ?? line.line, key).toBeTruthy();
    expect(used, 'a line that nothing rests on').toContain(key);
  }
});

test('every known failure is one of a runtime and a behaviour, is told once, and is none of pollux', () => {
  const names = adapters().map(({ name }) => name);
  const seen = new Set<string>();
  for (const { runtimes, behaviours, reason } of reasons) {
    expect(reason).toMatch(/\.$/);
    for (const runtime of runtimes) {
      expect(names).toContain(runtime);
      expect(runtime).not.toMatch(/^pollux/);
      for (const id of behaviours) {
        expect(ids).toContain(id);
        expect(seen, 'told twice').not.toContain(`${runtime} ${id}`);
        seen.add(`${runtime} ${id}`);
      }
    }
  }
});

test('the published document has every behaviour', () => {
  const published = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
  for (const { id } of behaviours) expect(published).toContain(`guests/${id}.ts)`);
});

test('a line that a script does not have is refused', () => {
  expect(() => parse('a waves')).toThrow("no line like 'a waves'");
  expect(parse('c1..c3 send "x"')).toMatchObject({ clients: ['c1', 'c2', 'c3'], text: 'x' });
});

describe('the runner tells', () => {
  const plain = behaviours.find(({ id }) => id === 'process/exit-zero') as Behaviour;
  /** A runtime that runs a line of JavaScript in place of the guest. */
  const wrong = (code: string) => ({
    name: 'wrong',
    version: () => '0',
    missing: undefined,
    tellsPorts: false,
    lacks: () => undefined,
    command: () => [process.execPath, '-e', code],
    trapped: (status: number | null, _signal: string | null, stderr: string) =>
      status === 134 ? stderr : undefined,
    crashed: (status: number | null) => status === 70,
  });

  test('success', async () => {
    expect(await run(wrong(''), plain)).toEqual({ verdict: 'pass', why: '' });
  });

  test('what the guest says about its failure', async () => {
    const result = await run(wrong('console.error("failed: 1 is not 2"); process.exit(1)'), plain);
    expect(result).toEqual({ verdict: 'fail', why: '1 is not 2' });
  });

  test('a wrong status', async () => {
    expect(await run(wrong('process.exit(3)'), plain)).toMatchObject({ verdict: 'fail' });
  });

  test('a trap, which is a failure unless it may be', async () => {
    const code = 'console.error("out of bounds"); process.exit(134)';
    expect(await run(wrong(code), plain)).toMatchObject({ verdict: 'fail' });
    expect(await run(wrong(code), { ...plain, mayTrap: true })).toMatchObject({ verdict: 'pass' });
  });

  test('a process that ends by a signal', async () => {
    const result = await run(wrong('process.kill(process.pid, "SIGSEGV")'), plain);
    expect(result).toMatchObject({ verdict: 'crash', why: expect.stringContaining('SIGSEGV') });
  });

  test('an internal error of the host', async () => {
    expect(await run(wrong('process.exit(70)'), plain)).toMatchObject({ verdict: 'crash' });
  });

  test('a guest that does not come back', async () => {
    const result = await run(wrong('setInterval(() => {}, 1000)'), plain, { limitMs: 1000 });
    expect(result).toMatchObject({ verdict: 'hang' });
  });

  test('output that is not what must be printed', async () => {
    const result = await run(wrong('console.log("two")'), { ...plain, prints: 'one\n' });
    expect(result).toEqual({ verdict: 'fail', why: 'it printed "two\\n"' });
  });

  test('a script that does not come true', async () => {
    const script = [parse('guest says hello')];
    const result = await run(wrong('console.log("goodbye")'), { ...plain, script });
    expect(result).toMatchObject({ verdict: 'fail', why: expect.stringContaining('guest says') });
  });

  test('a guest that waits for more of a script that has failed', async () => {
    const script = [parse('guest says hello'), parse('a connects')];
    const forever = 'console.log("hello"); setInterval(() => {}, 1000)';
    const limits = { limitMs: 2 ** 31 - 1, afterMs: 100 };
    const result = await run(wrong(forever), { ...plain, script }, limits);
    expect(result).toMatchObject({ verdict: 'hang', why: expect.stringContaining('a connects') });
  });

  test('what is offered and what is not', async () => {
    const result = await run({ ...wrong(''), lacks: () => 'no sockets' }, plain);
    expect(result).toEqual({ verdict: 'not offered', why: 'no sockets' });
  });

  test('a result that is not the known one, in both directions', () => {
    const [reason] = reasons.filter(({ sometimes }) => !sometimes);
    const [runtime = '', id = ''] = [reason?.runtimes[0], reason?.behaviours[0]];
    expect(surprise(runtime, id, { verdict: 'pass', why: '' })).toContain('passes');
    expect(surprise('nobody', id, { verdict: 'fail', why: 'x' })).toContain('fail: x');
    expect(surprise('nobody', id, { verdict: 'pass', why: '' })).toBeUndefined();
  });
});

describe('a guest that is wrong fails the build:', () => {
  test.each([
    ['a warning', "export const x: i32 = <usize>1 as i32;\nlet y: i32 = changetype<usize>('a');"],
    ['a mistake', 'nonsense('],
    ['an import of its own', "@external('env', 'f')\ndeclare function f(): void;\nf();"],
  ])('%s', async (name, code) => {
    const id = `wrong/${name.replaceAll(' ', '-')}`;
    const source = join(root, 'build', `conformance-${name.replaceAll(' ', '-')}.ts`);
    writeFileSync(source, code);
    await expect(build([{ id, source }])).rejects.toThrow(`guests/${id}.ts`);
    expect(existsSync(moduleOf(id))).toBe(false);
  });
});
