// SPDX-License-Identifier: MIT
// The spellings of --listen, --connect, --dir and --env.

import { describe, expect, test } from 'vitest';
import { parseConnect, parseListen } from '../../../src/addresses.ts';
import { listenEnvironment, parseDir, parseEnv } from '../../../src/options.ts';

const plain = { name: '', backlog: 511, reuseport: false };

describe('--listen', () => {
  test.each([
    ['127.0.0.1:6666', { ...plain, host: '127.0.0.1', port: 6666 }],
    ['localhost:0', { ...plain, host: 'localhost', port: 0 }],
    [':8080', { ...plain, host: '', port: 8080 }],
    ['[::1]:65535', { ...plain, host: '::1', port: 65535 }],
    ['[fe80::1%eth0]:1', { ...plain, host: 'fe80::1%eth0', port: 1 }],
    ['web=:80', { ...plain, name: 'web', host: '', port: 80 }],
    ['a.b-c_1=[::]:80', { ...plain, name: 'a.b-c_1', host: '::', port: 80 }],
    ['x=h:1,backlog=5', { name: 'x', host: 'h', port: 1, backlog: 5, reuseport: false }],
    ['h:1,reuseport,backlog=1', { name: '', host: 'h', port: 1, backlog: 1, reuseport: true }],
    ['unix:/run/a=b.sock', { name: '', path: '/run/a=b.sock', backlog: 511 }],
    ['a=unix:x,mode=0660,backlog=9', { name: 'a', path: 'x', backlog: 9, mode: 0o660 }],
    ['unix:@name', { name: '', path: '@name', backlog: 511 }],
    ['fd:3', { name: '', fd: 3 }],
    ['web=fd:0', { name: 'web', fd: 0 }],
  ])('%s', (text, spec) => {
    expect(parseListen(text)).toEqual(spec);
  });

  test.each([
    ['', /the port is missing/],
    ['6666', /the port is missing/],
    ['127.0.0.1', /the port is missing/],
    ['127.0.0.1:', /the port is missing/],
    ['h:65536', /'65536' is not in 0 to 65535/],
    ['h:-1', /'-1'/],
    ['h:80x', /'80x'/],
    ['h:1e3', /'1e3'/],
    ['::1:80', /brackets/],
    ['[::1]', /the port is missing/],
    ['[::1]:', /the port is missing/],
    ['[::1:80', /a bracket is missing/],
    ['::1]:80', /brackets/],
    ['[::1]80', /a bracket is missing or misplaced/],
    ['h:1:2', /brackets/],
    ['[::1]:1:2', /'1:2' is not in 0 to 65535/],
    ['[nope]:80', /no IPv6 address/],
    ['[127.0.0.1]:80', /no IPv6 address/],
    ['=h:1', /the name before '=' is missing/],
    ['a b=h:1', /is no name/],
    ['h:99999999999', /is not in 0 to 65535/],
    ['h: 80', /' 80' is not in 0 to 65535/],
    ['h:1,backlog', /'backlog' needs a whole number/],
    ['h:1,backlog=0', /needs a whole number of at least 1/],
    ['h:1,backlog=', /needs a whole number/],
    ['h:1,backlog=abc', /needs a whole number/],
    ['h:1,backlog=-1', /needs a whole number/],
    ['h:1,backlog=2147483648', /needs a whole number/],
    ['h:1,nope', /there is no setting 'nope'/],
    ['h:1,', /a setting is empty/],
    ['h:1,mode=0660', /'mode' is not for a TCP address/],
    ['unix:', /the path is missing/],
    ['unix:@', /the path is missing/],
    ['unix:x,reuseport', /'reuseport' is not for a Unix socket/],
    ['unix:x,mode=rw', /needs permissions in octal/],
    ['unix:x,mode=0999', /needs permissions in octal/],
    ['unix:x,mode=01777', /needs permissions in octal/],
    ['unix:@x,mode=0660', /an abstract name has no mode/],
    ['fd:', /has no descriptor's number/],
    ['fd:-1', /has no descriptor's number/],
    ['fd:3,backlog=9', /'backlog' is not for a socket that is open already/],
  ])('refuses %j', (text, message) => {
    expect(() => parseListen(text)).toThrow(message);
    expect(() => parseListen(text)).toThrow(/HOST:PORT/);
  });
});

describe('--connect', () => {
  test.each([
    ['db=h:5432', { name: 'db', host: 'h', port: 5432 }],
    ['h:1', { name: '', host: 'h', port: 1 }],
    ['[::1]:80', { name: '', host: '::1', port: 80 }],
    ['x=unix:/a=b', { name: 'x', path: '/a=b' }],
  ])('%s', (text, spec) => {
    expect(parseConnect(text)).toEqual(spec);
  });
});

test('--dir', () => {
  expect(parseDir('/a/b')).toEqual({ host: '/a/b', guest: '/a/b' });
  expect(parseDir('./logs::/logs')).toEqual({ host: './logs', guest: '/logs' });
  expect(parseDir('a::b::c')).toEqual({ host: 'a', guest: 'b::c' });
  for (const text of ['', '::', '::x', 'x::']) expect(() => parseDir(text)).toThrow(/HOST::GUEST/);
});

test('--env', () => {
  expect(parseEnv('A=b=c', {})).toEqual(['A', 'b=c']);
  expect(parseEnv('A=', {})).toEqual(['A', '']);
  expect(parseEnv('A', { A: 'own' })).toEqual(['A', 'own']);
  expect(parseEnv('A', {})).toBeUndefined();
  expect(() => parseEnv('=x', {})).toThrow(/name is missing/);
});

test('listeners as systemd would announce them', () => {
  expect(listenEnvironment([])).toEqual({});
  expect(listenEnvironment([{ name: 'a' }, { name: '' }])).toEqual({
    LISTEN_FDS: '2',
    LISTEN_FDNAMES: 'a:unknown',
  });
});
