#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// `npm run bench`: echo servers side by side, each pinned to one core and the load to another.
// Round robin over the servers within each repetition; see README.md here for how to read it.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { calmest, findCores } from '../../dist/compare-bench.js';
import { machineLine, markdown, print } from './report.mjs';
import { resolve, servers } from './servers.mjs';
import { startupTimes } from './startup.mjs';
import { targets } from './statistics.mjs';

/** @param {string} text */
function positive(text) {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** @param {string} text */
function counts(text) {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isInteger(value) || value < 0))
    throw new InvalidArgumentError('It must be whole numbers, separated by commas.');
  return values;
}

/** @param {string} text */
function names(text) {
  const known = servers.map((server) => server.name);
  const list = text.split(',');
  const unknown = list.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`${unknown.join(', ')}: there are ${known.join(', ')}.`);
  return list;
}

/** @param {string} text @param {Map<string, string>} all */
function runtimePath(text, all) {
  const [name, ...path] = text.split('=');
  if (!name || path.length === 0) throw new InvalidArgumentError('It must be NAME=PATH.');
  return all.set(name, path.join('='));
}

const program = new Command('bench')
  .description(
    'Measures 64-byte echo: rate, latency, CPU a request, memory for each idle connection.',
  )
  .option('--servers <names>', `which, of ${servers.map((s) => s.name).join(',')}`, names)
  .option('--active <counts>', 'active connections, such as 1,50', counts)
  .option('--idle <counts>', 'idle connections, such as 0,1000', counts)
  .option('--repeat <n>', 'repetitions (default 5)', positive)
  .option('--seconds <s>', 'length of one measured window (default 1)', positive)
  .option('--warmup <s>', 'the same load before it, not counted (default 0.4)', positive)
  .option('--size <bytes>', 'bytes a message', positive, 64)
  .option('--startups <n>', 'how often to measure the start, 0 for not (default 20)', Number)
  .option('--retries <n>', 'measure again when others took more than 10% of a core', Number, 1)
  .option('--quick', 'few servers, two scenarios, two short repetitions')
  .option('--limit <minutes>', 'begin no measurement after this', positive, 15)
  .option(
    '--runtime <name=path>',
    'where bun, node-26 or wasmtime-36, -46 or -49 is',
    runtimePath,
    new Map(),
  )
  .option('--json <file>', 'write all samples there')
  .option('--markdown [file]', "print the README's table, or write it to a file")
  .addHelpText(
    'after',
    '\nWithout --active and --idle: 1, 10, 50 and 500 active with 0 idle, and 50 active with 1,000\n' +
      'and 15,000 idle. With either: all their combinations.\n\n' +
      'Examples:\n' +
      '  npm run bench -- --quick\n' +
      '  npm run bench -- --servers c-epoll,pollux-epoll --active 50 --idle 0,15000 --repeat 9\n',
  )
  .parse();
const options = program.opts();

const quick = {
  scenarios: [0, 1000].map((idle) => ({ active: 50, idle })),
  servers: ['c-epoll', 'node-net', 'pollux-epoll'],
};
const full = [
  ...[1, 10, 50, 500].map((active) => ({ active, idle: 0 })),
  ...[1000, 15000].map((idle) => ({ active: 50, idle })),
];

function scenarios() {
  if (!options.active && !options.idle) return options.quick ? quick.scenarios : full;
  /** @type {number[]} */
  const active = options.active ?? [50];
  /** @type {number[]} */
  const idle = options.idle ?? [0];
  return idle.flatMap((i) => active.map((a) => ({ active: a, idle: i })));
}

/** @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${pc.dim(text)}`);
}

async function main() {
  const cores = findCores();
  const begun = performance.now();
  const settings = {
    ...cores,
    guest: '',
    seconds: options.seconds ?? (options.quick ? 0.5 : 1),
    warmup: options.warmup ?? (options.quick ? 0.2 : 0.4),
    size: options.size,
  };
  const repeat = options.repeat ?? (options.quick ? 2 : 5);
  const chosen = options.servers ?? (options.quick ? quick.servers : servers.map((s) => s.name));
  const found = await Promise.all(
    servers.filter((s) => chosen.includes(s.name)).map((s) => resolve(s, options.runtime)),
  );
  const ready = found.flatMap((entry) => ('missing' in entry ? [] : [entry]));
  const missing = found.flatMap((entry) =>
    'missing' in entry ? [{ name: entry.server.name, reason: entry.missing }] : [],
  );
  for (const { name, reason } of missing) console.error(`bench: ${name} is left out: ${reason}`);
  if (ready.length === 0) throw new Error('no server is left to measure');

  const list = scenarios();
  /** @type {import('./statistics.mjs').Cell[]} */
  const cells = list.flatMap((scenario) =>
    ready.map(({ server }) => {
      const tooMany = server.most !== undefined && scenario.active + scenario.idle > server.most;
      return {
        server: server.name,
        scenario,
        samples: [],
        ...(tooMany ? { skipped: `holds ${server.most} connections at most (FD_SETSIZE)` } : {}),
      };
    }),
  );
  const late = () => performance.now() - begun > options.limit * 60_000;
  for (let round = 0; round < repeat && !late(); round++) {
    for (const scenario of list) {
      for (const entry of ready) {
        const cell = cells.find((c) => c.server === entry.server.name && c.scenario === scenario);
        if (!cell || cell.skipped) continue;
        const once = entry.server.linear && scenario.idle > 1000;
        if (late() || (once && round > 0)) {
          cell.samples.push(null);
          continue;
        }
        progress(`${round + 1}/${repeat}: ${scenario.active}+${scenario.idle} ${cell.server}`);
        try {
          cell.samples.push(await calmest(entry.entry, scenario, settings, options.retries));
        } catch (error) {
          cell.samples.push(null);
          cell.skipped =
            String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
          console.error(
            `\nbench: ${cell.server}, ${scenario.active}+${scenario.idle}: ${cell.skipped}`,
          );
        }
      }
    }
  }
  const times = options.startups ?? (options.quick ? 5 : 20);
  progress('startup');
  const canStart = times > 0 && ready.some(({ server }) => server.name === 'pollux-epoll');
  const startup = canStart ? await startupTimes(times) : null;
  progress('');
  const results = {
    cells,
    scenarios: list,
    order: ready.map(({ server }) => server.name),
    startup,
    targets: settings.size === 64 ? targets(cells, startup) : [],
    missing,
    machine: machineLine(),
    command: [
      'npm run bench',
      ...(process.argv.length > 2 ? ['--'] : []),
      ...process.argv.slice(2),
    ].join(' '),
  };
  print(results);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
  if (options.markdown === true) console.log(`\n${markdown(results)}`);
  else if (options.markdown) writeFileSync(options.markdown, `${markdown(results)}\n`);
}

main().catch((error) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
