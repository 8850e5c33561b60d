// SPDX-License-Identifier: MIT
// Placeholder to be replaced: traceImports.
export type TraceSink = (line: string) => void;
