// SPDX-License-Identifier: MIT
// The page of a comparison in headless Chromium. Debian's package is `chromium`; where it is missing the
// tests are skipped, and fail in CI.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparison } from './fixture.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pollux-page-'));
const chromium = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(
  (path) => existsSync(path),
);
const skip = chromium === undefined && process.env.CI !== 'true';

/** The page as the command writes it: renderPage looks for its script in dist/. */
async function render(): Promise<string> {
  const outfile = join(root, 'dist', `page-test-${process.pid}.mjs`);
  const entry = join(root, 'src/compare/page/index.ts');
  await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile });
  try {
    const { renderPage } = (await import(
      outfile
    )) as typeof import('../../src/compare/page/index.ts');
    return renderPage(comparison());
  } finally {
    rmSync(outfile);
  }
}

let html = '';
let browser: Browser;
const file = join(folder, 'compare.html');

beforeAll(async () => {
  html = await render();
  writeFileSync(file, html);
  if (skip) return;
  if (chromium === undefined) throw new Error('there is no chromium: apt-get install chromium');
  browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens the page; what it complained of, and what it asked the network for, must be nothing. */
async function open(width: number, dark = false): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) wrong.push(request.url());
  });
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
  ]);
  await page.goto(`file://${file}`);
  await page.waitForSelector('html[data-ready]');
  return { page, wrong };
}

/** How many pixels of a canvas have a colour. */
const painted = (page: Page, chart: string) =>
  page.$eval(`canvas[data-chart="${chart}"]`, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
      data: [],
    };
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) count++;
    return count;
  });

test('the file asks nobody for anything, and lets no name out of its place', () => {
  expect(html).not.toMatch(/(src|href)="https?:/);
  expect(html).not.toContain('<script>alert');
  expect(html).not.toContain('<img src=x');
  expect(html).toContain('Chart.js'); // the notice of its licence
});

describe.skipIf(skip)(
  `in a browser${skip ? ' (no chromium: apt-get install chromium)' : ''}`,
  () => {
    test('draws each chart, and complains of nothing', async () => {
      const { page, wrong } = await open(1280);
      const charts = await page.$$eval('canvas[data-chart]', (all) =>
        all.map((canvas) => (canvas as HTMLCanvasElement).dataset.chart ?? ''),
      );
      expect(charts.length).toBeGreaterThan(10);
      for (const chart of charts) expect(await painted(page, chart), chart).toBeGreaterThan(1000);
      expect(wrong).toEqual([]);
      await page.close();
    });

    test('a series is hidden and shown by its name, by keyboard too', async () => {
      const { page } = await open(1280);
      const button = '#figure-rates .legend button, #figure-rate-active .legend button';
      const before = await painted(page, 'rate-active');
      await page.$eval(button, (element) => (element as HTMLElement).focus());
      await page.keyboard.press('Enter');
      const pressed = () => page.$eval(button, (element) => element.getAttribute('aria-pressed'));
      expect(await pressed()).toBe('false');
      expect(await painted(page, 'rate-active')).not.toBe(before);
      await page.click(button);
      expect(await pressed()).toBe('true');
      expect(await painted(page, 'rate-active')).toBe(before);
      await page.close();
    });

    test('light and dark: by the system, and by the button', async () => {
      const { page } = await open(1280, true);
      const background = () => page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
      const dark = await background();
      await page.click('#theme');
      const light = await background();
      expect(light).not.toBe(dark);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
      await page.click('#theme');
      expect(await background()).toBe(dark);
      await page.close();
    });

    test('a value appears under the pointer', async () => {
      const { page } = await open(1280);
      const before = await painted(page, 'rates');
      await page.hover('canvas[data-chart="rates"]');
      await page.waitForFunction(
        (was) => {
          const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-chart="rates"]');
          const data = canvas
            ?.getContext('2d')
            ?.getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0;
          for (let at = 3; data && at < data.length; at += 4) if (data[at] !== 0) count++;
          return count !== was;
        },
        { timeout: 10_000 },
        before,
      );
      await page.close();
    });

    test('under each chart is a table with its values, and all results are in one', async () => {
      const { page } = await open(1280);
      const figures = await page.$$eval('figure', (all) =>
        all.map((figure) => figure.querySelectorAll('table tbody td').length),
      );
      expect(Math.min(...figures)).toBeGreaterThan(0);
      const table = await page.$eval('#figure-rate-active tbody', (body) => body.textContent);
      expect(table).toMatch(/^node-epoll10,000/);
      expect(table).toContain('120,000 ?'); // its repetitions differ
      expect(await page.$eval('#baseline', (section) => section.textContent)).toContain(
        'node-epoll50 active, 0 idlecpuUs56.25worse',
      );
      expect(await page.$eval('#summary', (section) => section.textContent)).toContain(
        'ended early',
      );
      const text = await page.$eval('#results', (section) => section.textContent ?? '');
      expect(text).toContain('select holds 1,024 descriptors.');
      expect(await page.$eval('#machine', (section) => section.textContent)).toContain(
        'npm install -g bun',
      );
      await page.close();
    });

    test('the counters of each cell are there, calls by their kind; one series alone has no name to hide', async () => {
      const { page } = await open(1280);
      const text = await page.$$eval('#counters tbody tr', (rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
      const select = text.find(([name, , idle]) => name === 'node-select' && idle === '100');
      expect(select).toEqual([
        ...['node-select', '50', '100', '2', '4', '3', '1', '47.7', '400', '90%', '50%'],
        ...['0.01', '150', '150', '9', '12', 'recv 0.09, send 0.09, epoll_wait 0.01'],
      ]);
      expect(await page.$$('#figure-rates .legend button')).toHaveLength(0);
      await page.close();
    });

    test('the results fit a screen 1280 pixels wide; on a phone a verdict leaves its claim the line', async () => {
      const { page } = await open(1280);
      const over = await page.$eval('#results .scroll', (one) => one.scrollWidth - one.clientWidth);
      expect(over).toBeLessThanOrEqual(0);
      await page.setViewport({ width: 360, height: 900 });
      const [title, verdict] = await page.$eval('#claim-7', (card) =>
        ['h3', '.verdict'].map((one) => card.querySelector(one)?.getBoundingClientRect().toJSON()),
      );
      expect(verdict?.top).toBeGreaterThanOrEqual(title?.bottom ?? Number.POSITIVE_INFINITY);
      await page.close();
    });

    test.each([360, 768])(
      'nothing goes past the edge of a screen %i pixels wide',
      async (width) => {
        const { page } = await open(width);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over).toBeLessThanOrEqual(0);
        await page.close();
      },
    );

    test('it prints, without its buttons', async () => {
      const { page } = await open(1280);
      const pdf = await page.pdf();
      expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await page.$$eval('details:not([open])', (all) => all.length)).toBe(0);
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      expect(await page.$$eval('details[open]', (all) => all.length)).toBe(0);
      await page.emulateMediaType('print');
      const shown = await page.$eval('.buttons', (element) => getComputedStyle(element).display);
      expect(shown).toBe('none');
      await page.close();
    });

    test('the data is saved as JSON and as CSV', async () => {
      const { page } = await open(1280);
      const session = await page.createCDPSession();
      await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
      const saved = async (button: string, name: string) => {
        await page.click(button);
        await expect.poll(() => existsSync(join(folder, name)), { timeout: 10_000 }).toBe(true);
        return readFileSync(join(folder, name), 'utf8');
      };
      expect(JSON.parse(await saved('#json', 'compare.json'))).toEqual(
        JSON.parse(JSON.stringify(comparison())),
      );
      expect(await saved('#csv', 'compare.csv')).toMatch(/^contender,active/);
      await page.close();
    });
  },
);
