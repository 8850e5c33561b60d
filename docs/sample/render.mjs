// SPDX-License-Identifier: MIT
// `npm run sample`: makes the page of docs/sample/compare.json anew, build/sample.html, and the pictures of it that
// the README and docs/compare.md show. It needs a build, and Chromium.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { renderPage } from '../../dist/compare-bench.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const page = here('../../build/sample.html');
mkdirSync(here('../../build'), { recursive: true });
writeFileSync(page, renderPage(JSON.parse(readFileSync(here('compare.json'), 'utf8'))));

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
const tab = await browser.newPage();
await tab.setViewport({ width: 1240, height: 800 });
for (const theme of ['light', 'dark']) {
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await tab.goto(pathToFileURL(page).href);
  await tab.waitForSelector('html[data-ready]');
  const box = async (selector) => (await tab.$(selector)).boundingBox();
  const [rate, cpu, claims, card] = [
    await box('#figure-rate-open'),
    await box('#figure-cpu-open'),
    await box('#claims'),
    await box('#claim-2'),
  ];
  const clips = {
    idle: { ...rate, width: cpu.x + cpu.width - rate.x },
    claims: { ...claims, height: Math.ceil(card.y + card.height - claims.y) + 1 },
  };
  for (const [name, clip] of Object.entries(clips))
    await tab.screenshot({ path: here(`${name}-${theme}.png`), clip, captureBeyondViewport: true });
}
await browser.close();
console.log(`wrote ${page}, and the pictures beside compare.json`);
