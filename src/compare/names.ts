// SPDX-License-Identifier: MIT
// The names that --runtimes takes.

/** Who can run a guest, and with what else it is compared. */
export const RUNTIMES = [
  ...(['node', 'bun', 'deno', 'wasmtime-36', 'wasmtime-46', 'wazero', 'c', 'node-net'] as const),
];
export type RuntimeName = (typeof RUNTIMES)[number];

/** Those that are programs of their own. `node` and `node-net` are the Node that runs pollux. */
export const FOREIGN: readonly string[] = RUNTIMES.filter(
  (name) => !['node', 'node-net', 'c'].includes(name),
);
