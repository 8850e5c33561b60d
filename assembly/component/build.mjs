// SPDX-License-Identifier: MIT
// Builds the templates that `pollux componentize` puts guests into: dist/component/wasi-0.2.wasm and wasi-0.3.wasm, by
// asc and jco's parser of the text format alone. The same sources give the same bytes.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, print } from '@bytecodealliance/jco-transpile/wasm-tools';
import asc from 'assemblyscript/asc';
import { strip } from './template/strip.mjs';
import { componentText } from './template/text.mjs';
import * as wasi02 from './template/wasi-0.2.mjs';
import * as wasi03 from './template/wasi-0.3.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = 'assembly/component';

/** Compiles one module; its text. Files of `host/` are those of a version. A warning of the compiler fails the build. */
async function compile(source, options, version) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      ...[`${here}/${source}`, '--baseDir', root, '--config', 'none', '--outFile', 'module.wasm'],
      ...['-O3', '--converge', '--runtime', 'stub', '--use', 'abort=', '--noAssert', '--noColors'],
      ...['--enable', 'bulk-memory', ...options],
    ],
    {
      readFile(name, folder) {
        const path = join(folder, name.replace(`${here}/host/`, `${here}/wasi-${version}/`));
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile(name, contents) {
        files.set(name, contents);
      },
    },
  );
  const said = stderr.toString().replace(/^Last converge was suboptimal\.\n/, '');
  if (error !== null || said !== '')
    throw new Error(`${source} does not compile:\n${said}${error?.message ?? ''}`);
  return print(files.get('module.wasm'));
}

const ADAPTER = ['--importMemory', '--noExportMemory', '--memoryBase', '8192'];

/** Versions of WASI by their names: what is imported, and the constant that the adapter is compiled with. */
const VERSIONS = {
  0.2: { wasi: wasi02, number: 2 },
  0.3: { wasi: wasi03, number: 3 },
};

/** The versions that there are templates for, as users spell them. */
export const versions = Object.keys(VERSIONS);

/** The component in its text format, for those who want to read it. */
async function textOf(version) {
  const { wasi, number } = VERSIONS[version];
  return componentText(wasi, {
    state: await compile('state.ts', ['--initialMemory', '1']),
    guestMemory: readFileSync(join(root, here, 'template/guest-memory.wat'), 'utf8'),
    adapter: await compile('command.ts', [...ADAPTER, '--use', `WASI=${number}`], version),
  });
}

/** The bytes of the template for a version of WASI, and their text. */
export async function template(version) {
  const text = await textOf(version);
  return { text, bytes: strip(await parse(text)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of ['dist/component', 'build/component']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const version of versions) {
    const { text, bytes } = await template(version);
    writeFileSync(join(root, `build/component/wasi-${version}.wat`), text);
    writeFileSync(join(root, `dist/component/wasi-${version}.wasm`), bytes);
  }
}
