// SPDX-License-Identifier: MIT
// The checks of Node's own WASI class, with its error classes and codes, so that a program that looks at
// `error.code` works with ours.

import { inspect } from 'node:util';

function withCode<E extends Error>(error: E, code: string): E {
  return Object.assign(error, { code });
}

function received(value: unknown): string {
  if (value === null || value === undefined) return ` Received ${value}`;
  if (typeof value === 'function') return ` Received function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? ` Received an instance of ${name}` : ` Received ${inspect(value, { depth: -1 })}`;
  }
  const text = inspect(value, { colors: false });
  return ` Received type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
}

/** ERR_INVALID_ARG_TYPE; `name` with a dot is a property, else an argument. */
export function invalidArgType(name: string, expected: string, value: unknown): TypeError {
  const kind = name.includes('.') ? 'property' : 'argument';
  const error = new TypeError(`The "${name}" ${kind} must be ${expected}.${received(value)}`);
  return withCode(error, 'ERR_INVALID_ARG_TYPE');
}

export function invalidArgValue(name: string, value: unknown, reason: string): TypeError {
  const kind = name.includes('.') ? 'property' : 'argument';
  const error = new TypeError(`The ${kind} '${name}' ${reason}. Received ${inspect(value)}`);
  return withCode(error, 'ERR_INVALID_ARG_VALUE');
}

export function alreadyStarted(): Error {
  return withCode(new Error('WASI instance has already started'), 'ERR_WASI_ALREADY_STARTED');
}

export function checkObject(value: unknown, name: string): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidArgType(name, 'of type object', value);
  }
}

export function checkString(value: unknown, name: string): void {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
}

export function checkArray(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an instance of Array', value);
}

export function checkBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
}

export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
}

export function checkUndefined(value: unknown, name: string): void {
  if (value !== undefined) throw invalidArgType(name, 'undefined', value);
}

/** A descriptor's number: an integer from 0 to 2^31 - 1. */
export function checkFd(value: unknown, name: string): void {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  const wanted = !Number.isInteger(value)
    ? 'an integer'
    : value < 0 || value > 2147483647
      ? '>= 0 && <= 2147483647'
      : undefined;
  if (wanted === undefined) return;
  const error = new RangeError(
    `The value of "${name}" is out of range. It must be ${wanted}. Received ${inspect(value)}`,
  );
  throw withCode(error, 'ERR_OUT_OF_RANGE');
}
