// SPDX-License-Identifier: MIT
// The result as one HTML file that needs no network: text and tables made here, charts drawn in the browser
// by a script that is built into dist/ and put into the page.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '../result.ts';
import { type Chart, chartsOf } from './charts.ts';
import { embedded, escaped } from './html.ts';
import { card, changes, contenders, counters, figure, machine, results } from './sections.ts';

/** dist/, whatever chunk this is in. */
const here = dirname(fileURLToPath(import.meta.url));

/** A file that the build has made for the page. */
function built(name: string): string {
  return readFileSync(join(here, 'page', name), 'utf8');
}

/** The page. */
export function renderPage(result: Comparison): string {
  const charts = chartsOf(result);
  const claims = result.claims.map((claim) => {
    const chart: Chart | undefined =
      claim.chart === undefined
        ? undefined
        : { ...claim.chart, id: `claim-${claim.number}`, note: '' };
    return { claim, chart };
  });
  const all = [...charts, ...claims.flatMap(({ chart }) => chart ?? [])];
  const links = [
    charts.length > 0 ? '<a href="#charts">Charts</a>' : '',
    claims.length > 0 ? '<a href="#claims">Claims</a>' : '',
    '<a href="#results">All results</a>',
    '<a href="#counters">Counters</a>',
    '<a href="#machine">Machine</a>',
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>pollux compare: ${escaped(result.guest)}</title>
<link rel="icon" href="data:,"><style>${built('client.css')}</style></head><body>
<header class="top"><h1>pollux compare</h1><nav>${links.join('')}</nav>
<div class="buttons"><button type="button" id="theme">Dark</button><button type="button" id="json">JSON</button><button type="button" id="csv">CSV</button></div></header>
<main><section id="summary"><p class="lead">${escaped(result.guest)} on each IO mechanism: the same WebAssembly module, byte for byte, measured side by side.</p>
<ul>${result.summary.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>${
    result.interrupted
      ? '<p class="warning">The comparison was ended early: what was not reached is missing.</p>'
      : ''
  }</section>
${changes(result)}
${charts.length === 0 ? '' : `<section id="charts"><h2>Charts</h2><p>Click a name to hide or show it; values appear under the pointer. Hollow points and pale bars are marked: doubtful, or limited by the load generator, as the value tells.</p><div class="figures">${charts.map(figure).join('\n')}</div></section>`}
${claims.length === 0 ? '' : `<section id="claims"><h2>The article’s claims</h2><div class="cards">${claims.map(({ claim, chart }) => card(claim, chart)).join('\n')}</div></section>`}
<section id="results"><h2>All results</h2>${results(result)}</section>
<section id="counters"><h2>Counters</h2>${counters(result)}</section>
<section id="machine"><h2>Machine and contenders</h2>${machine(result)}${contenders(result)}</section></main>
<script type="application/json" id="data">${embedded(result)}</script>
<script type="application/json" id="chart-data">${embedded(all)}</script>
<script>${built('client.js').replaceAll('</script', '<\\/script')}</script></body></html>
`;
}
