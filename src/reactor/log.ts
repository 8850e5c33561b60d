// SPDX-License-Identifier: MIT
// Where the lines of a guest go: to the app's logger and its listeners, or to the process's own streams.

import type { EventEmitter } from 'node:events';
import { describeEnding } from './ending.ts';
import type { LogEvent, ReactorEvents } from './events.ts';
import type { Logger } from './options.ts';

/**
 * Passes what happens on to `logger`, in pino's form: `logger.warn({ instance, generation, … }, 'words')`.
 * Where there is no logger, and nobody listens for `log`, lines go to stdout and stderr: none is lost.
 */
export function forward(reactor: EventEmitter<ReactorEvents>, logger: Logger | undefined): void {
  if (logger === undefined) {
    const print = ({ stream, message }: LogEvent) => {
      if (reactor.listenerCount('log') > 1) return;
      const to = stream === 'stdout' ? process.stdout : process.stderr;
      to.write(`${stream === undefined ? 'pollux: ' : ''}${message}\n`);
    };
    reactor.on('log', print);
    return;
  }
  reactor.on('log', ({ level, message, ...fields }) => logger[level](fields, message));
  reactor.on('ready', ({ ...fields }) => logger.info(fields, 'the guest is ready'));
  reactor.on('trap', ({ error, ...which }) =>
    logger.error(
      { ...which, err: error, frames: error.frames },
      `the guest trapped: ${error.message}`,
    ),
  );
  reactor.on('exit', ({ ending, ...which }) => {
    // Its own event told of a trap, with more.
    if (ending.kind === 'trap') return;
    const level = ending.kind === 'stopped' || ending.kind === 'exit' ? 'info' : 'error';
    logger[level]({ ...which, end: ending.kind }, `the guest ${describeEnding(ending)}`);
  });
  reactor.on('restart', ({ ending, ...fields }) =>
    logger.warn(
      { ...fields, end: ending.kind },
      `the guest is started again in ${fields.delayMs} ms`,
    ),
  );
  reactor.on('drain', (fields) =>
    logger.info(fields, `draining ${fields.connections} open connections`),
  );
  reactor.on('slow-turn', (fields) =>
    logger.warn(fields, `the guest was busy for ${Math.round(fields.turnMs)} ms`),
  );
}
