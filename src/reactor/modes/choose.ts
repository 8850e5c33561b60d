// SPDX-License-Identifier: MIT
// Which mode a module runs in, and why another one can't be.

import { hasDescriptor, isCommand, isReactor, PolluxError } from '../../../host/index.ts';
import type { Mode, ReactorConfig } from '../options.ts';

/** Whether this runtime can suspend a guest at a call. */
export function hasJspi(): boolean {
  return 'Suspending' in WebAssembly && 'promising' in WebAssembly;
}

/**
 * The mode that `config.mode` names, or with 'auto': `inline` for a reactor module, and for a command `jspi`
 * where the runtime has it and one instance is asked for, else `worker`.
 *
 * @throws PolluxError ERR_MODE: it can't work, with what would.
 */
export function chooseMode(config: ReactorConfig, module: WebAssembly.Module): Mode {
  const mode = config.mode === 'auto' ? automatic(config, module) : config.mode;
  const why = refusal(mode, config, module);
  if (why !== undefined) {
    throw new PolluxError('ERR_MODE', `mode ${mode} can't be used: ${why}`);
  }
  return mode;
}

function automatic(config: ReactorConfig, module: WebAssembly.Module): Mode {
  const loop = isReactor(module) && !isCommand(module) ? 'inline' : 'jspi';
  return refusal(loop, config, module) === undefined ? loop : 'worker';
}

function refusal(
  mode: Mode,
  config: ReactorConfig,
  module: WebAssembly.Module,
): string | undefined {
  if (mode === 'worker') return undefined;
  if (config.workers > 1) {
    return `${config.workers} workers were asked for, and it runs in the app's own thread; leave workers out, or use mode worker`;
  }
  if (mode === 'blocking') {
    return isCommand(module)
      ? undefined
      : 'the module is a reactor, which has no loop of its own; use mode inline or worker';
  }
  if (!hasDescriptor(config.backend)) {
    return `backend ${config.backend} can only block, which would stop the app's event loop; use backend epoll, epoll-et or io-uring, or mode worker`;
  }
  if (mode === 'inline' && !isReactor(module)) {
    return "the module is a command, whose _start runs a loop of its own; build it as a reactor ('pollux build --reactor', which exports _initialize and turn), or use mode worker or jspi";
  }
  if (mode === 'jspi' && !isCommand(module)) {
    return 'the module is a reactor, which has no _start to suspend; use mode inline or worker';
  }
  if (mode === 'jspi' && !hasJspi()) {
    return 'this runtime has no WebAssembly.Suspending (JSPI); use Node 24 or later, or mode worker, or a reactor module with mode inline';
  }
  return undefined;
}
