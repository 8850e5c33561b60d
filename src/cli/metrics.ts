// SPDX-License-Identifier: MIT
// `--metrics ADDR`: the counters for Prometheus, over HTTP.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { parseListen } from '../addresses.ts';
import { PolluxError, type Reactor } from '../index.ts';
import { collectMetrics } from '../metrics.ts';
import { say } from './output.ts';

/**
 * Serves GET /metrics until the server is closed.
 *
 * @throws PolluxError ERR_ADDRESS: no HOST:PORT; ERR_LISTEN: the system refuses it.
 */
export async function serveMetrics(reactor: Reactor, address: string): Promise<Server> {
  const spec = parseListen(address);
  if (!('port' in spec)) {
    throw new PolluxError('ERR_ADDRESS', `--metrics takes HOST:PORT, not '${address}'`);
  }
  const registry = collectMetrics(reactor);
  const server = createServer(async ({ method, url }, response) => {
    if (url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('the metrics are at /metrics\n');
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    }
  });
  try {
    server.listen({ port: spec.port, ...(spec.host === '' ? {} : { host: spec.host }) });
    await once(server, 'listening');
  } catch (cause) {
    throw new PolluxError(
      'ERR_LISTEN',
      `cannot serve metrics on ${address}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  // It ends with the guest.
  server.unref();
  const bound = server.address() as { address: string; port: number; family: string };
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  say(`pollux: metrics at http://${host}:${bound.port}/metrics`);
  return server;
}
