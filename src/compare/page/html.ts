// SPDX-License-Identifier: MIT
// Text as HTML, without a way out of it.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** JSON within a script element: no `</script>`, no comment, and no line that old parsers would break. */
export function embedded(value: unknown): string {
  return JSON.stringify(value).replace(/[<>\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A number as people read it. */
export function shown(value: number | null | undefined): string {
  if (value == null || Number.isNaN(value)) return '';
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

/** A table; cells are text, the first column heads its row. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = (row: readonly string[]) =>
    row
      .map((text, i) =>
        i === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td>${escaped(text)}</td>`,
      )
      .join('');
  return `<div class="scroll" tabindex="0"><table><caption>${escaped(caption)}</caption><thead><tr>${head
    .map((text) => `<th scope="col">${escaped(text)}</th>`)
    .join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells(row)}</tr>`)
    .join('')}</tbody></table></div>`;
}
