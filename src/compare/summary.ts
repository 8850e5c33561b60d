// SPDX-License-Identifier: MIT
// What came out, in plain words: a sentence for each thing that people ask first.

import type { Cell, Contender, Scenario } from './result.ts';

const percent = (value: number) => `${Math.round(value * 100)}%`;
const rate = (value: number) => Math.round(value).toLocaleString('en-US');

interface Row {
  readonly cell: Cell;
  readonly contender: Contender;
  readonly rate: number;
}

function rows(cells: readonly Cell[], contenders: readonly Contender[], at: Scenario): Row[] {
  return cells.flatMap((cell) => {
    const contender = contenders.find(({ name }) => name === cell.contender);
    const { active, idle } = cell.scenario;
    const here = active === at.active && idle === at.idle;
    if (!here || contender === undefined || cell.figures === undefined) return [];
    return [{ cell, contender, rate: cell.figures.rate.median }];
  });
}

const fastest = (all: readonly Row[]) => [...all].sort((a, b) => b.rate - a.rate)[0];

function onOneScenario(all: readonly Row[], { active, idle }: Scenario): string[] {
  const guests = all.filter(({ contender }) => contender.kind === 'guest');
  const best = fastest(guests);
  if (best === undefined) return [];
  const where = `With ${active} active and ${idle.toLocaleString('en-US')} idle connections`;
  const { toLimit, toNode } = best.cell;
  const ratios = [
    toLimit ? `${percent(toLimit.median)} of native C on epoll` : '',
    toNode ? `${toNode.median.toFixed(2)} times node:net` : '',
  ].filter((text) => text !== '');
  const beside = ratios.length > 0 ? `, ${ratios.join(' and ')}` : '';
  const doubt = best.cell.doubtful === undefined ? '' : ' (doubtful: see there)';
  return [
    `${where} ${best.contender.name} is the fastest guest: ${rate(best.rate)} requests a second${beside}${doubt}.`,
  ];
}

/** How the rate of one contender changes from few idle connections to many. */
function onIdle(
  cells: readonly Cell[],
  contender: Contender,
  scenarios: readonly Scenario[],
): { readonly name: string; readonly kept: number } | undefined {
  const [few, many] = [scenarios[0], scenarios.at(-1)];
  const at = (scenario: Scenario | undefined) =>
    cells.find(
      (cell) =>
        cell.contender === contender.name &&
        cell.scenario.active === scenario?.active &&
        cell.scenario.idle === scenario.idle,
    )?.figures?.rate.median;
  const [before, after] = [at(few), at(many)];
  if (few === many || before === undefined || after === undefined) return undefined;
  return { name: contender.name, kept: after / before };
}

/** From which share on a server counts as busy all the time. */
const BUSY = 0.9;

/** Where nobody was the limit: with few connections the server waits for the next message, and the client for it. */
function onIdleServers(all: readonly Row[], { active, idle }: Scenario): string[] {
  const busy = all.map(({ cell }) => cell.figures?.serverBusy.median ?? 0);
  const isSound = all.every(({ cell }) => !cell.loadBound && cell.doubtful === undefined);
  const most = Math.max(0, ...busy);
  if (all.length === 0 || !isSound || most >= BUSY) return [];
  return [
    `With ${active} active and ${idle.toLocaleString('en-US')} idle connections no server was the limit, but the round trip: the busiest one worked ${percent(most)} of the time. Their CPU time a request is the figure to compare.`,
  ];
}

/** The sentences; none where nothing was measured. */
export function summarize(
  cells: readonly Cell[],
  contenders: readonly Contender[],
  scenarios: readonly Scenario[],
): readonly string[] {
  const calm = scenarios.filter(({ idle }) => idle === scenarios[0]?.idle);
  const [few, busy] = [calm[0], calm.find(({ active }) => active === 50) ?? calm.at(-1)];
  const idleOnes = scenarios
    .filter(({ active }) => active === busy?.active)
    .sort((a, b) => a.idle - b.idle);
  const sentences = [busy, few]
    .filter((one, i, all) => one !== undefined && all.indexOf(one) === i)
    .flatMap((one) => onOneScenario(rows(cells, contenders, one as Scenario), one as Scenario));
  const kept = contenders
    .flatMap((contender) => onIdle(cells, contender, idleOnes) ?? [])
    .sort((a, b) => b.kept - a.kept);
  const last = idleOnes.at(-1)?.idle.toLocaleString('en-US');
  if (kept.length > 0)
    sentences.push(
      `From ${idleOnes[0]?.idle} to ${last} idle connections, ${kept
        .map(({ name, kept: share }) => `${name} keeps ${percent(share)}`)
        .join(', ')} of its rate.`,
    );
  for (const scenario of scenarios)
    sentences.push(...onIdleServers(rows(cells, contenders, scenario), scenario));
  const measured = cells.filter(({ figures }) => figures !== undefined).length;
  const doubtful = cells.filter((cell) => cell.doubtful !== undefined).length;
  if (doubtful > 0)
    sentences.push(
      `Marked as doubtful, as repetitions differ too much, other programs ran or answers failed: ${doubtful} of ${measured} results.`,
    );
  const bound = cells.filter((cell) => cell.loadBound).length;
  if (bound > 0)
    sentences.push(
      `In ${bound} of ${measured} results the load generator was the limit: those servers can do more than the rate says, and their CPU time a request is the figure to trust.`,
    );
  return sentences;
}
