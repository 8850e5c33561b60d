// SPDX-License-Identifier: MIT
// Reads the guest's frames out of an engine's stack text.

import type { GuestFrame } from './trap.ts';

// V8:  at name (wasm://wasm/1a2b3c:wasm-function[12]:0x1f4), or without name and parentheses.
const V8 = /^\s*at (?:(.*) \()?wasm:\/\/[^)]*?:wasm-function\[(\d+)\]:(0x[0-9a-f]+)\)?$/;
// JavaScriptCore:  <?>.wasm-function[name]@[wasm code], in Bun also at <?>.wasm-function[12] ([wasm code]).
const JSC = /wasm-function\[([^\]]+)\]/;

/** The guest's functions in an error's stack, innermost first; frames of the host are left out. */
export function guestFrames(error: { stack?: string | undefined }): GuestFrame[] {
  const frames: GuestFrame[] = [];
  for (const line of (error.stack ?? '').split('\n')) {
    const v8 = V8.exec(line);
    if (v8 !== null) {
      frames.push({ name: v8[1] ?? `func[${v8[2]}]`, offset: Number(v8[3]) });
      continue;
    }
    const jsc = JSC.exec(line);
    if (jsc?.[1] !== undefined) {
      frames.push({ name: /^\d+$/.test(jsc[1]) ? `func[${jsc[1]}]` : jsc[1], offset: -1 });
    }
  }
  return frames;
}
