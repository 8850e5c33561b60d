// SPDX-License-Identifier: MIT
// One measurement: a fresh server, one load, and the server's counters before and after the window.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binaries } from './build.mjs';
import { coreBusyS, processCounters, residentBytes } from './counters.mjs';
import { LOAD_CORE, SERVER_CORE, start } from './servers.mjs';

/**
 * @typedef {object} Scenario
 * @property {number} active
 * @property {number} idle
 *
 * @typedef {object} Settings
 * @property {number} seconds
 * @property {number} warmup
 * @property {number} size
 *
 * @typedef {object} Sample
 * @property {number} rate requests a second
 * @property {number} requests
 * @property {number} p50Us
 * @property {number} p99Us
 * @property {number} errors
 * @property {number} cpuUs the server's CPU time a request
 * @property {number} userUs its part in user space
 * @property {number} systemUs its part in the kernel
 * @property {number} serverBusy share of the window in which the server ran
 * @property {number} loadBusy the same for the load generator
 * @property {number} foreign share of the two cores that others took, the worse of both
 * @property {number} voluntary context switches a thousand requests
 * @property {number} involuntary
 * @property {number | null} idleBytes memory for each idle connection
 */

/** Above the slowest: Wasmtime opening 15,000 connections. */
const LIMIT_MS = 120_000;

/**
 * Runs the load in steps. At each the load generator is silent until we answer, so the counters
 * belong to the requests of the window and to nothing else.
 *
 * @param {string[]} args
 * @param {(step: string) => void} onStep
 * @returns {Promise<any>} the load's report
 */
function runLoad(args, onStep) {
  return new Promise((done, fail) => {
    const argv = [
      '-c',
      String(LOAD_CORE),
      join(binaries, 'pollux-load'),
      ...args,
      '--step',
      '--json',
    ];
    const child = spawn('taskset', argv, { stdio: ['pipe', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let report = '';
    let complaint = '';
    child.stderr.on('data', (data) => {
      complaint += data;
    });
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) {
        report = line;
        return;
      }
      onStep(line);
      child.stdin.write('\n');
    });
    child.on('error', fail);
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      if (report !== '') done(JSON.parse(report));
      else fail(new Error(complaint.trim() || `the load was ended by ${signal} after 120 s`));
    });
  });
}

/**
 * @param {{ server: import('./servers.mjs').Server, runtime: string[] }} resolved
 * @param {Scenario} scenario
 * @param {Settings} settings
 * @returns {Promise<Sample>}
 * @throws Error where the server does not start or does not answer.
 */
export async function measure(resolved, scenario, settings) {
  const server = await start(resolved);
  /** @type {Record<string, { at: number, memory: number, process: import('./counters.mjs').Counters, cores: number[] }>} */
  const seen = {};
  const args = [
    ['--connect', `127.0.0.1:${server.port}`],
    ['--active', scenario.active],
    ['--idle', scenario.idle],
    ['--size', settings.size],
    ['--seconds', settings.seconds],
    ['--warmup', settings.warmup],
    ['--prime', scenario.idle > 0 ? 64 : 0],
  ];
  try {
    const report = await runLoad(args.flat().map(String), (step) => {
      seen[step] = {
        at: performance.now(),
        memory: scenario.idle > 0 ? residentBytes(server.pid) : 0,
        process: processCounters(server.pid),
        cores: [coreBusyS(SERVER_CORE), coreBusyS(LOAD_CORE)],
      };
    });
    return sample(report, seen, scenario);
  } finally {
    await server.stop();
  }
}

/**
 * @param {any} report
 * @param {Record<string, any>} seen
 * @param {Scenario} scenario
 * @returns {Sample}
 */
function sample(report, seen, scenario) {
  const { start: before, end: after } = seen;
  const delta = (/** @type {string} */ name) => after.process[name] - before.process[name];
  const requests = Math.max(report.requests, 1);
  const windowS = (after.at - before.at) / 1000;
  const serverS = delta('cpuNs') / 1e9;
  const ownS = [serverS, report.loadBusy * report.seconds];
  const foreign = ownS.map((own, i) => (after.cores[i] - before.cores[i] - own) / windowS);
  const ticks = delta('userS') + delta('systemS');
  const userShare = ticks > 0 ? delta('userS') / ticks : 0;
  const cpuUs = delta('cpuNs') / 1000 / requests;
  return {
    rate: report.rate,
    requests: report.requests,
    p50Us: report.p50Us,
    p99Us: report.p99Us,
    errors: report.errors,
    cpuUs,
    userUs: cpuUs * userShare,
    systemUs: cpuUs * (1 - userShare),
    serverBusy: serverS / report.seconds,
    loadBusy: report.loadBusy,
    foreign: Math.max(0, ...foreign),
    voluntary: (delta('voluntary') * 1000) / requests,
    involuntary: (delta('involuntary') * 1000) / requests,
    idleBytes: scenario.idle > 0 ? (seen.idle.memory - seen.baseline.memory) / scenario.idle : null,
  };
}
