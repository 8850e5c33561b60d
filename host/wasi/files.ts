// SPDX-License-Identifier: MIT
// The functions on files and directories: native for those that the host has opened for the guest, and
// in delegated.ts for all else.

import type { NativeHost } from '../native/addon.ts';
import type { WasiFunction } from './base.ts';

/** What a native function answers for a descriptor that is no file: PX_DELEGATE of host/native/host.h. */
const NO_FILE = -2;

/** `others` by name, each behind the native function of that name. */
export function fileImports(
  native: NativeHost,
  others: Readonly<Record<string, WasiFunction>>,
): Record<string, WasiFunction> {
  const imports: Record<string, WasiFunction> = {};
  for (const [name, call] of Object.entries(native.files as Record<string, WasiFunction>)) {
    const other = others[name] as WasiFunction;
    imports[name] = (...args) => {
      const errno = call(...args);
      return errno === NO_FILE ? other(...args) : errno;
    };
  }
  return imports;
}
