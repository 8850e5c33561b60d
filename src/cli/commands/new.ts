// SPDX-License-Identifier: MIT
// `pollux new`: a folder with a guest that builds, runs and tests by its own commands.

import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PolluxError } from '../../index.ts';
import { packageFolder } from '../../package-folder.ts';
import { print, visible } from '../output.ts';
import { ASSEMBLYSCRIPT, VERSION } from '../version.ts';

/** The kinds of guests, with the port of their `npm start`. */
const TEMPLATES: Readonly<Record<string, string>> = { echo: '6666', line: '6666', http: '8080' };

const templates = join(packageFolder, 'src/templates');

/** Packages that a project can't be called after, as it has them. */
const TAKEN: ReadonlySet<string> = new Set(['pollux', 'assemblyscript', 'node_modules']);
const LONGEST_NAME = 214;

/** The name of the package, that of its folder. @throws PolluxError ERR_OPTION: npm would refuse it. */
function packageName(folder: string): string {
  const name = basename(folder);
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name) || name.length > LONGEST_NAME) {
    throw new PolluxError(
      'ERR_OPTION',
      `'${name}' is no name for a package; lower-case letters, digits, '-', '.' and '_' make one`,
    );
  }
  if (TAKEN.has(name)) {
    throw new PolluxError('ERR_OPTION', `'${name}' is the name of a package that it needs itself`);
  }
  return name;
}

/** Makes the folder, or takes one that is empty. @throws PolluxError ERR_DIRECTORY. */
function makeFolder(name: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length === 0) return;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file in its way' : message;
    throw new PolluxError('ERR_DIRECTORY', `cannot make ${name}: ${why}`, { cause });
  }
  throw new PolluxError('ERR_DIRECTORY', `cannot make ${name}: it is there, and is not empty`);
}

/**
 * Makes the folder `name`; answers the exit status.
 *
 * @throws PolluxError ERR_OPTION: no such template, or a name that npm would refuse; ERR_DIRECTORY: something
 *   is there already, or the system does not allow it.
 */
export function newCommand(name: string, { template }: { template: string }): number {
  const port = Object.hasOwn(TEMPLATES, template) ? TEMPLATES[template] : undefined;
  if (port === undefined) {
    const names = Object.keys(TEMPLATES).join(', ');
    throw new PolluxError('ERR_OPTION', `unknown template '${template}'; there are ${names}`);
  }
  const folder = resolve(name);
  const title = packageName(folder);
  makeFolder(name, folder);
  for (const part of ['common', template])
    cpSync(join(templates, part), folder, { recursive: true });
  // npm leaves a .gitignore out of packages.
  renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const words: Readonly<Record<string, string>> = {
    NAME: title,
    LISTEN: port,
    ASSEMBLYSCRIPT: `^${ASSEMBLYSCRIPT}`,
    POLLUX: `^${VERSION}`,
  };
  for (const file of ['package.json', 'README.md'].map((each) => join(folder, each))) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/\b[A-Z]+\b/g, (word) => words[word] ?? word),
    );
  }
  const enter = folder === process.cwd() ? '' : `  cd ${visible(name)}\n`;
  print(
    `${visible(name)} is there. Next:\n${enter}  npm install\n  npm start     serves it on 127.0.0.1:${port}\n  npm test      tests it on a real socket\n`,
  );
  return 0;
}
