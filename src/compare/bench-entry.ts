// SPDX-License-Identifier: MIT
// What tests/bench and docs/sample share with `pollux compare`: dist/compare-bench.js, not one of the package's exports.

export type { Entry } from './contenders.ts';
export { findCores } from './machine.ts';
export { calmest } from './measure.ts';
export { renderPage } from './page/index.ts';
export { nativeProgram, script } from './programs.ts';
export { environment } from './server.ts';
export { median, pairedRatio } from './statistics.ts';
