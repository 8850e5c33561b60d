// SPDX-License-Identifier: MIT
// How the tests run. Nothing here asserts a time: the limits only end what hangs.

import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/sequence.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // build/packages/pollux is a link to this folder: without this every test would run twice.
    exclude: ['**/node_modules/**', 'build/**', 'dist/**'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Servers and clients are processes of their own; two files at a time fill two cores.
    maxWorkers: 2,
    // Concurrent tests of one file are those that wait for most of their time.
    maxConcurrency: 12,
    sequence: { sequencer: LongestFirst },
  },
});
