// SPDX-License-Identifier: MIT
// `pollux new`: a folder with a guest that builds, runs and tests by its own commands.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolluxError } from '../../index.ts';
import { print } from '../output.ts';
import { ASSEMBLYSCRIPT, VERSION } from '../version.ts';

/** The kinds of guests, with the port of their `npm start`. */
const TEMPLATES: Readonly<Record<string, string>> = { echo: '6666', line: '6666', http: '8080' };

/** The files that the package brings, seen from the sources and from the bundle in dist/ alike. */
function templates(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.endsWith('/src/cli/commands/')
    ? resolve(here, '../../templates')
    : resolve(here, '../src/templates');
}

/**
 * Makes the folder `name`; answers the exit status.
 *
 * @throws PolluxError ERR_OPTION: no such template, or a name that npm would refuse; ERR_DIRECTORY: something
 *   is there already.
 */
export function newCommand(name: string, { template }: { template: string }): number {
  const port = TEMPLATES[template];
  if (port === undefined) {
    const names = Object.keys(TEMPLATES).join(', ');
    throw new PolluxError('ERR_OPTION', `unknown template '${template}'; there are ${names}`);
  }
  const folder = resolve(name);
  const title = basename(folder);
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(title)) {
    throw new PolluxError(
      'ERR_OPTION',
      `'${title}' is no name for a package; lower-case letters, digits, '-', '.' and '_' make one`,
    );
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new PolluxError('ERR_DIRECTORY', `cannot make ${name}: it is there, and is not empty`);
  }
  mkdirSync(folder, { recursive: true });
  for (const part of ['common', template])
    cpSync(join(templates(), part), folder, { recursive: true });
  // npm leaves a .gitignore out of packages.
  renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const words = {
    NAME: title,
    LISTEN: port,
    ASSEMBLYSCRIPT: `^${ASSEMBLYSCRIPT}`,
    POLLUX: `^${VERSION}`,
  };
  for (const file of ['package.json', 'README.md']) {
    const text = readFileSync(join(folder, file), 'utf8');
    writeFileSync(
      join(folder, file),
      text.replace(
        /\b(NAME|LISTEN|ASSEMBLYSCRIPT|POLLUX)\b/g,
        (word) => words[word as keyof typeof words],
      ),
    );
  }
  print(
    `${name} is there. Next:\n  cd ${name}\n  npm install\n  npm start     serves it on 127.0.0.1:${port}\n  npm test      tests it on a real socket\n`,
  );
  return 0;
}
