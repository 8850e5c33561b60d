// SPDX-License-Identifier: MIT
// What is done with files where others are meant too.

export { readFile, writeFile } from '../files/content';
export { closeFile, openIn } from '../files/open';
export { readLink } from '../files/path';
export { addDirectories } from '../files/preopens';
export { sizeOf } from '../files/stat';
