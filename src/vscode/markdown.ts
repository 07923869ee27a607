/** Text with nothing in it read as Markdown: names come from people and sentences from venues. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_{}[\]()#+\-.!|~>$:]/g, '\\$&')
    .replace(/\s+/g, ' ');
}

/** A link, or nothing for an address that isn't plain https: it must not end the link and start something else. */
export function markdownLink(label: string, url: string): readonly string[] {
  return /^https:\/\/[\w./?=&%#~-]+$/.test(url) ? [`[${escapeMarkdown(label)}](${url})`] : [];
}

/** A Markdown table; the cells are plain text. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}
