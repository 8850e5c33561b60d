// SPDX-License-Identifier: MIT
// A page of docs/, as a test runs it: sections with their blocks of code, and commands in blocks of shell.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/server.ts';

export interface Block {
  /** Of the heading `## TITLE` that it stands under. */
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

/** The blocks of code of a page that have a language, in their order. */
export function blocksOf(page: string): Block[] {
  let section = '';
  const pattern = /^## (.*)$|^```(\w+)\n([\s\S]*?)^```$/gm;
  return [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(pattern)].flatMap(
    ([, title, language, text]) => {
      if (title !== undefined) section = title;
      return language === undefined ? [] : [{ section, language, text: text ?? '' }];
    },
  );
}

/** A line of shell: variables before the program, its words, and what the comment behind it says. */
export interface Command {
  readonly line: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly comment: string;
}

/** The lines of a block. Nothing in our pages needs quotes. */
export function commandsOf(text: string): Command[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', comment = ''] = line.split(/\s+#\s+/);
      const words = code.trim().split(/\s+/);
      const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
      const pairs = words.slice(0, first).map((word) => word.split(/=(.*)/s).slice(0, 2));
      return { line, comment, variables: Object.fromEntries(pairs), words: words.slice(first) };
    });
}
