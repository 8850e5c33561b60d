// SPDX-License-Identifier: MIT
// `--metrics ADDR`: the counters for Prometheus, over HTTP.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { PolluxError, type Reactor } from '../index.ts';
import { collectMetrics } from '../metrics.ts';
import { say } from './output.ts';
import type { TcpAddress } from './reactor-options.ts';

/**
 * Serves GET /metrics until the server is closed.
 *
 * @throws PolluxError ERR_LISTEN: the system refuses it.
 */
export async function serveMetrics(reactor: Reactor, address: TcpAddress): Promise<Server> {
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
    server.listen({ port: address.port, ...(address.host === '' ? {} : { host: address.host }) });
    await once(server, 'listening');
  } catch (cause) {
    throw new PolluxError(
      'ERR_LISTEN',
      `cannot serve metrics on ${address.host}:${address.port}: ${(cause as Error).message}`,
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
