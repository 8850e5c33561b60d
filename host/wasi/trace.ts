// SPDX-License-Identifier: MIT
// Placeholder until the real tracer is here: traceImports passes everything through.
import type { WasiFunction } from './base.ts';
import type { GuestMemory } from './memory.ts';

/** Gets one line for each WASI call. */
export type TraceSink = (line: string) => void;

export function traceImports(
  imports: Record<string, WasiFunction>,
  _memory: GuestMemory,
  _sink: TraceSink,
): Record<string, WasiFunction> {
  return imports;
}
