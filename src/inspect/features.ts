// SPDX-License-Identifier: MIT
// What of the host a module would use: by its imports, and by the paths of devices among its strings.

const FILE_CALLS =
  /^(fd_(pread|pwrite|seek|readdir|allocate|sync|datasync|filestat_set_\w+)|path_(filestat_\w+))$/;
const CHANGES =
  /^path_(create_directory|link|remove_directory|rename|symlink|unlink_file|filestat_set_times)$/;

/** Imports and strings of a module. */
interface Use {
  /** Whether it imports a function of preview 1 whose name matches. */
  calls(names: RegExp): boolean;
  /** Whether this is among its strings. */
  says(text: string): boolean;
  /** Whether one of its strings begins so: in AssemblyScript, where the others of its file may hold it too. */
  saysFirst(text: string): boolean;
}

const connects = ({ calls, says, saysFirst }: Use) =>
  calls(/^path_open$/) && (says('/dev/tcp') || saysFirst('tcp/'));
const waitsByDevice = ({ calls, says }: Use) => calls(/^path_open$/) && says('/dev/poll');

/** Each part of the host, and how it shows that a module uses it. */
const FEATURES: Readonly<Record<string, (use: Use) => boolean>> = {
  'accepts connections': ({ calls }) => calls(/^sock_accept$/),
  'connects by /dev/tcp (--connect)': connects,
  'waits for many descriptors': ({ calls }) => calls(/^poll_oneoff$/),
  'waits by /dev/poll where it is offered': waitsByDevice,
  'ends its side of connections': ({ calls }) => calls(/^sock_shutdown$/),
  'reads and writes descriptors': ({ calls }) =>
    calls(/^(fd_(read|write|pread|pwrite)|sock_(recv|send))$/),
  'opens files (--dir), or connections by /dev/tcp': (use) =>
    use.calls(/^path_open$/) && (use.calls(FILE_CALLS) || !(connects(use) || waitsByDevice(use))),
  'changes directories': ({ calls }) => calls(CHANGES),
  clocks: ({ calls }) => calls(/^clock_/),
  'random numbers': ({ calls }) => calls(/^random_get$/),
  arguments: ({ calls }) => calls(/^args_/),
  environment: ({ calls }) => calls(/^environ_/),
};

/**
 * The parts of the host that a module would use.
 *
 * @param calls names of the functions of preview 1 that it imports
 * @param data its initial data, in which strings of C, Rust and Go are UTF-8, those of AssemblyScript UTF-16
 */
export function featuresOf(calls: readonly string[], data: Buffer): string[] {
  const use: Use = {
    calls: (names) => calls.some((name) => names.test(name)),
    says: (text) => data.includes(text) || data.includes(Buffer.from(text, 'utf16le')),
    // A string of AssemblyScript stands behind its length in bytes, of which the upper half is 0.
    saysFirst: (text) => data.includes(Buffer.from(`\0${text}`, 'utf16le')),
  };
  return Object.entries(FEATURES)
    .filter(([, isUsed]) => isUsed(use))
    .map(([feature]) => feature);
}
