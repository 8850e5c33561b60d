// SPDX-License-Identifier: MIT
// The component template, built of assembly/component: a whole component, whose first core module is a place for the
// guest, and whose second one a place for the settings.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolluxError } from '../../host/index.ts';
import { packageFolder } from '../package-folder.ts';
import { sections } from '../wasm/sections.ts';
import * as write from '../wasm/writer.ts';

/** The versions of WASI that there is a template for, the default first. */
export const WASI_VERSIONS = ['0.2', '0.3'] as const;
export type WasiVersion = (typeof WASI_VERSIONS)[number];

/** @throws PolluxError ERR_OPTION, which names the versions that there are. */
export function checkWasiVersion(text: string): WasiVersion {
  const found = WASI_VERSIONS.find((version) => version === text);
  if (found !== undefined) return found;
  throw new PolluxError(
    'ERR_OPTION',
    `unknown version of WASI '${text}'; components can be made for ${WASI_VERSIONS.join(' and ')}`,
  );
}

/** The template for a version. @throws PolluxError ERR_COMPONENTIZE where the package has none. */
export function loadTemplate(version: WasiVersion): Uint8Array {
  const path = join(packageFolder, 'dist', 'component', `wasi-${version}.wasm`);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new PolluxError(
      'ERR_COMPONENTIZE',
      `cannot read the component template ${path}: ${(cause as Error).message}; install pollux again, or in a checkout run npm run build`,
      { cause },
    );
  }
}

/** The number of a component's section that is a core module. */
const CORE_MODULE = 1;

/**
 * The component of which the first two core modules at top level are replaced; every other byte is the template's.
 *
 * @param guest in pieces, each of which is copied once
 */
export function splice(
  template: Uint8Array,
  guest: readonly Uint8Array[],
  settings: Uint8Array,
): Uint8Array {
  const [first, second] = [...sections(template)].filter(({ id }) => id === CORE_MODULE);
  if (first === undefined || second === undefined) {
    throw new PolluxError('ERR_COMPONENTIZE', 'the component template has no place for a guest');
  }
  return write.concat([
    template.subarray(0, first.from),
    ...write.section(CORE_MODULE, ...guest),
    template.subarray(first.to, second.from),
    ...write.section(CORE_MODULE, settings),
    template.subarray(second.to),
  ]);
}
