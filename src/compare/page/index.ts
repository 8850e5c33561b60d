import type { Comparison } from '../result.ts';
export async function renderPage(_: Comparison): Promise<string> {
  return '';
}
