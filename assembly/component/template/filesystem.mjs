// SPDX-License-Identifier: MIT
// wasi:filesystem of WASI 0.2 and 0.3. Its functions are the same but for reading and writing: 0.3 has streams for that,
// and all others are async there, and lowered as if they were not.

const ERRORS =
  `access would-block already bad-descriptor busy deadlock quota exist file-too-large illegal-byte-sequence
 in-progress interrupted invalid io is-directory loop too-many-links message-size name-too-long no-device no-entry no-lock
 insufficient-memory insufficient-space not-directory not-empty not-recoverable unsupported no-tty no-such-device overflow
 not-permitted pipe read-only invalid-seek text-file-busy cross-device`.split(/\s+/);
const TYPES =
  'unknown block-device character-device directory fifo symbolic-link regular-file socket'.split(
    ' ',
  );

/** @param {readonly string[]} names */
const quoted = (names) => names.map((name) => `"${name}"`).join(' ');
const enumeration = (names) => `(enum ${quoted(names)})`;
const flags = (names) => `(flags ${quoted(names.split(' '))})`;

/** In 0.3 what is none of these is told in words. */
const openVariant = (names) =>
  `(variant ${names.map((name) => `(case "${name}")`).join(' ')} (case "other" (option string)))`;

const SELF = '(param "self" (borrow $descriptor))';
const FOLLOW = '(param "path-flags" $path-flags)';
const PATH = '(param "path" string)';
const TIMES =
  '(param "data-access-timestamp" $new-timestamp) (param "data-modification-timestamp" $new-timestamp)';
const ANOTHER = '(param "new-descriptor" (borrow $descriptor)) (param "new-path" string)';
const FAILS = '(result (result (error $error-code)))';
const answer = (type) => `(result (result ${type} (error $error-code)))`;

/** Of a descriptor, in both: [the adapter's name, WASI's, what it takes beside the descriptor and answers]. */
const METHODS = [
  ['advise', `(param "offset" u64) (param "length" u64) (param "advice" $advice) ${FAILS}`],
  ['sync-data', FAILS],
  ['sync', FAILS],
  ['set-size', `(param "size" u64) ${FAILS}`],
  ['set-times', `${TIMES} ${FAILS}`],
  ['get-flags', answer('$descriptor-flags')],
  ['get-type', answer('$descriptor-type')],
  ['stat', answer('$descriptor-stat')],
  ['metadata-hash', answer('$metadata-hash-value')],
  ['stat-at', `${FOLLOW} ${PATH} ${answer('$descriptor-stat')}`],
  ['metadata-hash-at', `${FOLLOW} ${PATH} ${answer('$metadata-hash-value')}`],
  ['set-times-at', `${FOLLOW} ${PATH} ${TIMES} ${FAILS}`],
  [
    'open-at',
    `${FOLLOW} ${PATH} (param "open-flags" $open-flags) (param "flags" $descriptor-flags) ${answer('(own $descriptor)')}`,
  ],
  ['create-directory-at', `${PATH} ${FAILS}`],
  ['remove-directory-at', `${PATH} ${FAILS}`],
  ['unlink-file-at', `${PATH} ${FAILS}`],
  ['readlink-at', `${PATH} ${answer('string')}`],
  ['symlink-at', `(param "old-path" string) (param "new-path" string) ${FAILS}`],
  ['link-at', `(param "old-path-flags" $path-flags) (param "old-path" string) ${ANOTHER} ${FAILS}`],
  ['rename-at', `(param "old-path" string) ${ANOTHER} ${FAILS}`],
];

/** The adapter's name: `setTimesAt` for set-times-at. */
const ours = (name) => `files.${name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())}`;

const method = (name, type, prefix = '') => [
  ours(name),
  `[method]descriptor.${name}`,
  `${prefix}${SELF} ${type}`,
];
const named = (our, [, wasi, type], ...rest) => [`files.${our}`, wasi, type, ...rest];

/** Types but for those that differ. @param {string} datetime how a time is called */
const typesOf = (datetime) => [
  [
    'descriptor-flags',
    flags(
      'read write file-integrity-sync data-integrity-sync requested-write-sync mutate-directory',
    ),
  ],
  ['path-flags', flags('symlink-follow')],
  ['open-flags', flags('create directory exclusive truncate')],
  ['advice', enumeration('normal sequential random will-need dont-need no-reuse'.split(' '))],
  ['new-timestamp', `(variant (case "no-change") (case "now") (case "timestamp" ${datetime}))`],
  ['metadata-hash-value', '(record (field "lower" u64) (field "upper" u64))'],
  [
    'descriptor-stat',
    `(record (field "type" $descriptor-type) (field "link-count" u64) (field "size" u64)
      (field "data-access-timestamp" (option ${datetime})) (field "data-modification-timestamp" (option ${datetime}))
      (field "status-change-timestamp" (option ${datetime})))`,
  ],
  ['directory-entry', '(record (field "type" $descriptor-type) (field "name" string))'],
];

const preopens = {
  name: 'wasi:filesystem/preopens',
  uses: ['descriptor'],
  functions: [
    ['files.directories', 'get-directories', '(result (list (tuple (own $descriptor) string)))'],
  ],
};

/** Interfaces of 0.2, as in wasi-0.2.mjs. */
export const filesystem02 = [
  {
    name: 'wasi:filesystem/types',
    uses: ['error', 'output-stream', 'datetime'],
    resources: ['descriptor', 'directory-entry-stream'],
    ownTypes: [
      ['error-code', enumeration(ERRORS)],
      ['descriptor-type', enumeration(TYPES)],
      ...typesOf('$datetime'),
    ],
    functions: [
      ...METHODS.map(([name, type]) => method(name, type)),
      named(
        'readToGuest',
        method(
          'read',
          `(param "length" u64) (param "offset" u64) ${answer('(tuple (list u8) bool)')}`,
        ),
        'guest',
      ),
      named(
        'writeFromGuest',
        method('write', `(param "buffer" (list u8)) (param "offset" u64) ${answer('u64')}`),
        'guest',
      ),
      method('append-via-stream', answer('(own $output-stream)')),
      method('read-directory', answer('(own $directory-entry-stream)')),
      [
        'files.readEntry',
        '[method]directory-entry-stream.read-directory-entry',
        `(param "self" (borrow $directory-entry-stream)) ${answer('(option $directory-entry)')}`,
      ],
      [
        'files.errorCodeOf',
        'filesystem-error-code',
        '(param "err" (borrow $error)) (result (option $error-code))',
      ],
      ['files.dropDescriptor', 'drop descriptor'],
      ['files.dropEntries', 'drop directory-entry-stream'],
    ],
  },
  preopens,
];

const OUTCOME = '(future (result (error $error-code)))';

/** Interfaces of 0.3, as in wasi-0.3.mjs. */
export const filesystem03 = [
  {
    name: 'wasi:filesystem/types',
    uses: ['instant'],
    resources: ['descriptor'],
    types: [
      [
        'error-code',
        openVariant(ERRORS.filter((name) => name !== 'would-block')),
        'file-error-code',
      ],
      ['descriptor-type', openVariant(TYPES.filter((name) => name !== 'unknown'))],
      ...typesOf('$instant'),
    ],
    innerTypes: [
      ['bytes', '(stream u8)'],
      ['entries', '(stream $directory-entry)'],
      ['outcome', OUTCOME],
    ],
    functions: [
      ...METHODS.map(([name, type]) => method(name, type, 'async ')),
      method('read-via-stream', '(param "offset" u64) (result (tuple $bytes $outcome))'),
      method('write-via-stream', '(param "data" $bytes) (param "offset" u64) (result $outcome)'),
      named('appendStream', method('append-via-stream', '(param "data" $bytes) (result $outcome)')),
      method('read-directory', '(result (tuple $entries $outcome))'),
      ['files.dropDescriptor', 'drop descriptor'],
    ],
  },
  preopens,
];

/** Types and built-in functions of 0.3, as in wasi-0.3.mjs. */
export const filesystemTypes = [
  ['entries', '(stream $directory-entry)'],
  ['file-outcome', OUTCOME.replace('$error-code', '$file-error-code')],
];
export const filesystemBuiltins = [
  [
    'files.readEntries',
    'stream.read $entries async (memory $state-memory) (realloc $state-realloc)',
  ],
  ['files.dropEntries', 'stream.drop-readable $entries'],
  [
    'files.readResult',
    'future.read $file-outcome async (memory $state-memory) (realloc $state-realloc)',
  ],
  ['files.dropResult', 'future.drop-readable $file-outcome'],
];
