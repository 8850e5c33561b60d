// SPDX-License-Identifier: MIT
// The host of one instance, made from its plan: the same in every mode.

import { openSync } from 'node:fs';
import { Host, type HostOptions } from '../../../host/index.ts';
import type { InstancePlan, InstanceSink } from '../instance.ts';

const NS_PER_MS = 1e6;

let emptyInput: number | undefined;

/** A descriptor of /dev/null, shared by all guests that read nothing. */
function nothing(): number {
  emptyInput ??= openSync('/dev/null', 'r');
  return emptyInput;
}

/** How a mode drives its host. */
export type Drive = Pick<HostOptions, 'loop' | 'suspend' | 'onFirstWait' | 'onSignal'>;

/**
 * Makes the host of an instance, its listeners duplicates of the shared ones.
 *
 * @throws PolluxError, as `new Host` does.
 */
export function makeHost(plan: InstancePlan, sink: InstanceSink, drive: Drive = {}): Host {
  const lines = plan.stdio === 'lines';
  const { connections, descriptors, acceptsPerSecond, memory, turnMs } = plan.limits;
  return new Host({
    args: plan.args,
    env: plan.env,
    listen: plan.listen,
    listeners: plan.listeners,
    connect: plan.connect,
    dirs: plan.dirs,
    backend: plan.backend,
    trigger: plan.trigger,
    wasi: plan.wasi,
    stdio: lines ? [nothing(), 1, 2] : undefined,
    output: lines ? (fd, bytes) => sink.output(fd, bytes) : undefined,
    trace: plan.trace === 'off' ? undefined : (text) => sink.trace(text),
    warn: (message) => sink.warn(message),
    limits: {
      connections,
      descriptors,
      acceptsPerSecond,
      memoryBytes: memory,
      turnNs: turnMs * NS_PER_MS,
    },
    timed: true,
    ownsListeners: plan.ownsListeners,
    keepsBacklog: plan.keepsBacklog,
    ...drive,
  });
}
