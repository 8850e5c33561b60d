// SPDX-License-Identifier: MIT
// The order of the test files: those that take long come first, so that all workers end at about the same time.
// vitest knows how long a file took only where it has run before, and a fresh clone has no such memory.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first; all others follow in vitest's own order. A file that is no more does no harm. */
const LONGEST = [
  'conformance/pollux',
  'model/model',
  'transcript/heavy',
  'foreign/echo',
  'transcript/churn',
  'conformance/peers',
  'component/churn',
  'foreign/http',
  'unit/native/native',
  'reactor/modes',
  'transcript/node-others',
  'foreign/edge',
  'component/ending',
  'foreign/many',
  'package/scaffolds',
  'transcript/jco',
  'transcript/idle',
  'package/prebuilds',
  'reactor/sanitized',
  'compare/claims',
  'transcript/bun-deno',
  'cli/build',
].map((name) => `/tests/${name}.test.ts`);

function place({ moduleId }: TestSpecification): number {
  const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return found < 0 ? LONGEST.length : found;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
