// SPDX-License-Identifier: MIT
// Writes docs/conformance.md from the results of a run: a summary, the matrix of behaviours and
// runtimes, the reasons of what fails, and what each behaviour rests on.

import { GROUPS, spec } from './behaviours.mjs';
import { reasons } from './known-failures.mjs';

const MARKS = { pass: '✓', fail: '✗', crash: 'crash', hang: 'hang', 'not offered': '–' };

/** @param {string} text */
const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** @param {string[]} head @param {string[][]} rows @param {number} texts columns that are no marks */
function table(head, rows, texts) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i < texts ? '---' : ':-:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** What a line or a page is called here, and where it is. @param {string} key */
function source(key) {
  const entry = spec.lines[key];
  if (entry.url !== undefined) return { name: entry.document, url: entry.url };
  const file = entry.document === 'typenames.witx' ? 'types' : 'calls';
  const folder = `${spec.repository}/blob/${spec.commit}/${spec.folder}`;
  return { name: `${file}:${entry.line}`, url: `${folder}/${entry.document}#L${entry.line}` };
}

/** A link whose address stands at the end of the document. @param {string} key */
const reference = (key) => `[${source(key).name}]`;

/** Columns with the same marks throughout are one column. */
function columnsOf(
  /** @type {import('./adapters.mjs').Adapter[]} */ adapters,
  /** @type {import('./behaviours.mjs').Behaviour[]} */ behaviours,
  /** @type {import('./run-all.mjs').Results} */ results,
) {
  /** @type {{ names: string[], marks: Map<string, string>, all: Map<string, import('./run.mjs').Result> }[]} */
  const columns = [];
  for (const { name } of adapters) {
    const all = results.get(name);
    if (all === undefined) continue;
    const marks = new Map(
      behaviours.map(({ id }) => [id, MARKS[all.get(id)?.verdict ?? 'not offered']]),
    );
    const pollux = name.startsWith('pollux ');
    const same = columns.find(
      (column) =>
        pollux &&
        column.names[0]?.startsWith('pollux ') &&
        behaviours.every(({ id }) => column.marks.get(id) === marks.get(id)),
    );
    if (same === undefined) columns.push({ names: [name], marks, all });
    else same.names.push(name);
  }
  return columns;
}

/** Names of one column: `pollux epoll, poll`. @param {string[]} names */
const title = ([first = '', ...others]) =>
  [first, ...others.map((name) => name.replace(/^pollux /, ''))].join(', ');

/**
 * The document.
 *
 * @param {import('./adapters.mjs').Adapter[]} adapters
 * @param {import('./behaviours.mjs').Behaviour[]} behaviours
 * @param {import('./run-all.mjs').Results} results
 * @param {string} date
 */
export function report(adapters, behaviours, results, date) {
  const columns = columnsOf(adapters, behaviours, results);
  const short = columns.map(({ names }) =>
    names.length > 1 && names[0]?.startsWith('pollux ') ? 'pollux (all)' : title(names),
  );
  const isWhole = columns.filter(({ names }) => names[0]?.startsWith('pollux ')).length === 1;
  const heads = isWhole ? short : columns.map(({ names }) => title(names));

  const count = (/** @type {import('./behaviours.mjs').Behaviour[]} */ some) =>
    columns.map(({ all }) => {
      const offered = some.filter(({ id }) => all.get(id)?.verdict !== 'not offered');
      const passed = offered.filter(({ id }) => all.get(id)?.verdict === 'pass').length;
      return offered.length === 0 ? '–' : `${passed}/${offered.length}`;
    });
  const summary = GROUPS.map((group) => {
    const some = behaviours.filter((one) => one.group === group);
    return some.length === 0 ? [] : [group, ...count(some)];
  }).filter((row) => row.length > 0);
  for (const level of ['must', 'should'])
    summary.push([
      `**${level}**`,
      ...count(behaviours.filter((one) => one.level === level)).map((text) => `**${text}**`),
    ]);
  summary.push(['**all**', ...count(behaviours).map((text) => `**${text}**`)]);

  const versions = adapters
    .filter(({ name, missing }) => missing === undefined && results.has(name))
    .map((adapter) => `${adapter.name} ${adapter.version()}`);
  const missing = adapters
    .filter((adapter) => adapter.missing !== undefined)
    .map((adapter) => `- ${adapter.name} was not tried: ${adapter.missing}`);

  const groups = GROUPS.flatMap((group) => {
    const some = behaviours.filter((one) => one.group === group);
    if (some.length === 0) return [];
    const rows = some.map((behaviour) => [
      `[${behaviour.id.slice(group.length + 1)}](../tests/conformance/guests/${behaviour.id}.ts)`,
      `${escaped(behaviour.behaviour)}${behaviour.level === 'should' ? ' _(should)_' : ''}`,
      behaviour.spec.map(reference).join(' '),
      ...columns.map(({ marks }) => marks.get(behaviour.id) ?? ''),
    ]);
    return [`### ${group}`, table(['', 'behaviour', 'rests on', ...heads], rows, 3)];
  });

  const why = reasons
    .filter(({ runtimes }) => runtimes.some((name) => results.has(name)))
    .map(
      ({ reason, runtimes, behaviours, sometimes }) =>
        `- **${runtimes.join(', ')}**: ${escaped(reason)}${sometimes ? ' (Not each time.)' : ''} ${behaviours.map((id) => `\`${id}\``).join(', ')}.`,
    );

  const keys = Object.keys(spec.lines).filter((key) =>
    behaviours.some((behaviour) => behaviour.spec.includes(key)),
  );
  const sources = keys.map((key) => `| ${reference(key)} | ${escaped(spec.lines[key].text)} |`);
  const links = new Set(keys.map((key) => `[${source(key).name}]: ${source(key).url}`));

  return `# Conformance of preview 1 runtimes: poll_oneoff and sockets

<!-- Written by \`npm run conformance\`; edits are lost. -->

What ${behaviours.length} behaviours of WASI preview 1 do on each runtime, measured on ${date}, ${process.platform} ${process.arch}. The public
wasi-testsuite has one test of \`poll_oneoff\` and two of \`sock_shutdown\`; this suite is for the rest of what an
event-driven server stands on. [tests/conformance](../tests/conformance/README.md) tells how to run it, and
how to add a runtime. Each behaviour is a guest of its own that imports \`wasi_snapshot_preview1\` and nothing else.

_must_: the witx says so, or every program relies on it. _should_: the habit of POSIX, or quality.
✓ passes, ✗ fails, **crash**: the host went down, **hang**: it did not come back, –: the runtime does
not offer what the behaviour needs (no sockets, say), and nothing was tried.

${versions.map((one) => `- ${one}`).join('\n')}
${missing.length === 0 ? '' : `\n${missing.join('\n')}\n`}
## Summary

${table(['group', ...heads], summary, 1)}
${isWhole ? '\npollux passes the same on each of its backends: one column stands for them all.\n' : ''}
## Behaviours

Links in the third column go to the line of \`wasi_snapshot_preview1.witx\` (calls) or \`typenames.witx\` (types) that the behaviour
rests on, at one commit of the specification's repository, or to the page of POSIX that the witx refers to. What they say is
[below](#what-the-behaviours-rest-on).

${groups.join('\n\n')}

## Why they fail

${why.length === 0 ? 'Nothing does.' : why.join('\n')}

## What the behaviours rest on

Lines of the witx as they are; of other documents the section, in our words.

| where | what |
| --- | --- |
${sources.join('\n')}

${[...links].join('\n')}
`;
}
