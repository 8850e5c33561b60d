// SPDX-License-Identifier: MIT
// Terminals of wasi:cli, which are the same in WASI 0.2 and 0.3.

const terminal = (kind, resource) => ({
  name: `wasi:cli/terminal-${resource}`,
  resources: [`terminal-${resource}`],
  functions: [[`cli.dropTerminal${kind}`, `drop terminal-${resource}`]],
});

const terminalOf = (ours, stream, resource) => ({
  name: `wasi:cli/terminal-${stream}`,
  uses: [`terminal-${resource}`],
  functions: [[ours, `get-terminal-${stream}`, `(result (option (own $terminal-${resource})))`]],
});

/** Interfaces, as in wasi-0.2.mjs. */
export const terminals = [
  terminal('Input', 'input'),
  terminal('Output', 'output'),
  terminalOf('cli.terminalInput', 'stdin', 'input'),
  terminalOf('cli.terminalOutput', 'stdout', 'output'),
  terminalOf('cli.terminalError', 'stderr', 'output'),
];
