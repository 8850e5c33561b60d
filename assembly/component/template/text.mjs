// SPDX-License-Identifier: MIT
// The component in its text format, around the modules. Instantiated in this order, so that nothing needs what comes
// later but through the shim's table: the state with its memory, the settings, the shim, the guest, the guest's memory
// as functions, the adapter, and the fix, which fills the table.

import { PREVIEW1 } from './preview1.mjs';

/** How often a module may import one function: later imports of a name come from `wasi_snapshot_preview1#N`. */
const MOST_IMPORTS = 8;

/** A type of an earlier interface, by its name there. Where two have one name, one has it under an id of its
 * own, or among its `ownTypes`. */
const idOf = (type) => `$${type}`;

/** What an interface uses: its name, and its id where that is another one. @param {string | [string, string]} used */
const usedAs = (used) => (typeof used === 'string' ? [used, used] : used);

function typesOf({ uses = [], resources = [], types = [], ownTypes = [], innerTypes = [] }) {
  return [
    ...uses
      .map(usedAs)
      .map(
        ([name, id]) =>
          `(alias outer 1 ${idOf(id)} (type ${idOf(`${name}'`)})) (export "${name}" (type ${idOf(name)} (eq ${idOf(`${name}'`)})))`,
      ),
    ...resources.map((name) => `(export "${name}" (type ${idOf(name)} (sub resource)))`),
    ...[...types, ...ownTypes].map(
      ([name, text]) =>
        `(type ${idOf(`${name}'`)} ${text}) (export "${name}" (type ${idOf(name)} (eq ${idOf(`${name}'`)})))`,
    ),
    ...innerTypes.map(([id, text]) => `(type ${idOf(id)} ${text})`),
  ];
}

/** In place of a type, where a function is lowered once more. */
const LOWERED = ['guest', 'async'];

const isDrop = (name) => name.startsWith('drop ');

/** One interface as an import, and aliases of its types for those behind it. */
function importOf(one, version) {
  const { name, resources = [], types = [], functions } = one;
  const declared = functions.filter(([, wasi, type]) => !isDrop(wasi) && !LOWERED.includes(type));
  return `
  (import "${name}@${version}" (instance $${name}
    ${[...typesOf(one), ...declared.map(([, wasi, type]) => `(export "${wasi}" (func ${type}))`)].join('\n    ')}))
  ${[...resources.map((type) => [type]), ...types].map(([type, , id = type]) => `(alias export $${name} "${type}" (type ${idOf(id)}))`).join('\n  ')}`;
}

/** The functions of an interface, lowered. */
function loweredOf({ name, functions }) {
  return functions.map(([ours, wasi, type, how]) => {
    if (isDrop(wasi))
      return `(core func $${ours} (canon resource.drop ${idOf(wasi.slice('drop '.length))}))`;
    const own = [type, how].includes('guest') ? '$guest-memory' : '$state-memory';
    const later = [type, how].includes('async') ? 'async ' : '';
    return `(alias export $${name} "${wasi}" (func $${ours})) (core func $${ours} (canon lower (func $${ours}) ${later}(memory ${own}) (realloc $state-realloc)))`;
  });
}

/** The names of all that the adapter imports, as `FILE.FUNCTION` of ../wasi/. */
const namesOf = ({ interfaces, builtins = [] }) =>
  [...interfaces.flatMap(({ functions }) => functions), ...builtins].map(([ours]) => ours);

/** The adapter's imports of WASI: an instance a file of ../wasi/. */
function hostInstances(names) {
  const groups = Map.groupBy === undefined ? groupBy : (list, of) => Map.groupBy(list, of);
  return [...groups(names, (name) => name.split('.')[0])].map(
    ([file, group]) =>
      `(core instance $host-${file} ${group.map((name) => `(export "${name.split('.')[1]}" (func $${name}))`).join(' ')})`,
  );
}

function groupBy(list, of) {
  const groups = new Map();
  for (const one of list) groups.set(of(one), [...(groups.get(of(one)) ?? []), one]);
  return groups;
}

/** Functions of preview 1 that jump through a table, which is filled once the adapter is there. */
function shim() {
  const functions = [...PREVIEW1].map(
    ([name, type], index) => `
    (type $${name} (func ${type}))
    (func (export "${name}") (type $${name})
      ${(type.match(/i(32|64)/g) ?? [])
        .slice(0, type.includes('result') ? -1 : undefined)
        .map((_, i) => `local.get ${i}`)
        .join(' ')}
      i32.const ${index} call_indirect (type $${name}))`,
  );
  return `(core module $shim (table (export "table") ${PREVIEW1.size} ${PREVIEW1.size} funcref) ${functions.join('')})`;
}

function fix() {
  const names = [...PREVIEW1.keys()];
  return `(core module $fix
    (import "shim" "table" (table ${names.length} ${names.length} funcref))
    ${[...PREVIEW1].map(([name, type]) => `(import "adapter" "${name}" (func $${name} ${type}))`).join('\n    ')}
    (elem (i32.const 0) func ${names.map((name) => `$${name}`).join(' ')}))`;
}

/** A module's text, to stand in a component. */
const inside = (text) => text.replace(/^[\s\S]*?\(module(\s+\$\S+)?/, '').replace(/\)\s*$/, '');

/**
 * @param {object} wasi a version: wasi-0.2.mjs or wasi-0.3.mjs
 * @param {{ state: string, guestMemory: string, adapter: string }} modules in WAT
 */
export function componentText(wasi, modules) {
  const { version, interfaces, run, builtinTypes = [], builtins = [] } = wasi;
  const imports = Array.from(
    { length: MOST_IMPORTS },
    (_, i) => `(with "wasi_snapshot_preview1${i > 0 ? `#${i}` : ''}" (instance $shim))`,
  );
  const names = namesOf(wasi);
  const hosts = new Set(names.map((name) => name.split('.')[0]));
  return `(component
  ${interfaces.map((one) => importOf(one, version)).join('\n')}
  (core module $guest (memory (export "memory") 0) (func (export "_start")))
  (core module $settings (import "state" "memory" (memory 1)))
  (core module $state ${inside(modules.state)})
  (core module $guest-access ${inside(modules.guestMemory)})
  ${shim()}
  (core module $adapter ${inside(modules.adapter)})
  ${fix()}
  (core instance $state (instantiate $state))
  (core instance $settings (instantiate $settings (with "state" (instance $state))))
  (core instance $shim (instantiate $shim))
  (core instance $guest (instantiate $guest ${imports.join(' ')}))
  (alias core export $state "memory" (core memory $state-memory))
  (alias core export $state "realloc" (core func $state-realloc))
  (alias core export $guest "memory" (core memory $guest-memory))
  (alias core export $guest "_start" (core func $guest-start))
  (core instance $guest-exports (export "memory" (memory $guest-memory)))
  (core instance $guest-access (instantiate $guest-access (with "guest" (instance $guest-exports))))
  (core instance $main (export "start" (func $guest-start)))
  ${builtinTypes.map(([id, text]) => `(type ${idOf(id)} ${text})`).join('\n  ')}
  ${interfaces.flatMap(loweredOf).join('\n  ')}
  ${builtins.map(([ours, text]) => `(core func $${ours} (canon ${text}))`).join('\n  ')}
  ${hostInstances(names).join('\n  ')}
  (core instance $adapter (instantiate $adapter
    (with "env" (instance $state)) (with "heap" (instance $state))
    (with "guest" (instance $guest-access)) (with "main-module" (instance $main))
    ${[...hosts].map((file) => `(with "${file}" (instance $host-${file}))`).join(' ')}))
  (core instance (instantiate $fix (with "shim" (instance $shim)) (with "adapter" (instance $adapter))))
  (alias core export $adapter "run" (core func $adapter-run))
  (func $run ${run.type} (canon lift (core func $adapter-run)))
  (component $exported (import "run" (func $run ${run.type})) (export "run" (func $run)))
  (instance $exported (instantiate $exported (with "run" (func $run))))
  (export "${run.name}@${version}" (instance $exported)))
`;
}
